"""A referral comes in: a case is opened for triage, its files sealed from the first second."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from egide.cases import permissions
from egide.cases.intake import Content, Person, Somebody
from egide.cases.models import Case, Entry, File, NameToken, Programme, Referral, Task
from egide.cases.models.file import FileRole, as_codes
from egide.cases.models.work import TaskKind
from egide.cases.rules.protocol import Interval
from egide.cases.services import deadlines, entries, needing
from egide.common.bulk import insert_rows
from egide.common.ids import new_id, new_reference
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Membership
from egide.vault import blind
from egide.vault import services as vault
from egide.vault.services import Sealer

#: An emergency referral is triaged the same day, whatever the protocol's ordinary delay. Ours (O).
SOON = Interval(elapsed=timedelta(hours=4))
NAME_COLUMNS = ("token", "is_exact", "file_id", "case_id", "side")


@dataclass
class NewReferral:
    """Every row one referral makes, none saved yet: the form and the file import write the same ones."""

    case: Case
    referral: Referral
    task: Task
    trace: LedgerEntry
    files: list[File] = field(default_factory=list)
    sealers: list[Sealer] = field(default_factory=list)
    #: Rows, by far the most: values in the order of `entries.ENTRY_COLUMNS`, and of `NAME_COLUMNS` for the blind index.
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    names: list[tuple[Any, ...]] = field(default_factory=list)


@transaction.atomic
def refer(*, programme_id: UUID, content: Content, actor: Membership, at: datetime) -> Referral:
    """Open a case for triage from one referral, with its files, deadline and ledger entry.

    Raises:
        PermissionDenied: the actor's agency does not take part in the programme.
    """
    programme = Programme.objects.select_related("lead_agency").get(pk=programme_id)
    permissions.check_can_refer(actor, programme)
    made = new_referral(programme=programme, content=content, actor=actor, at=at, way="desk")
    _save_case(made.case)
    vault.save_keys(made.sealers)
    File.objects.bulk_create(made.files)
    insert_rows(Entry, entries.ENTRY_COLUMNS, made.entries)
    insert_rows(NameToken, NAME_COLUMNS, made.names)
    _save_referral(made.referral, content)
    made.task.save(force_insert=True)
    _ask_for_needs(made, content, actor=actor, at=at)
    ledger.record_many([made.trace])
    return made.referral


def _ask_for_needs(made: NewReferral, content: Content, *, actor: Membership, at: datetime) -> None:
    """Make the tasks of what the referral says the person needs, each from the entry that says so."""
    if not content.special_needs:
        return
    subject = made.files[0]
    rows = [dict(zip(entries.ENTRY_COLUMNS, row, strict=True)) for row in made.entries]
    said = [row["id"] for row in rows if row["file_id"] == subject.pk and row["form"] == needing.FORM]
    for need, cause_id in zip(content.special_needs, said, strict=True):
        needing.ask(made.case, subject, need, cause_id, actor=actor, at=at)
    deadlines.refresh_next_due(made.case, at=at)


def new_referral(
    *, programme: Programme, content: Content, actor: Membership, at: datetime, way: str
) -> NewReferral:
    """Seal a referral and answer all its rows. What is referred to a programme is held by it.

    Nothing is asked of the database, save what `programme` and `actor` have not loaded yet.

    Args:
        way: "desk" or "file".
    """
    due_at = deadlines.due_after(at, programme.protocol.deadlines["triage"])
    case = Case(
        reference=new_reference(programme.prefix),
        programme=programme,
        received_at=at,
        language=content.language or "en",
        next_due_at=min(due_at, deadlines.due_after(at, SOON)) if content.is_emergency else due_at,
        next_due_kind=TaskKind.TRIAGE,
    )
    referral = Referral(
        case=case,
        agency_id=actor.agency_id,
        referred_by=actor,
        received_at=at,
        way=way,
        is_emergency=content.is_emergency,
        victim_informed=content.person_informed,
    )
    people = content.people()
    about = next(people)
    file, sealer = new_file(case, about, actor, at, is_subject=True)
    task = deadlines.new_task(
        case=case, kind=TaskKind.TRIAGE, at=at, file=file, due_at=case.next_due_at or due_at, actor=actor
    )
    trace = ledger.entry(action="cases.referred", actor=actor, target=case, at=at, subject=file.pk)
    made = NewReferral(case, referral, task, trace)
    _add(made, file, sealer, about, actor, at)
    for other in people:
        file, sealer = new_file(case, other, actor, at)
        _add(made, file, sealer, other, actor, at)
    return made


def new_file(
    case: Case, somebody: Somebody, actor: Membership, at: datetime, *, is_subject: bool = False
) -> tuple[File, Sealer]:
    holder = case.programme.lead_agency
    file = File(
        id=new_id(),
        case=case,
        role=somebody.role,
        is_subject=is_subject,
        holder=holder,
        name_regimes=as_codes(holder, actor.agency),
        created_at=at,
    )
    sealer = vault.new_sealer(file.pk)
    file.name = entries.seal_json(
        {"text": somebody.person.display_name},
        file_id=file.pk,
        compartment="common",
        row=file.pk,
        model="cases.File",
        field="name",
        sealer=sealer,
    )
    return file, sealer


def _add(
    made: NewReferral, file: File, sealer: Sealer, somebody: Somebody, actor: Membership, at: datetime
) -> None:
    """Add a file with its entries: bound by the law of who holds them and by that of who sent them."""
    made.files.append(file)
    made.sealers.append(sealer)
    made.names += new_names(file, somebody.person)
    made.entries += [
        entries.new_values(file=file, actor=actor, at=at, holder=file.holder, sealer=sealer, **one)
        for one in somebody.entries
    ]


def _save_case(case: Case) -> None:
    """Save a new case, under another reference when someone has drawn the same."""
    for _attempt in range(8):
        try:
            with transaction.atomic():
                return case.save(force_insert=True)
        except IntegrityError:
            case.reference = new_reference(case.programme.prefix)
    raise RuntimeError("no free reference was found")


def _save_referral(referral: Referral, content: Content) -> None:
    """Save how it came, with the sender's number, so that a later file knows it again.

    Two people of one incident have one number: the second one is kept without it.
    """
    if content.external_id:
        referral.external_digest = number_digest(content.external_id, agency_id=referral.agency_id)
    try:
        with transaction.atomic():
            referral.save(force_insert=True)
    except IntegrityError:
        referral.external_digest = None
        referral.save(force_insert=True)


def number_digest(number: str, *, agency_id: UUID) -> bytes:
    """Answer the keyed digest of an agency's own file number: recognises it, tells nothing."""
    return blind.digest(f"referral:{agency_id}", number)


def index_names(file: File, person: Person) -> None:
    """Put the person's names in the blind index, on the side that may search for them."""
    insert_rows(NameToken, NAME_COLUMNS, new_names(file, person))


def new_names(file: File, person: Person) -> list[tuple[Any, ...]]:
    """Answer the rows of the blind index for a person's names, as `NAME_COLUMNS`."""
    side = "management" if file.role == FileRole.PERSON_OF_CONCERN else "victim"
    return [(token, is_exact, file.pk, file.case_id, side) for token, is_exact in name_tokens(person)]


def name_tokens(person: Person) -> list[tuple[bytes, bool]]:
    """Answer each token of a person's names, and whether it is exact."""
    tokens = blind.name_tokens(person.given_name, person.family_name)
    return [
        (token, is_exact)
        for is_exact, group in ((True, tokens.exact), (False, tokens.phonetic))
        for token in dict.fromkeys(group)
    ]
