"""Another area takes over a case, or gives it back: everything moves in one transaction, or nothing does."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import TRANSFER
from egide.cases.models import Case, ContactAttempt, File, Task, Transfer
from egide.cases.models.transfer import Told, TransferBasis, TransferReason
from egide.cases.models.work import TaskKind
from egide.cases.queries.transferring import coordinators_of, goes_along
from egide.cases.services import cascading, deadlines, entries, moving, transferring
from egide.cases.services.locking import check_is_open
from egide.cases.services.transferring import Allowed
from egide.common.errors import PermissionDenied, Refused
from egide.partners.models import Agency, Membership
from egide.sharing import leading
from egide.sharing import services as sharing
from egide.sharing.queries import active_assignments, assigned_agencies
from egide.sharing.rules.sides import is_management_only, side_of

#: What taking over writes on the transfer, beside who answered.
_TAKEN_OVER = ("basis", "coordinator", "let_go", "first_task", "went", "stayed")


@transaction.atomic
def accept_transfer(
    *, transfer_id: UUID, coordinator_id: UUID, first_at: datetime, actor: Membership, at: datetime
) -> Transfer:
    """Lead a case of another area from now on; all of it moves at once.

    Args:
        coordinator_id: who leads it there.
        first_at: when the person is reached first, or, where the team reaches nobody, the case is looked at.
    Raises:
        NotVisible: no such transfer.
        PermissionDenied: the actor does not coordinate the programme asked, or proposed it under another hat.
        TransitionRefused: it was answered already.
        Refused: the case closed or sits in a conference, nothing allows it any more (`check_may_go`), nobody
            coordinates it, or the first date is too far.
    """
    transfer, case = transferring.locked(transfer_id, actor)
    permissions.check_can_receive(actor, transfer)
    if transfer.proposed_by_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else accepts what you proposed."))
    check_is_open(case)
    transferring.answer(transfer, "accept", actor, at)
    allowed = transferring.check_may_go(
        case, transfer.to_programme, at=at, is_return=transfer.returns_id is not None
    )
    moving.check_sits_nowhere(case)
    transfer.basis = allowed.basis
    transfer.coordinator = _coordinator(transfer, coordinator_id, case, at)
    _check_first(transfer, first_at, at)
    if transfer.returns is not None:
        check_not_begun(transfer.returns)
        transfer.returns.state = TRANSFER.next_state("give_back", state=transfer.returns.state)
        transfer.returns.save(update_fields=["state"])
    _take_over(transfer, case, allowed, first_at, actor, at)
    transfer.save(update_fields=[*transferring.ANSWERED, *_TAKEN_OVER])
    transferring.tell_sender(transfer, case, at)
    return transfer


def _coordinator(transfer: Transfer, coordinator_id: UUID, case: Case, at: datetime) -> Membership:
    found = coordinators_of(transfer.to_programme, at=at, not_kept_out_of=case.pk)
    chosen = next((one for one in found if one.pk == coordinator_id), None)
    if chosen is None:
        raise Refused(_("Name who coordinates the case in your team."))
    return chosen


def _check_first(transfer: Transfer, first_at: datetime, at: datetime) -> None:
    latest = deadlines.due_after(at, transfer.to_programme.protocol.deadlines["transfer_contact"])
    # A day is chosen, and ends with its working hours.
    if first_at <= at or timezone.localdate(first_at) > timezone.localdate(latest):
        raise Refused(_("Choose the first date among the next days: the person is not left without anybody."))


def _take_over(
    transfer: Transfer, case: Case, allowed: Allowed, first_at: datetime, actor: Membership, at: datetime
) -> None:
    former, programme = case.programme.lead_agency, transfer.to_programme
    coordinator = transfer.coordinator
    if coordinator is None:  # named by whoever calls this
        raise Refused(_("Name who coordinates the case in your team."))
    ended = leading.close_grants(
        case_id=case.pk, former_id=former.pk, actor=actor, at=at, ends_other_side=True
    )
    deadlines.meet_deadline(case=case, kind=TaskKind.TRANSFER, actor=actor, at=at)
    moving.change_programme(case, programme, lead=coordinator, actor=actor, at=at)
    gone = _let_go(transfer, case, at)
    _bring_back(transfer, case, actor, at)
    given = deadlines.give_back(case=case, at=at)
    cascading.tell_let_go(case=case, agencies=gone, actor=actor, at=at)
    transfer.let_go = [str(pk) for pk in sorted(gone)]
    transfer.first_task = _first_task(case, coordinator, first_at, actor, at)
    if programme.protocol.is_consent_required and allowed.basis == TransferBasis.DANGER:
        deadlines.set_deadline(case=case, kind=TaskKind.CONSENT, at=at, due_at=first_at, actor=actor)
    _account_for(transfer, case, allowed, coordinator, at)
    deadlines.refresh_next_due(case, at=at, changed=["programme", "lead"])
    transferring.record(
        "cases.transferred",
        transfer,
        actor,
        at,
        grants_ended=ended,
        agencies_let_go=len(gone),
        tasks_given_back=given,
    )


def _let_go(transfer: Transfer, case: Case, at: datetime) -> list[UUID]:
    """End the work of the agencies that take no part there; always of those that work with the person of concern alone.

    Where she went is not theirs to learn, whatever they take part in: the new team brings in whom it needs.
    """
    programme = transfer.to_programme
    stays = {programme.lead_agency_id, *programme.partners.order_by().values_list("pk", flat=True)}
    working = Agency.objects.filter(pk__in=assigned_agencies(case_id=case.pk)).order_by("pk")
    gone = [one for one in working if one.pk not in stays or is_management_only(one.sector)]
    for one in gone:
        sharing.end_assignment(case_id=case.pk, agency=one, at=at)
    return [one.pk for one in gone]


def _bring_back(transfer: Transfer, case: Case, actor: Membership, at: datetime) -> None:
    """Of a case that goes back, let those work again whose work had ended with the transfer, if they still may."""
    if transfer.returns is None:
        return
    file = entries.subject_file(case)
    needs_consent = case.programme.protocol.is_consent_required
    working = active_assignments(now=at).filter(case_id=case.pk).order_by().values("agency_id")
    former = Agency.objects.filter(pk__in=transfer.returns.let_go, is_active=True).exclude(pk__in=working)
    for one in former.order_by("pk"):
        consent = leading.consent_for_leading(file_id=file.pk, agency_id=one.pk, at=at)
        if consent is None and needs_consent:
            continue
        sharing.assign(
            case_id=case.pk, agency=one, side=side_of(one.sector), actor=actor, at=at, consent=consent
        )
        cascading.take_up_again(case=case, agency_id=one.pk, actor=actor, at=at)


def _first_task(
    case: Case, coordinator: Membership, first_at: datetime, actor: Membership, at: datetime
) -> Task:
    """Make the date on which the new team reaches the person, or looks at the case where it reaches nobody."""
    reaches = case.programme.protocol.reaches_the_person
    kind = TaskKind.FIRST_CONTACT if reaches else TaskKind.REVIEW
    task = deadlines.set_deadline(
        case=case, kind=kind, at=at, due_at=first_at, owner=coordinator, actor=actor
    )
    task.due_at, task.owner, task.raised_at = first_at, coordinator, None
    task.save(update_fields=["due_at", "owner", "raised_at"])
    return task


def _account_for(
    transfer: Transfer, case: Case, allowed: Allowed, coordinator: Membership, at: datetime
) -> None:
    """Record what the new lead reads from now on as a disclosure of the team that proposed it, file by file."""
    purpose = allowed.ground.purposes[0] if allowed.ground else "case_management"
    basis = {TransferBasis.CONSENT: "consent", TransferBasis.RETURN: leading.COMMON}.get(
        TransferBasis(allowed.basis), allowed.ground.kind if allowed.ground else leading.COMMON
    )
    transfer.went, transfer.stayed = {}, {}
    for seen in goes_along(case=case, reader=coordinator, purpose=purpose, at=at):
        went = sorted({line.slug for line in seen.seen})
        role = str(seen.file.role)
        transfer.went[role] = sorted({*transfer.went.get(role, ()), *went})
        stayed = {line.slug for line in seen.lines or () if not line.is_silent} - {*transfer.went[role]}
        transfer.stayed[role] = sorted({*transfer.stayed.get(role, ()), *stayed})
        if went:
            sharing.record_disclosure(
                actor=transfer.proposed_by,
                file=seen.file,
                categories=went,
                method="share",
                basis=basis,
                purpose=purpose,
                recipient=transfer.to_programme.lead_agency,
                consent=allowed.consent,
                ground=allowed.ground,
                at=at,
            )


def check_not_begun(transfer: Transfer) -> None:
    """Pass only while the new team has not reached the person.

    Raises:
        Refused: it has: the case is transferred anew, with everything that is asked for that.
    """
    if has_begun(transfer):
        raise Refused(_("The person was reached there already: propose a new transfer instead."))


def has_begun(transfer: Transfer) -> bool:
    """Say whether the new team has reached the person, or done the first thing it was to do."""
    if transfer.first_task is not None and transfer.first_task.done_at is not None:
        return True
    reached = ContactAttempt.objects.filter(
        file__in=File.objects.filter(case=transfer.case_id).order_by().values("pk"),
        at__gte=transfer.answered_at,
        outcome__in=("reached", "not_safe"),
    )
    return reached.order_by().exists()


@transaction.atomic
def propose_return(*, transfer_id: UUID, reason: str, actor: Membership, at: datetime) -> Transfer:
    """Propose that a case go back to where it came from, before the person was reached; the other area agrees.

    Raises:
        NotVisible: no such transfer. PermissionDenied: the actor does not coordinate the case now.
        Refused: it was not accepted, went on elsewhere since, begun, gives no reason, or a proposal waits.
    """
    former, case = transferring.locked(transfer_id, actor)
    permissions.check_can_coordinate(actor, case)
    check_is_open(case)
    TRANSFER.next_state("give_back", state=former.state)
    if case.programme_id != former.to_programme_id:
        raise Refused(_("This case went on elsewhere since."))
    check_not_begun(former)
    if not reason.strip():
        raise Refused(_("Say why the case goes back."))
    transferring.check_none_waits(case)
    programme = transferring.find_programme(former.from_programme_id)
    transferring.check_may_go(case, programme, at=at, is_return=True)
    made = Transfer(
        case=case,
        returns=former,
        why=TransferReason.RETURN,
        is_emergency=former.is_emergency,
        basis=TransferBasis.RETURN,
        told=Told.NOT_REACHED,
        reason=transferring.write_reason(entries.subject_file(case), reason, actor, at),
    )
    return transferring.ask(made, case, programme, actor, at)
