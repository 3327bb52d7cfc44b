"""Many simple fictional cases, for measuring: 10,000, 100,000 or 1,000,000, sealed like any other."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.cases.lifecycle import Level, State
from egide.cases.models import Case, Entry, File, NameToken, Referral, Task
from egide.cases.models.file import FileRole
from egide.cases.models.work import TaskKind
from egide.common.bulk import insert_rows
from egide.common.ids import REFERENCE_ALPHABET, new_id
from egide.demonstration.stories import words as stories
from egide.demonstration.world import World
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing.models import Assignment, Consent, ConsentRecipient
from egide.vault import blind
from egide.vault.models import COMPARTMENTS, FileKeys
from egide.vault.services import SealContext, Sealer, new_sealer, sealer

BATCH = 2000
#: One case in this many has partners, with a consent.
SHARED_EVERY = 5
CATEGORIES = ["identity.core", "incident.facts", "contact.safe", "conference.record"]

_COLUMNS: dict[Any, tuple[str, ...]] = {
    Case: (
        "id", "reference", "programme_id", "state", "is_open", "lead_id", "level", "level_set_by_id", "level_set_at",
        "language", "received_at", "next_due_at", "next_due_kind", "closed_at", "is_repeat", "revision",
    ),
    File: ("id", "case_id", "role", "holder_id", "name", "created_at", "expunged_at"),
    FileKeys: ("file_id", "master_id", *COMPARTMENTS, "shredded_at"),
    Entry: (
        "id", "file_id", "category", "compartment", "kind", "content", "observed_on", "author_id", "agency_id",
        "holder_id", "regimes", "form", "created_at", "replaces_id", "is_current",
    ),
    NameToken: ("token", "is_exact", "file_id", "case_id", "side"),
    Task: (
        "id", "case_id", "kind", "text", "file_id", "category", "side", "agency_id", "owner_id", "due_at", "raised_at",
        "done_at", "done_by_id", "outcome", "created_by_id", "created_at",
    ),
    Referral: (
        "id", "case_id", "agency_id", "referred_by_id", "received_at", "way", "external_digest", "is_emergency",
        "victim_informed", "outcome_told_at",
    ),
    Consent: (
        "id", "file_id", "case_id", "categories", "purposes", "given_at", "expires_at", "form", "text_version",
        "language", "interpreter_used", "capacity_confirmed", "free_choice_confirmed", "copy_given", "given_by",
        "explained_by_id", "withdrawn_at", "withdrawn_recorded_by_id",
    ),
    ConsentRecipient: ("id", "consent_id", "agency_id"),
    Assignment: ("id", "case_id", "agency_id", "side", "consent_id", "starts_at", "ends_at"),
    LedgerEntry: ("body", "subject", "actor"),
}  # fmt: skip


@dataclass
class _Batch:
    """Rows waiting to be written, by table."""

    rows: dict[Any, list[tuple[Any, ...]]] = field(default_factory=lambda: {model: [] for model in _COLUMNS})

    def add(self, model: Any, *values: Any) -> None:
        self.rows[model].append(values)

    def write(self) -> None:
        with transaction.atomic():
            for model, columns in _COLUMNS.items():
                if self.rows[model]:
                    insert_rows(model, columns, self.rows[model])
                    self.rows[model] = []


@lru_cache(maxsize=10_000)
def _tokens(given: str, family: str) -> blind.NameTokens:
    return blind.name_tokens(given, family)


def references(prefix: str, start: int) -> Iterator[str]:
    """Yield references of six letters, all different, that no shorter one can meet; shuffled, not counted."""
    base = len(REFERENCE_ALPHABET)
    size = base**6
    step = 2_654_435_761 % size | 1
    while step % base == 0 or step % 2 == 0 or step % 11 == 0:
        step += 1
    for number in range(start, size):
        value, text = number * step % size, ""
        for _turn in range(6):
            value, rest = divmod(value, base)
            text += REFERENCE_ALPHABET[rest]
        yield f"{prefix}-{text}"


class _Writer:
    def __init__(self, world: World, *, at: datetime, chance: random.Random, start: int) -> None:
        self.at, self.chance, self.batch = at, chance, _Batch()
        self.areas = []
        for suffix, lead, referrer, police in (
            ("ccr-fre", "coordinator", "referrer", "police-fre"),
            ("ccr-edm", "coordonnatrice", "gendarme", "police-edm"),
        ):
            programme = world.programmes[suffix]
            names = stories("en" if suffix == "ccr-fre" else "fr")
            area = (programme, world.people[lead], world.people[referrer], world.agencies[police], names)
            self.areas.append((*area, references(programme.prefix, start)))

    def case(self, number: int) -> None:
        programme, lead, referrer, police, names, refs = self.areas[number % 2]
        chance, add = self.chance, self.batch.add
        received = self.at - timedelta(minutes=chance.randint(60, 60 * 24 * 300))
        is_open = number % 8 != 0
        level = chance.choice(Level.values) if number % 3 else Level.NOT_KNOWN
        state = (State.ACTIVE if number % 4 else State.ACCEPTED) if is_open else State.CLOSED
        due = self.at + timedelta(minutes=chance.randint(-60 * 24 * 4, 60 * 24 * 40))
        set_by, set_at = (None, None) if level == Level.NOT_KNOWN else (lead.pk, received)
        case_id = new_id()
        add(
            Case, case_id, next(refs), programme.pk, str(state), is_open, lead.pk if number % 7 else None, level, set_by,
            set_at, lead.account.language, received, due if is_open else None, TaskKind.REVIEW if is_open else "",
            None if is_open else received + timedelta(days=30), False, 0,
        )  # fmt: skip
        holder = programme.lead_agency_id
        regimes = "ca-nb-rtippa"
        given, family = chance.choice(names["women"]), chance.choice(names["family"])
        victim = self._file(
            case_id, FileRole.VICTIM, holder, given, family, "victim", received, referrer, regimes
        )
        self._entry(
            victim, "incident.facts", chance.choice(names["incidents"]), received, referrer, holder, regimes
        )
        other = chance.choice(names["men"]), chance.choice(names["family"])
        self._file(
            case_id, FileRole.PERSON_OF_CONCERN, holder, *other, "management", received, referrer, regimes
        )
        add(
            Referral,
            new_id(),
            case_id,
            referrer.agency_id,
            referrer.pk,
            received,
            "file",
            None,
            False,
            "unknown",
            None,
        )
        if is_open:
            add(
                Task, new_id(), case_id, TaskKind.REVIEW, None, victim.file_id, "conference.record", "victim", holder,
                lead.pk, due, None, None, None, "", lead.pk, received,
            )  # fmt: skip
            if number % SHARED_EVERY == 0:
                self._share(case_id, victim.file_id, lead, police.pk, holder, received)
        made = ledger.entry(
            action="cases.referred",
            actor=referrer,
            target=f"cases.case:{case_id}",
            at=received,
            subject=victim.file_id,
        )
        add(LedgerEntry, made.body, made.subject, made.actor)

    def _file(
        self,
        case_id: UUID,
        role: str,
        holder: UUID,
        given: str,
        family: str,
        side: str,
        at: datetime,
        author: Any,
        regimes: str,
    ) -> Sealer:
        sealer = new_sealer(new_id())
        row, file_id = sealer.row, sealer.file_id
        keys = [getattr(row, name) for name in COMPARTMENTS]
        self.batch.add(FileKeys, file_id, row.master_id, *keys, None)
        name = sealer.seal(
            "common", _json(f"{given[:1]}. {family}"), SealContext("cases.File", "name", file_id)
        )
        self.batch.add(File, file_id, case_id, str(role), holder, name, at, None)
        self._entry(
            sealer, "identity.core", f"{given} {family}", at, author, holder, regimes, form="identity:1"
        )
        tokens = _tokens(given, family)
        for is_exact, group in ((True, tokens.exact), (False, tokens.phonetic)):
            for token in group:
                self.batch.add(NameToken, token, is_exact, file_id, case_id, side)
        return sealer

    def _entry(
        self,
        sealer: Sealer,
        category: str,
        text: str,
        at: datetime,
        author: Any,
        holder: UUID,
        regimes: str,
        *,
        form: str = "note:1",
    ) -> None:
        pk = new_id()
        content = sealer.seal("common", _json(text), SealContext("cases.Entry", "content", pk))
        self.batch.add(
            Entry, pk, sealer.file_id, category, "common", "fact", content, None, author.pk, author.agency_id, holder,
            regimes, form, at, None, True,
        )  # fmt: skip

    def _share(
        self, case_id: UUID, file_id: UUID, lead: Any, police: UUID, holder: UUID, at: datetime
    ) -> None:
        consent = new_id()
        self.batch.add(
            Consent, consent, file_id, case_id, CATEGORIES, ["case_management"], at, self.at + timedelta(days=90),
            "written", "ccr-consent-1", "fr", False, True, True, False, "self", lead.pk, None, None,
        )  # fmt: skip
        for agency in (holder, police):
            self.batch.add(ConsentRecipient, new_id(), consent, agency)
        self.batch.add(Assignment, new_id(), case_id, police, "both", consent, at, None)

    def thick(self, entries: int) -> None:
        """Give the last victim's file many entries."""
        file = File.objects.filter(role=FileRole.VICTIM).order_by("-pk").first()
        if file is None:
            return
        keys, author = sealer(file.pk), self.areas[0][2]
        for number in range(entries):
            self._entry(
                keys,
                "incident.facts",
                f"Fait fictif {number}.",
                self.at,
                author,
                file.holder_id,
                "ca-nb-rtippa",
            )
        self.batch.write()


def _json(text: str) -> str:
    return json.dumps({"text": text}, ensure_ascii=False)


def add_cases(
    world: World,
    *,
    count: int,
    at: datetime,
    progress: Callable[[int], None] | None = None,
    thick_file: int = 500,
) -> None:
    """Write `count` cases, then a file of `thick_file` entries; each batch is one transaction.

    Args:
        progress: called with the cases written so far, after each batch.
    """
    start = Case.objects.filter(reference__regex=r"^...-.{6}$").count()
    writer = _Writer(world, at=at, chance=random.Random(start), start=start)
    for number in range(count):
        writer.case(number)
        if (number + 1) % BATCH == 0:
            writer.batch.write()
            if progress:
                progress(number + 1)
    writer.batch.write()
    writer.thick(thick_file)
    if progress:
        progress(count)
