"""Many simple fictional cases, for measuring: 10,000, 100,000 or 1,000,000, sealed like any other."""

import math
import multiprocessing
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from django.db import connection, connections, transaction

from egide.cases.lifecycle import Level, State
from egide.cases.models import Case, Entry, File, NameToken, Referral, Task
from egide.cases.models.file import FileRole
from egide.cases.models.work import TaskKind
from egide.common.bulk import insert_rows
from egide.common.ids import REFERENCE_ALPHABET, new_id
from egide.demonstration.stories import words
from egide.demonstration.world import World, check_is_fictional, load
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Membership
from egide.sharing.models import Assignment, Consent, ConsentRecipient
from egide.sharing.rules.categories import compartment_of
from egide.vault import blind
from egide.vault.models import COMPARTMENTS, FileKeys
from egide.vault.providers import provider
from egide.vault.services import SealContext, Sealer, new_sealer, sealer

#: Cases in one transaction.
BATCH = 2000
#: From this many on, PostgreSQL is written by several processes at once; SQLite has one writer anyway.
MANY = 4 * BATCH
PROCESSES = 2
#: One open case in this many has a partner, with a consent.
SHARED_EVERY = 5
#: Notes of a case beside what was referred: with it, ten entries a case on average.
NOTES = {FileRole.VICTIM: 5, FileRole.PERSON_OF_CONCERN: 2}
CONSENTED = ["identity.core", "incident.facts", "contact.safe", "conference.record"]
REGIMES = "ca-nb-rtippa"
_LEVELS = tuple(Level.values)
#: Six letters, where the others have five: these references meet no other.
REFERENCE_LETTERS = 6
_ALL_REFERENCES = len(REFERENCE_ALPHABET) ** REFERENCE_LETTERS
_STEP = 2_654_435_761 % _ALL_REFERENCES

_COLUMNS: dict[Any, tuple[str, ...]] = {
    Case: (
        "id", "reference", "programme_id", "state", "is_open", "lead_id", "level", "level_set_by_id", "level_set_at",
        "language", "received_at", "next_due_at", "next_due_kind", "closed_at", "is_repeat", "revision",
    ),
    File: ("id", "case_id", "role", "is_subject", "holder_id", "name", "name_regimes", "created_at", "expunged_at"),
    FileKeys: ("file_id", "master_id", *COMPARTMENTS, "shredded_at"),
    Entry: (
        "id", "file_id", "category", "compartment", "kind", "content", "observed_on", "author_id", "agency_id",
        "holder_id", "regimes", "form", "created_at", "replaces_id", "is_current",
    ),
    NameToken: ("token", "is_exact", "file_id", "case_id", "side"),
    Task: (
        "id", "case_id", "kind", "text", "file_id", "category", "side", "agency_id", "owner_id", "due_at", "raised_at",
        "rises_to_id", "done_at", "done_by_id", "outcome", "created_by_id", "created_at",
    ),
    Referral: (
        "id", "case_id", "agency_id", "referred_by_id", "received_at", "way", "external_digest", "is_emergency",
        "victim_informed", "outcome_told_at",
    ),
    Consent: (
        "id", "file_id", "case_id", "categories", "purposes", "given_at", "expires_at", "form", "text_version",
        "language", "interpreter_used", "capacity_confirmed", "free_choice_confirmed", "copy_given", "given_by",
        "explained_by_id", "withdrawn_at", "withdrawn_recorded_by_id", "ended_how",
    ),
    ConsentRecipient: ("id", "consent_id", "agency_id"),
    Assignment: ("id", "case_id", "agency_id", "side", "consent_id", "starts_at", "ends_at"),
}  # fmt: skip


@dataclass
class _Batch:
    """Rows waiting to be written, by table."""

    rows: dict[Any, list[tuple[Any, ...]]] = field(default_factory=lambda: {model: [] for model in _COLUMNS})
    traces: list[LedgerEntry] = field(default_factory=list)

    def add(self, model: Any, *values: Any) -> None:
        self.rows[model].append(values)

    def write(self) -> None:
        """Write all of it in one transaction, in the order the tables refer to each other."""
        with transaction.atomic():
            for model, columns in _COLUMNS.items():
                if self.rows[model]:
                    insert_rows(model, columns, self.rows[model])
                    self.rows[model] = []
            ledger.record_many(self.traces)
            self.traces = []


@dataclass(frozen=True)
class _Area:
    """What the cases of one programme have in common."""

    prefix: str
    programme_id: UUID
    language: str
    lead: Membership
    referrer: Membership
    police_id: UUID
    holder_id: UUID
    words: dict[str, Any]


