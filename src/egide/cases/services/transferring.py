"""Another area takes over a case: proposed, asked about, refused, withdrawn. Nothing changes before it is accepted.

Accepting, and what goes along, are in `taking_over`. See ADR 29.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import TRANSFER, LeadChangeState
from egide.cases.models import Case, Entry, File, LeadChange, Programme, Task, Transfer, TransferQuestion
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.transfer import RefusalReason, Told, TransferBasis, TransferReason
from egide.cases.models.work import TaskKind
from egide.cases.queries.transferring import coordinators_of, knows_who, led_there, team_of, ties_there
from egide.cases.services import deadlines, entries, moving, substituting
from egide.cases.services.locking import check_is_open, lock_open_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role
from egide.sharing import areas, leading
from egide.sharing.models import Consent, Ground
from egide.sharing.relation import Relation

#: Where the victim moves, goes to school or works is of the most protected kind; of the person of concern it is not.
WHERE_CATEGORY, REASON_CATEGORY = "location.confidential", "conference.record"
CONTACT_CATEGORY = "contact.safe"


@dataclass(frozen=True)
class Said:
    """What the form says: codes, who told the person, and words that are kept in the file."""

    why: str
    reason: str
    told: str
    told_by: UUID | None = None
    wishes: str = ""
    contact: str = ""
    is_emergency: bool = False


@dataclass(frozen=True)
class Allowed:
    """What allows a transfer: a consent, a ground, or the common programme; and somebody there whom it tells."""

    basis: str
    consent: Consent | None = None
    ground: Ground | None = None
    reader: Membership | None = None
    #: What ties the reader to the case, once it is led there.
    ties: Mapping[UUID, Relation] | None = None


def what_allows(
    case: Case,
    programme: Programme,
    file: File,
    *,
    at: datetime,
    files: Sequence[File] = (),
    there: Sequence[Membership] | None = None,
) -> Allowed | None:
    """Answer what lets the agency of a programme know who the person is; None where nothing does, or nobody is there.

    A consent that names it; else a danger that two people wrote down and approved for it; else, where the programme
    asks for no consent, what the agencies carry out in common. Each counts only if the decisions that would hold
    there open the name on it: the law of the source, and the training asked there, may keep it.

    Args:
        file: of whom the case is about; files: all of them, where the ties shall serve for each.
        there: who coordinates that programme, where the caller read them.
    """
    found = _basis(programme, file, at=at)
    if found is None:
        return None
    files = files or [file]
    if there is None:
        there = coordinators_of(programme, at=at, not_kept_out_of=case.pk)
    with led_there(files, case, programme):
        for one in there:
            ties = ties_there(files=files, reader=one, ground=found.ground, at=at)
            if knows_who(file=file, reader=one, ground=found.ground, ties=ties, at=at):
                return replace(found, reader=one, ties=ties)
    return None


def _basis(programme: Programme, file: File, *, at: datetime) -> Allowed | None:
    agency, needs_consent = programme.lead_agency_id, programme.protocol.is_consent_required
    consent = leading.consent_for_leading(file_id=file.pk, agency_id=agency, at=at)
    if consent is not None:
        return Allowed(TransferBasis.CONSENT, consent=consent)
    ground = leading.ground_for_taking_over(
        file_id=file.pk, agency_id=agency, needs_consent=needs_consent, at=at
    )
    if ground is None:
        return None
    basis = TransferBasis.PROGRAMME if ground.kind == leading.COMMON else TransferBasis.DANGER
    return Allowed(basis, ground=ground)


def check_may_go(case: Case, programme: Programme, *, at: datetime, is_return: bool = False) -> Allowed:
    """Answer what allows a case to go to another area.

    Raises:
        Refused: see `moving.check_is_able`; it is of this area; laws this deployment does not have hold there; nobody
            coordinates there; or neither consent nor law lets the agency know who the person is.
    """
    moving.check_is_able(case, programme, at=at)
    if programme.area_id == case.programme.area_id:
        raise Refused(_("That programme is in the same area: let another agency lead."))
    if not areas.holds_there(here=case.programme.area, there=programme.area):
        raise Refused(
            _(
                "The laws of that area are not switched on here: nothing can be decided for it. Nothing was sent."
            )
        )
    if not coordinators_of(programme, at=at):
        raise Refused(_("Nobody coordinates that programme today."))
    if is_return:
        return Allowed(TransferBasis.RETURN)
    found = what_allows(case, programme, entries.subject_file(case), at=at)
    if found is None:
        raise Refused(
            _(
                "Nothing lets that agency know who the person is. Ask the person first; in a serious danger, write it "
                "down and have it approved."
            )
        )
    return found


def _check_said(said: Said, allowed: Allowed, team: Collection[UUID]) -> None:
    if said.why not in TransferReason.values or said.why == TransferReason.RETURN or not said.reason.strip():
        raise Refused(_("Say why another area should take over."))
    if said.told not in Told.values:
        raise Refused(_("Say whether the person was told."))
    if said.told == Told.TOLD and (said.told_by not in team or not said.wishes.strip()):
        raise Refused(_("Say who told the person, and what the person wishes, in their words."))
    if said.told != Told.TOLD and allowed.basis == TransferBasis.CONSENT:
        raise Refused(_("The person consented to it: say who told them, and what they wish."))


def check_none_waits(case: Case) -> None:
    """Pass only where nobody is asked already whether they lead the case."""
    is_asked = LeadChange.objects.filter(case=case, state=LeadChangeState.PROPOSED).order_by().exists()
    if is_asked or Transfer.objects.filter(case=case).waiting().order_by().exists():
        raise Refused(_("A proposal waits for an answer already."))


@transaction.atomic
def propose_transfer(
    *, case_id: UUID, programme_id: UUID, said: Said, actor: Membership, at: datetime
) -> Transfer:
    """Propose that a programme of another area take over a case; nothing changes before it accepts.

    Raises:
        NotVisible: no such case or programme. PermissionDenied: the actor does not coordinate the case.
        Refused: see `check_may_go`; something is not said; or a proposal waits already.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    programme = find_programme(programme_id)
    check_none_waits(case)
    allowed = check_may_go(case, programme, at=at)
    _check_said(said, allowed, list(team_of(case).values_list("pk", flat=True)))
    file = entries.subject_file(case)
    plan = case.programme.protocol.plan.category
    made = Transfer(
        case=case,
        why=said.why,
        is_emergency=said.is_emergency,
        basis=allowed.basis,
        told=said.told,
        told_by_id=said.told_by if said.told == Told.TOLD else None,
        reason=write_reason(file, said.reason, actor, at),
        wishes=_words(file, plan, said.wishes, "transfer-wishes:1", Kind.STATEMENT, actor, at),
        contact=_words(file, CONTACT_CATEGORY, said.contact, "transfer-contact:1", Kind.FACT, actor, at),
    )
    return ask(made, case, programme, actor, at)


