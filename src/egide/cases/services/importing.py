"""Import a partner's referrals: all of them or none, safe to repeat, a thousand a second."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.cases import permissions
from egide.cases.importing.mapping import canonical
from egide.cases.lifecycle import Level, State
from egide.cases.models import Case, Entry, File, NameToken, Programme, Referral, Task
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, entries
from egide.cases.services.referring import (
    SOON,
    Person,
    ReferralContent,
    name_tokens,
    person_entries,
    victim_entries,
)
from egide.common.bulk import insert_rows
from egide.common.ids import new_id, new_reference
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Membership
from egide.sharing.rules.categories import compartment_of
from egide.vault import blind
from egide.vault.models import COMPARTMENTS, FileKeys
from egide.vault.services import Sealer, new_sealer

_COLUMNS: dict[Any, tuple[str, ...]] = {
    Case: (
        "id", "reference", "programme_id", "state", "is_open", "level", "language", "received_at", "next_due_at",
        "next_due_kind", "is_repeat", "revision",
    ),
    FileKeys: ("file_id", "master_id", *COMPARTMENTS),
    File: ("id", "case_id", "role", "holder_id", "name", "created_at"),
    Entry: (
        "id", "file_id", "category", "compartment", "kind", "content", "observed_on", "author_id", "agency_id",
        "holder_id", "regimes", "form", "created_at", "is_current",
    ),
    NameToken: ("token", "is_exact", "file_id", "case_id", "side"),
    Referral: (
        "id", "case_id", "agency_id", "referred_by_id", "received_at", "way", "external_digest", "is_emergency",
        "victim_informed",
    ),
    Task: (
        "id", "case_id", "kind", "file_id", "category", "side", "agency_id", "due_at", "outcome", "created_by_id",
        "created_at",
    ),
    LedgerEntry: ("body", "subject", "actor"),
}  # fmt: skip


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do."""

    new: int
    known: int
    is_dry_run: bool


class _DryRun(Exception):
    """Undoes everything at the end of a dry run."""


def import_referrals(
    *,
    referrals: Sequence[ReferralContent],
    programme_id: UUID,
    actor: Membership,
    at: datetime,
    is_dry_run: bool = False,
) -> ImportReport:
    """Open a case for each referral not received before, in one transaction.

    A referral is known again by the sender's own number, or by its whole content when there is none.

    Raises:
        PermissionDenied: the actor's agency does not take part in the programme.
        IntegrityError: the same file is being imported at this moment by someone else; nothing was written.
    """
    programme = Programme.objects.select_related("lead_agency").get(pk=programme_id)
    permissions.check_can_refer(actor, programme)
    report = ImportReport(0, 0, is_dry_run)
    try:
        with transaction.atomic():
            report = _import(referrals, programme, actor, at, is_dry_run)
            if is_dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return report


def _import(
    referrals: Sequence[ReferralContent],
    programme: Programme,
    actor: Membership,
    at: datetime,
    is_dry_run: bool,
) -> ImportReport:
    purpose = f"referral:{actor.agency_id}"
    digests = [blind.digest(purpose, content.external_id or canonical(content)) for content in referrals]
    known = _known(actor, digests)
    fresh: dict[bytes, ReferralContent] = {}
    for digest, content in zip(digests, referrals, strict=True):
        if digest not in known:
            fresh.setdefault(digest, content)
    writer = _Writer(programme, actor, at)
    references = _references(programme.prefix, len(fresh))
    for (digest, content), reference in zip(fresh.items(), references, strict=True):
        writer.add(content, digest, reference)
    writer.write()
    ledger.record(
        action="cases.imported",
        actor=actor,
        target=programme,
        at=at,
        counts={"new": len(fresh), "known": len(referrals) - len(fresh)},
    )
    return ImportReport(len(fresh), len(referrals) - len(fresh), is_dry_run)


def _known(actor: Membership, digests: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(digests), 5000):
        rows = Referral.objects.filter(
            agency=actor.agency_id, external_digest__in=digests[start : start + 5000]
        )
        found |= {
            bytes(digest) for digest in rows.order_by().values_list("external_digest", flat=True) if digest
        }
    return found