def _areas(world: World) -> list[_Area]:
    found = []
    for code, language, lead, referrer in (
        ("ccr-fre", "en", "coordinator", "referrer"),
        ("ccr-edm", "fr", "coordonnatrice", "policier"),
    ):
        programme, people = world.programmes[code], world.people
        found.append(
            _Area(
                prefix=programme.prefix,
                programme_id=programme.pk,
                language=language,
                lead=people[lead],
                referrer=people[referrer],
                police_id=people[referrer].agency_id,
                holder_id=programme.lead_agency_id,
                words=words(language),
            )
        )
    return found


def reference(prefix: str, number: int) -> str:
    """Answer the reference of the bulk case of that number: each has its own, and they are shuffled."""
    assert math.gcd(_STEP, len(REFERENCE_ALPHABET)) == 1  # else two numbers would meet
    value, letters = number * _STEP % _ALL_REFERENCES, ""
    for _letter in range(REFERENCE_LETTERS):
        value, rest = divmod(value, len(REFERENCE_ALPHABET))
        letters += REFERENCE_ALPHABET[rest]
    return f"{prefix}-{letters}"


class _Writer:
    """Makes the rows of cases, batch after batch."""

    def __init__(self, world: World, *, at: datetime, seed: int) -> None:
        self.at, self.chance, self.batch = at, random.Random(seed), _Batch()
        self.areas, self.keys = _areas(world), provider()
        self.known: dict[str, blind.NameTokens] = {}

    def case(self, number: int) -> None:
        """Add one case: two people, what was referred, its next date, and sometimes a partner."""
        area, chance, add = self.areas[number % len(self.areas)], self.chance, self.batch.add
        received = self.at - timedelta(minutes=chance.randint(60, 60 * 24 * 300))
        is_open, lead = number % 8 != 0, area.lead
        level = chance.choice(_LEVELS) if number % 3 else Level.NOT_KNOWN.value
        set_by, set_at = (None, None) if level == Level.NOT_KNOWN else (lead.pk, received)
        state = (State.ACTIVE if number % 4 else State.ACCEPTED) if is_open else State.CLOSED
        due = self.at + timedelta(minutes=chance.randint(-60 * 24 * 4, 60 * 24 * 40))
        case_id = new_id()
        add(
            Case, case_id, reference(area.prefix, number), area.programme_id, state.value, is_open,
            lead.pk if number % 7 else None, level, set_by, set_at, area.language, received,
            due if is_open else None, TaskKind.REVIEW.value if is_open else "",
            None if is_open else received + timedelta(days=30), False, 0,
        )  # fmt: skip
        victim = self._people(area, case_id, received)
        add(
            Referral, new_id(), case_id, area.referrer.agency_id, area.referrer.pk, received, "file", None, False,
            "unknown", None,
        )  # fmt: skip
        if is_open:
            leads = lead.pk if number % 7 else None
            raised = due if due < self.at else None
            add(
                Task, new_id(), case_id, TaskKind.REVIEW.value, None, victim, "conference.record", "victim",
                area.holder_id, lead.pk, due, raised, leads if raised else None, None, None, "", lead.pk, received,
            )  # fmt: skip
            if number % SHARED_EVERY == 0:
                self._share(area, case_id, victim, received)
                add(
                    Task, new_id(), case_id, TaskKind.ACTION.value, None, victim, "conference.record", "both",
                    area.police_id, None, due, raised, leads, None, None, "", lead.pk, received,
                )  # fmt: skip
        self.batch.traces.append(
            ledger.entry(
                action="cases.referred",
                actor=area.referrer,
                target=f"cases.case:{case_id}",
                at=received,
                subject=victim,
            )
        )

    def _people(self, area: _Area, case_id: UUID, at: datetime) -> UUID:
        """Add the two files of a case, of one to three entries each; answer the victim's."""
        pick, said = self.chance.choice, area.words
        victim = self._file(area, case_id, FileRole.VICTIM, pick(said["women"]), pick(said["family"]), at)
        self._entry(area, victim, "incident.facts", pick(said["incidents"]), at, form="referral:1")
        if self.chance.random() < 0.3:
            self._entry(area, victim, "contact.safe", pick(said["safe_notes"]), at, form="contact-given:1")
        other = self._file(
            area, case_id, FileRole.PERSON_OF_CONCERN, pick(said["men"]), pick(said["family"]), at
        )
        if self.chance.random() < 0.2:
            self._entry(area, other, "justice.orders", pick(said["orders"]), at, form="orders:1")
        for file, role in ((victim, FileRole.VICTIM), (other, FileRole.PERSON_OF_CONCERN)):
            for _note in range(self.chance.randint(NOTES[role] - 2, NOTES[role] + 2)):
                self._entry(area, file, "incident.facts", pick(said["reviews"]), at, form="note:1")
        return victim.file_id

    def _file(
        self, area: _Area, case_id: UUID, role: FileRole, given: str, family: str, at: datetime
    ) -> Sealer:
        made = new_sealer(new_id(), keys=self.keys)
        row, file_id = made.row, made.file_id
        add = self.batch.add
        add(FileKeys, file_id, row.master_id, *(getattr(row, name) for name in COMPARTMENTS), None)
        name = made.seal(
            "common", _json(f"{given[:1]}. {family}"), SealContext("cases.File", "name", file_id)
        )
        add(
            File,
            file_id,
            case_id,
            role.value,
            role == FileRole.VICTIM,
            area.holder_id,
            name,
            REGIMES,
            at,
            None,
        )
        self._entry(area, made, "identity.core", f"{given} {family}", at, form="identity:1")
        side = "victim" if role == FileRole.VICTIM else "management"
        for is_exact, token in self._tokens(given, family):
            add(NameToken, token, is_exact, file_id, case_id, side)
        return made

    def _tokens(self, given: str, family: str) -> Iterator[tuple[bool, bytes]]:
        """Yield (is exact, token) for a name, each token once; names are few, so each is worked out once."""
        for name in (given, family):
            if name not in self.known:
                self.known[name] = blind.name_tokens(name, "")
        one, other = self.known[given], self.known[family]
        yield from ((True, token) for token in dict.fromkeys((*one.exact, *other.exact)))
        yield from ((False, token) for token in dict.fromkeys((*one.phonetic, *other.phonetic)))

    def _entry(self, area: _Area, keys: Sealer, category: str, text: str, at: datetime, *, form: str) -> None:
        pk, compartment, by = new_id(), compartment_of(category), area.referrer
        content = keys.seal(compartment, _json(text), SealContext("cases.Entry", "content", pk))
        self.batch.add(
            Entry, pk, keys.file_id, category, compartment, "fact", content, None, by.pk, by.agency_id,
            area.holder_id, REGIMES, form, at, None, True,
        )  # fmt: skip

    def _share(self, area: _Area, case_id: UUID, file_id: UUID, at: datetime) -> None:
        consent = new_id()
        self.batch.add(
            Consent, consent, file_id, case_id, CONSENTED, ["case_management"], at, self.at + timedelta(days=90),
            "written", "ccr-consent-1", area.language, False, True, True, False, "self", area.lead.pk, None, None, "",
        )  # fmt: skip
        for agency in (area.holder_id, area.police_id):
            self.batch.add(ConsentRecipient, new_id(), consent, agency)
        self.batch.add(Assignment, new_id(), case_id, area.police_id, "both", consent, at, None)

    def thicken(self, entries: int) -> None:
        """Give the victim's file of the last case many entries."""
        file = File.objects.filter(is_subject=True).select_related("case").order_by("-pk").first()
        if file is None:
            return
        keys = sealer(file.pk)
        area = next(one for one in self.areas if one.programme_id == file.case.programme_id)
        for number in range(entries):
            text = area.words["reviews"][number % len(area.words["reviews"])]
            self._entry(area, keys, "incident.facts", f"{number + 1}. {text}", self.at, form="note:1")
        self.batch.write()