def find_programme(programme_id: UUID) -> Programme:
    """Answer a programme with its area and its lead agency.

    Raises:
        NotVisible: there is none.
    """
    rows = Programme.objects.select_related("lead_agency", "area__parent__parent")
    programme = rows.filter(pk=programme_id).order_by().first()
    if programme is None:
        raise NotVisible
    return programme


def where_category(file: File) -> str:
    """Answer of what kind words are that may tell where the person goes."""
    return WHERE_CATEGORY if file.role == FileRole.VICTIM else REASON_CATEGORY


def write_reason(file: File, text: str, actor: Membership, at: datetime) -> Entry:
    """Keep why a case goes elsewhere, as what tells where the person goes."""
    return entries.write_entry(
        file=file, category=where_category(file), text=text.strip(), form="transfer:1", actor=actor, at=at
    )


def _words(
    file: File, category: str, text: str, form: str, kind: str, actor: Membership, at: datetime
) -> Entry | None:
    if not text.strip():
        return None
    return entries.write_entry(
        file=file, category=category, text=text.strip(), form=form, kind=kind, actor=actor, at=at
    )


def ask(made: Transfer, case: Case, programme: Programme, actor: Membership, at: datetime) -> Transfer:
    """Put a transfer before the other area: a date there, followed here, and a mail that says nothing."""
    made.from_programme, made.to_programme = case.programme, programme
    made.proposed_by, made.proposed_by_account_id, made.proposed_at = actor, actor.account_id, at
    interval = "emergency_transfer" if made.is_emergency else "transfer"
    made.due_at = deadlines.due_after(at, case.programme.protocol.deadlines[interval])
    made.save(force_insert=True)
    deadlines.set_deadline(
        case=case,
        kind=TaskKind.TRANSFER,
        at=at,
        due_at=made.due_at,
        agency=programme.lead_agency,
        actor=actor,
    )
    # Nobody's yet: every coordinator there sees it.
    Task.objects.filter(case=case, kind=TaskKind.TRANSFER, done_at__isnull=True).update(owner=None)
    deadlines.refresh_next_due(case, at=at)
    tell_asked(made, case, at)
    record("cases.transfer_proposed", made, actor, at)
    return made