def _references(prefix: str, count: int) -> list[str]:
    """Draw references nobody has, in as few questions to the database as chance allows."""
    found: dict[str, None] = {}
    while len(found) < count:
        drawn = {new_reference(prefix, length=6) for _turn in range(count - len(found))} - found.keys()
        wanted = sorted(drawn)
        for start in range(0, len(wanted), 5000):
            some = wanted[start : start + 5000]
            taken = set(
                Case.objects.filter(reference__in=some).order_by().values_list("reference", flat=True)
            )
            found.update(dict.fromkeys(name for name in some if name not in taken))
    return list(found)


class _Writer:
    """Makes the rows that `referring.refer` makes, and writes them table by table."""

    def __init__(self, programme: Programme, actor: Membership, at: datetime) -> None:
        self.programme, self.actor, self.at = programme, actor, at
        self.holder = programme.lead_agency
        self.regimes = ",".join(sorted({*self.holder.regimes, *actor.agency.regimes}))
        self.due_at = deadlines.due_after(at, programme.protocol.deadlines["triage"])
        self.rows: dict[Any, list[tuple[Any, ...]]] = {model: [] for model in _COLUMNS}

    def add(self, content: ReferralContent, digest: bytes, reference: str) -> None:
        case_id, actor, at = new_id(), self.actor, self.at
        due_at = min(self.due_at, deadlines.due_after(at, SOON)) if content.is_emergency else self.due_at
        self.rows[Case].append(
            (
                case_id, reference, self.programme.pk, str(State.RECEIVED), True, str(Level.NOT_KNOWN),
                content.victim.language or "en", at, due_at, str(TaskKind.TRIAGE), False, 0,
            )
        )  # fmt: skip
        victim = self._file(case_id, FileRole.VICTIM, content.victim, victim_entries(content))
        if content.person_of_concern is not None:
            other = content.person_of_concern
            self._file(case_id, FileRole.PERSON_OF_CONCERN, other, person_entries(other))
        self.rows[Referral].append(
            (
                new_id(), case_id, actor.agency_id, actor.pk, at, "file", digest, content.is_emergency,
                content.victim_informed,
            )
        )  # fmt: skip
        self.rows[Task].append(
            (
                new_id(), case_id, str(TaskKind.TRIAGE), victim, "conference.record", "victim", self.holder.pk, due_at,
                "", actor.pk, at,
            )
        )  # fmt: skip
        made = ledger.entry(
            action="cases.referred", actor=actor, target=f"cases.case:{case_id}", at=at, subject=victim
        )
        self.rows[LedgerEntry].append((made.body, made.subject, made.actor))

    def _file(self, case_id: UUID, role: str, person: Person, written: Iterator[dict[str, Any]]) -> UUID:
        sealer = new_sealer(new_id())
        file_id, row = sealer.file_id, sealer.row
        self.rows[FileKeys].append((file_id, row.master_id, *(getattr(row, name) for name in COMPARTMENTS)))
        name = entries.seal_json(
            {"text": person.display_name},
            file_id=file_id, compartment="common", row=file_id, model="cases.File", field="name", sealer=sealer,
        )  # fmt: skip
        self.rows[File].append((file_id, case_id, str(role), self.holder.pk, name, self.at))
        for one in written:
            self._entry(sealer, **one)
        side = "management" if role == FileRole.PERSON_OF_CONCERN else "victim"
        for token, is_exact in name_tokens(person):
            self.rows[NameToken].append((token, is_exact, file_id, case_id, side))
        return file_id

    def _entry(
        self, sealer: Sealer, *, category: str, form: str, text: str = "", data: Any = None, kind: str = Kind.FACT,
        observed_on: Any = None,
    ) -> None:  # fmt: skip
        pk, compartment = new_id(), compartment_of(category)
        content = entries.seal_json(
            {"text": text, **(data or {})},
            file_id=sealer.file_id, compartment=compartment, row=pk, sealer=sealer,
        )  # fmt: skip
        self.rows[Entry].append(
            (
                pk, sealer.file_id, category, compartment, str(kind), content, observed_on, self.actor.pk,
                self.actor.agency_id, self.holder.pk, self.regimes, form, self.at, True,
            )
        )  # fmt: skip

    def write(self) -> None:
        for model, columns in _COLUMNS.items():
            if self.rows[model]:
                insert_rows(model, columns, self.rows[model])