def _json(text: str) -> str:
    """Answer {"text": …} as the services write it."""
    return f'{{"text": {encode_basestring(text)}}}'


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
    Raises:
        Refused: this deployment is not marked as fictional.
    """
    check_is_fictional()
    length = 4 + REFERENCE_LETTERS
    start = Case.objects.filter(reference__regex=f"^.{{{length}}}$").order_by().count()
    blocks = [(first, min(BATCH, start + count - first)) for first in range(start, start + count, BATCH)]
    is_parallel = connection.vendor == "postgresql" and count >= MANY and not connection.in_atomic_block
    written = 0
    for size in _by_many(blocks, at) if is_parallel else _by_one(world, blocks, at):
        written += size
        if progress:
            progress(written)
    if thick_file:
        _Writer(world, at=at, seed=start).thicken(thick_file)


def _by_one(world: World, blocks: list[tuple[int, int]], at: datetime) -> Iterator[int]:
    for first, size in blocks:
        yield _write_block(world, first, size, at)


def _write_block(world: World, first: int, size: int, at: datetime) -> int:
    writer = _Writer(world, at=at, seed=first)
    for number in range(first, first + size):
        writer.case(number)
    writer.batch.write()
    return size


def _by_many(blocks: list[tuple[int, int]], at: datetime) -> Iterator[int]:
    blind.name_tokens("", "x")  # the index key is made and known before the processes part
    connections.close_all()  # a connection is not shared between processes
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_in_process, blocks, [at] * len(blocks))


@lru_cache(maxsize=1)
def _own_world() -> World:
    return load()


def _in_process(block: tuple[int, int], at: datetime) -> int:
    return _write_block(_own_world(), *block, at)