def record(action: str, transfer: Transfer, actor: Membership, at: datetime, **counts: int) -> None:
    """Leave the trace of a step, in codes; the areas are those of the row it names."""
    ledger.record(
        action=action,
        actor=actor,
        target=transfer,
        at=at,
        subject=transfer.case_id,
        basis=transfer.basis,
        counts=counts,
        details={
            "from": transfer.from_programme.lead_agency_id,
            "to": transfer.to_programme.lead_agency_id,
            "is_emergency": transfer.is_emergency,
        },
    )


def tell_asked(transfer: Transfer, case: Case, at: datetime) -> None:
    """Mail the coordinators of the area asked; who is kept out of the case is told nothing."""
    agency = transfer.to_programme.lead_agency_id
    _tell(case, notifications.accounts_in(role=Role.COORDINATOR, agency_id=agency, at=at), at)


def tell_sender(transfer: Transfer, case: Case, at: datetime) -> None:
    """Mail who proposed it, and who leads the case."""
    lead = case.lead.account_id if case.lead is not None else transfer.proposed_by_account_id
    _tell(case, dict.fromkeys([transfer.proposed_by_account_id, lead]), at)


def _tell(case: Case, accounts: Collection[UUID], at: datetime) -> None:
    told = substituting.told(case, accounts, at=at)
    notifications.tell(accounts=told, kind=NoticeKind.LEAD_CHANGE, at=at)


def locked(transfer_id: UUID, actor: Membership) -> tuple[Transfer, Case]:
    """Take a transfer and its case to change them; who is asked may not see the case itself yet.

    Raises:
        NotVisible: there is none for the actor.
    """
    found = Transfer.objects.visible_to(actor).filter(pk=transfer_id).order_by().first()
    if found is None:
        raise NotVisible
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "programme__area__parent__parent", "lead")
        .get(pk=found.case_id)
    )
    # Asked again: what ended while this waited for the lock is seen only from here.
    rows = Transfer.objects.visible_to(actor).select_for_update(of=("self",))
    transfer = (
        rows.select_related(
            "from_programme__lead_agency",
            "to_programme__lead_agency",
            "to_programme__area__parent__parent",
            "returns",
        )
        .filter(pk=transfer_id)
        .order_by()
        .first()
    )
    if transfer is None:
        raise NotVisible
    return transfer, case


#: What an answer writes.
ANSWERED = ("state", "answered_by", "answered_by_account", "answered_at")


def answer(transfer: Transfer, action: str, actor: Membership, at: datetime) -> None:
    """Move a transfer on, and say who did; the caller saves it."""
    transfer.state = TRANSFER.next_state(action, state=transfer.state)
    transfer.answered_by, transfer.answered_by_account_id = actor, actor.account_id
    transfer.answered_at = at


@transaction.atomic
def withdraw_transfer(*, transfer_id: UUID, actor: Membership, at: datetime) -> Transfer:
    """Take a proposal back before it is answered.

    Raises:
        NotVisible: no such transfer. PermissionDenied: the actor does not coordinate the case.
        TransitionRefused: it was answered already.
    """
    transfer, case = locked(transfer_id, actor)
    permissions.check_can_send(actor, transfer)
    answer(transfer, "withdraw", actor, at)
    transfer.save(update_fields=ANSWERED)
    _end_without(case, actor, at)
    record("cases.transfer_withdrawn", transfer, actor, at)
    return transfer


def withdraw_at_the_end(*, case: Case, actor: Membership, at: datetime) -> None:
    """Take back the transfer that waits on a case that closes. Called within the closing, the case locked."""
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("from_programme", "to_programme")
    transfer = rows.filter(case=case).waiting().order_by().first()
    if transfer is not None:
        answer(transfer, "withdraw", actor, at)
        transfer.save(update_fields=ANSWERED)
        record("cases.transfer_withdrawn", transfer, actor, at)


def _end_without(case: Case, actor: Membership, at: datetime) -> None:
    deadlines.meet_deadline(case=case, kind=TaskKind.TRANSFER, actor=actor, at=at, outcome="not_needed")
    deadlines.refresh_next_due(case, at=at)


