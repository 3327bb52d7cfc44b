"""Triage: every referral gets a decision by someone; "no further action" takes two."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import CASE, State
from egide.cases.models import Case, TriageDecision
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, entries, leading, needing, transferring, weaponing
from egide.cases.services.locking import STATE, lock_case
from egide.common.errors import PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership


def _case(case_id: UUID, actor: Membership) -> Case:
    case = lock_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    return case


def _decide(case: Case, outcome: str, reason: str, actor: Membership, at: datetime) -> TriageDecision:
    if not reason.strip():
        raise Refused(_("Write the reason of your decision."))
    entry = entries.write_entry(
        file=entries.subject_file(case),
        category="conference.record",
        kind=Kind.OPINION,
        text=reason.strip(),
        form="triage:1",
        actor=actor,
        at=at,
    )
    return TriageDecision.objects.create(
        case=case, outcome=outcome, reason=entry, decided_by=actor, decided_at=at
    )


def _ask_weapons(case: Case, answer: weaponing.Answer | None, actor: Membership, at: datetime) -> None:
    """Keep what triage was told of weapons; where the question was not put, nothing is written: it shows as not asked."""
    if answer is not None:
        weaponing.write(case, weaponing.Stage.TRIAGE, answer, actor=actor, at=at)


@transaction.atomic
def accept_referral(
    *,
    case_id: UUID,
    reason: str,
    actor: Membership,
    at: datetime,
    lead: Membership | None = None,
    weapons: weaponing.Answer | None = None,
) -> TriageDecision:
    """Accept a referral: someone leads it, and the first contact and the consent have their dates.

    Raises:
        TransitionRefused: it was decided already. Refused: no reason, or the lead does not work here.
    """
    case = _case(case_id, actor)
    case.state = CASE.next_state("accept", state=case.state)
    lead = lead or actor
    if lead.agency_id != case.programme.lead_agency_id:
        raise Refused(_("The case is led by someone of the programme’s own agency."))
    decision = _decide(case, "accepted", reason, actor, at)
    _ask_weapons(case, weapons, actor, at)
    case.lead = lead
    deadlines.hand_over(case)
    deadlines.meet_deadline(case=case, kind=TaskKind.TRIAGE, actor=actor, at=at)
    for kind in case.programme.protocol.on_accepting:
        deadlines.set_deadline(case=case, kind=kind, at=at, owner=lead, actor=actor)
    needing.ask_for_language(case, entries.subject_file(case), case.language, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=[*STATE, "lead"])
    ledger.record(action="cases.accepted", actor=actor, target=case, at=at)
    return decision


@transaction.atomic
def propose_no_action(
    *,
    case_id: UUID,
    reason: str,
    actor: Membership,
    at: datetime,
    weapons: weaponing.Answer | None = None,
) -> TriageDecision:
    """Propose no further action: it waits for a second reader and has no effect before.

    Raises:
        TransitionRefused: it was decided already. Refused: no reason.
    """
    case = _case(case_id, actor)
    case.state = CASE.next_state("propose_no_action", state=case.state)
    decision = _decide(case, "no_action", reason, actor, at)
    _ask_weapons(case, weapons, actor, at)
    deadlines.meet_deadline(case=case, kind=TaskKind.TRIAGE, actor=actor, at=at)
    deadlines.set_deadline(case=case, kind=TaskKind.SECOND_READER, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at, changed=STATE)
    ledger.record(action="cases.no_action_proposed", actor=actor, target=case, at=at)
    return decision


@transaction.atomic
def answer_no_action(
    *, case_id: UUID, is_confirmed: bool, reason: str, actor: Membership, at: datetime
) -> TriageDecision:
    """Confirm, as a second reader, that nothing more is done, or return the referral to triage.

    Raises:
        PermissionDenied: the actor made the proposal, under this hat or another.
        TransitionRefused: there is no proposal waiting.
    """
    case = _case(case_id, actor)
    state = CASE.next_state("confirm_no_action" if is_confirmed else "return_to_triage", state=case.state)
    proposal = (
        case.triage_decisions.filter(outcome="no_action").select_related("decided_by").latest("decided_at")
    )
    if proposal.decided_by.account_id == actor.account_id:
        raise PermissionDenied(_("A second person reads it; you made this proposal."))
    case.state = state
    decision = _decide(case, "confirmed" if is_confirmed else "returned", reason, actor, at)
    deadlines.meet_deadline(case=case, kind=TaskKind.SECOND_READER, actor=actor, at=at)
    if is_confirmed:
        case.is_open, case.closed_at = False, at
        deadlines.end_all(case=case, actor=actor, at=at)
        leading.withdraw_at_the_end(case=case, actor=actor, at=at)
        transferring.withdraw_at_the_end(case=case, actor=actor, at=at)
    else:
        deadlines.set_deadline(case=case, kind=TaskKind.TRIAGE, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at, changed=STATE)
    ledger.record(
        action="cases.no_action_confirmed" if is_confirmed else "cases.returned_to_triage",
        actor=actor,
        target=case,
        at=at,
    )
    return decision


@transaction.atomic
def take_up_again(*, case_id: UUID, reason: str, actor: Membership, at: datetime) -> TriageDecision:
    """Bring a referral that was not taken back to triage: new facts came in.

    Raises:
        TransitionRefused: it is not one that was left.
    """
    case = _case(case_id, actor)
    if case.state != State.NOT_TAKEN:
        raise Refused(_("Only a referral that was not taken comes back to triage."))
    case.state = CASE.next_state("return_to_triage", state=case.state)
    case.is_open, case.closed_at = True, None
    decision = _decide(case, "returned", reason, actor, at)
    deadlines.set_deadline(case=case, kind=TaskKind.TRIAGE, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at, changed=STATE)
    ledger.record(action="cases.returned_to_triage", actor=actor, target=case, at=at)
    return decision
