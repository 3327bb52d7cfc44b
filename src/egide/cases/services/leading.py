"""Another agency leads a case: proposed by who leads, accepted by who will, all at once or not at all.

Nothing a reader gets is decided here. Holders of what is written stay as they are; the consents stay as they were
given; the agency that leads from now on reads by the consent that names it, the former one by what is left to it.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import LEAD_CHANGE, LeadChangeState
from egide.cases.models import Case, LeadChange, Programme, Task, Transfer
from egide.cases.models.work import TaskKind
from egide.cases.rules.protocol import Interval
from egide.cases.services import deadlines, entries, moving, substituting
from egide.cases.services.locking import check_is_open, lock_case, lock_open_case
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role
from egide.sharing import leading

#: How long the other agency has to answer. Ours (O).
ANSWER_WITHIN = Interval(working_days=3)
#: Of what kind the reason is: as the record of a conference, so that the agency asked reads it if consent says so.
REASON_CATEGORY = "conference.record"


def check_may_lead(case: Case, programme: Programme, *, at: datetime) -> None:
    """Pass only where the agency asked could lead, by what the person agreed to and what it signed.

    Raises:
        Refused: see `moving.check_is_able`; of another area; or not named by a consent.
    """
    moving.check_is_able(case, programme, at=at)
    if programme.area_id != case.programme.area_id:
        raise Refused(_("That programme is in another area: propose a transfer."))
    if programme.protocol.is_consent_required and not leading.names_for_leading(
        file_id=entries.subject_file(case).pk, agency_id=programme.lead_agency_id, at=at
    ):
        raise Refused(_("The person’s consent does not name this agency for this. Ask the person first."))


@transaction.atomic
def propose_lead_change(
    *, case_id: UUID, programme_id: UUID, reason: str, actor: Membership, at: datetime
) -> LeadChange:
    """Propose that the agency of another programme lead a case; nothing changes before it accepts.

    Raises:
        NotVisible: no such case or programme. PermissionDenied: the actor does not coordinate the case.
        Refused: see `check_may_lead`; no reason; or a proposal waits already.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    programme = Programme.objects.select_related("lead_agency").filter(pk=programme_id).order_by().first()
    if programme is None:
        raise NotVisible
    if not reason.strip():
        raise Refused(_("Say why another agency should lead."))
    if LeadChange.objects.filter(case=case, state=LeadChangeState.PROPOSED).order_by().exists():
        raise Refused(_("A proposal waits for an answer already."))
    if Transfer.objects.filter(case=case).waiting().order_by().exists():
        raise Refused(_("A transfer of this case waits for an answer. Withdraw it first."))
    check_may_lead(case, programme, at=at)
    file = entries.subject_file(case)
    entry = entries.write_entry(
        file=file, category=REASON_CATEGORY, text=reason.strip(), form="lead-change:1", actor=actor, at=at
    )
    made = LeadChange.objects.create(
        case=case,
        from_programme=case.programme,
        to_programme=programme,
        reason=entry,
        proposed_by=actor,
        proposed_by_account_id=actor.account_id,
        proposed_at=at,
    )
    deadlines.set_deadline(
        case=case,
        kind=TaskKind.LEAD_CHANGE,
        at=at,
        due_at=deadlines.due_after(at, ANSWER_WITHIN),
        file=file,
        agency=programme.lead_agency,
        actor=actor,
    )
    # Nobody's yet: every coordinator there sees it.
    Task.objects.filter(case=case, kind=TaskKind.LEAD_CHANGE, done_at__isnull=True).update(owner=None)
    deadlines.refresh_next_due(case, at=at)
    _tell(
        case, notifications.accounts_in(role=Role.COORDINATOR, agency_id=programme.lead_agency_id, at=at), at
    )
    _record("cases.lead_change_proposed", made, actor, at)
    return made


def _record(action: str, change: LeadChange, actor: Membership, at: datetime, ended: int = 0) -> None:
    ledger.record(
        action=action,
        actor=actor,
        target=change,
        at=at,
        subject=change.case_id,
        counts={"grants_ended": ended},
        details={
            "from": change.from_programme.lead_agency_id,
            "to": change.to_programme.lead_agency_id,
        },
    )


def _tell(case: Case, accounts: Collection[UUID], at: datetime) -> None:
    """Mail those it concerns; who is kept out of the case is told nothing, their substitute is."""
    told = substituting.told(case, accounts, at=at)
    notifications.tell(accounts=told, kind=NoticeKind.LEAD_CHANGE, at=at)