@transaction.atomic
def refuse_transfer(
    *, transfer_id: UUID, refusal: str, words: str, actor: Membership, at: datetime
) -> Transfer:
    """Answer no, with the reason: the case stays where it is, and who proposed is told.

    Raises:
        NotVisible: no such transfer. PermissionDenied: the actor does not coordinate the programme asked.
        TransitionRefused: it was answered already. Refused: no reason.
    """
    transfer, case = locked(transfer_id, actor)
    permissions.check_can_receive(actor, transfer)
    if refusal not in RefusalReason.values or (refusal == RefusalReason.OTHER and not words.strip()):
        raise Refused(_("Say why your team cannot take over."))
    answer(transfer, "refuse", actor, at)
    transfer.refusal = refusal
    if words.strip():
        transfer.refusal_words = _to_the_other(transfer, case, words, "transfer-refusal:1", actor, at)
    transfer.save(update_fields=[*ANSWERED, "refusal", "refusal_words"])
    _end_without(case, actor, at)
    tell_sender(transfer, case, at)
    record("cases.transfer_refused", transfer, actor, at)
    return transfer


def _to_the_other(
    transfer: Transfer, case: Case, text: str, form: str, actor: Membership, at: datetime
) -> Entry:
    """Write to the team that leads: it holds what it is told, and reads it whatever else it may."""
    file = entries.subject_file(case)
    return entries.write_entry(
        file=file,
        category=where_category(file),
        text=text.strip(),
        form=form,
        holder=transfer.from_programme.lead_agency,
        actor=actor,
        at=at,
    )


@transaction.atomic
def ask_question(*, transfer_id: UUID, text: str, actor: Membership, at: datetime) -> TransferQuestion:
    """Ask who proposed something before answering; the date of the answer stays.

    Raises:
        NotVisible, PermissionDenied: see `refuse_transfer`.
        Refused: nothing asked, answered already, or a question waits.
    """
    transfer, case = locked(transfer_id, actor)
    permissions.check_can_receive(actor, transfer)
    TRANSFER.next_state("accept", state=transfer.state)
    if not text.strip():
        raise Refused(_("Write what you need to know before you answer."))
    if transfer.questions.filter(answer__isnull=True).order_by().exists():
        raise Refused(_("A question waits for its answer already."))
    made = TransferQuestion.objects.create(
        transfer=transfer,
        question=_to_the_other(transfer, case, text, "transfer-question:1", actor, at),
        asked_by=actor,
        asked_at=at,
    )
    tell_sender(transfer, case, at)
    record("cases.transfer_asked_about", transfer, actor, at)
    return made


@transaction.atomic
def answer_question(*, transfer_id: UUID, text: str, actor: Membership, at: datetime) -> TransferQuestion:
    """Answer what the other team asked.

    Raises:
        NotVisible: no such transfer. PermissionDenied: the actor does not coordinate the case.
        Refused: the transfer was answered already, nothing was asked, or nothing is said.
    """
    transfer, case = locked(transfer_id, actor)
    permissions.check_can_send(actor, transfer)
    check_is_open(case)
    TRANSFER.next_state("accept", state=transfer.state)
    asked = transfer.questions.filter(answer__isnull=True).order_by().first()
    if asked is None or not text.strip():
        raise Refused(_("Write the answer to the question that waits."))
    file = entries.subject_file(case)
    asked.answer = entries.write_entry(
        file=file,
        category=where_category(file),
        text=text.strip(),
        form="transfer-answer:1",
        actor=actor,
        at=at,
    )
    asked.answered_by, asked.answered_at = actor, at
    asked.save(update_fields=["answer", "answered_by", "answered_at"])
    tell_asked(transfer, case, at)
    record("cases.transfer_question_answered", transfer, actor, at)
    return asked


def tell_late(*, at: datetime, limit: int = 200) -> int:
    """Tell both areas of each transfer that was not answered in time, once; answers how many. Run by the scheduler."""
    late = Transfer.objects.waiting().filter(due_at__lt=at, raised_at__isnull=True).order_by("due_at", "pk")
    return sum(_tell_late(pk, at) for pk in list(late.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _tell_late(transfer_id: UUID, at: datetime) -> bool:
    rows = Transfer.objects.select_for_update(of=("self",)).select_related("to_programme", "case__lead")
    transfer = rows.waiting().filter(pk=transfer_id, raised_at__isnull=True).order_by().first()
    if transfer is None:
        return False
    transfer.raised_at = at
    transfer.save(update_fields=["raised_at"])
    tell_asked(transfer, transfer.case, at)
    tell_sender(transfer, transfer.case, at)
    ledger.record(action="cases.transfer_late", actor=None, target=transfer, at=at, subject=transfer.case_id)
    return True