def _locked(change_id: UUID, actor: Membership) -> tuple[LeadChange, Case]:
    found = LeadChange.objects.visible_to(actor).filter(pk=change_id).order_by().first()
    if found is None:
        raise NotVisible
    case = lock_case(found.case_id, actor=actor)
    change = (
        LeadChange.objects.select_for_update(of=("self",))
        .select_related("from_programme__lead_agency", "to_programme__lead_agency")
        .get(pk=found.pk)
    )
    return change, case


def _answer(change: LeadChange, action: str, actor: Membership, at: datetime) -> None:
    change.state = LEAD_CHANGE.next_state(action, state=change.state)
    change.answered_by, change.answered_by_account_id, change.answered_at = actor, actor.account_id, at
    change.save(update_fields=["state", "answered_by", "answered_by_account", "answered_at"])


@transaction.atomic
def withdraw_lead_change(*, change_id: UUID, actor: Membership, at: datetime) -> LeadChange:
    """Take a proposal back before it is answered.

    Raises:
        NotVisible: no such proposal. PermissionDenied: the actor does not coordinate the case.
        TransitionRefused: it was answered already.
    """
    change, case = _locked(change_id, actor)
    permissions.check_can_coordinate(actor, case)
    _answer(change, "withdraw", actor, at)
    _end_without(change, case, actor, at)
    _record("cases.lead_change_withdrawn", change, actor, at)
    return change


def withdraw_at_the_end(*, case: Case, actor: Membership, at: datetime) -> None:
    """Take back the proposal that waits on a case that closes: nobody accepts it later, and another may be made.

    Called within the closing, the case locked. Nobody is told: the proposal leaves the list of the agency asked.
    """
    waiting = LeadChange.objects.select_for_update(of=("self",)).select_related(
        "from_programme", "to_programme"
    )
    change = waiting.filter(case=case, state=LeadChangeState.PROPOSED).order_by().first()
    if change is not None:
        _answer(change, "withdraw", actor, at)
        _record("cases.lead_change_withdrawn", change, actor, at)


@transaction.atomic
def refuse_lead_change(*, change_id: UUID, actor: Membership, at: datetime) -> LeadChange:
    """Answer no: the case stays where it is, and who proposed is told.

    Raises:
        NotVisible: no such proposal. PermissionDenied: the actor does not coordinate the programme asked.
        TransitionRefused: it was answered already.
    """
    change, case = _locked(change_id, actor)
    permissions.check_can_receive(actor, change)
    _answer(change, "refuse", actor, at)
    _end_without(change, case, actor, at)
    _tell(case, [change.proposed_by_account_id], at)
    _record("cases.lead_change_refused", change, actor, at)
    return change


def _end_without(change: LeadChange, case: Case, actor: Membership, at: datetime) -> None:
    deadlines.meet_deadline(case=case, kind=TaskKind.LEAD_CHANGE, actor=actor, at=at, outcome="not_needed")
    deadlines.refresh_next_due(case, at=at)


@transaction.atomic
def accept_lead_change(*, change_id: UUID, actor: Membership, at: datetime) -> LeadChange:
    """Lead a case from now on, in the actor's name; everything moves in one transaction.

    Raises:
        NotVisible: no such proposal, or the case is not the actor's to see.
        PermissionDenied: the actor does not coordinate the programme asked, or made the proposal under another hat.
        TransitionRefused: it was answered already.
        Refused: the case closed or sits in a conference, or the agency could no longer lead (`check_may_lead`).
    """
    change, case = _locked(change_id, actor)
    permissions.check_can_receive(actor, change)
    if change.proposed_by_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else accepts what you proposed."))
    check_is_open(case)
    _answer(change, "accept", actor, at)
    check_may_lead(case, change.to_programme, at=at)
    moving.check_sits_nowhere(case)
    ended = leading.close_grants(
        case_id=case.pk, former_id=change.from_programme.lead_agency_id, actor=actor, at=at
    )
    deadlines.meet_deadline(case=case, kind=TaskKind.LEAD_CHANGE, actor=actor, at=at)
    moving.change_programme(case, change.to_programme, lead=actor, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=["programme", "lead"])
    _tell(case, [change.proposed_by_account_id], at)
    _record("cases.lead_changed", change, actor, at, ended)
    return change
