"""A case goes to another programme: what a change of lead agency and a transfer to another area have in common.

Nothing a reader gets is decided here: holders of what is written stay as they are, and so do the consents.
"""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Case, Programme, Task
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines
from egide.common.errors import Refused
from egide.partners import queries as partners
from egide.partners.models import Membership
from egide.sharing.queries import recused_agencies
from egide.sharing.rules.sides import is_management_only


def check_is_able(case: Case, programme: Programme, *, at: datetime) -> None:
    """Pass only where the agency that leads a programme could lead this case, by what it signed and whom it serves.

    Raises:
        Refused: it leads it already, works by other rules, is closed, bound by no agreement, kept out, or works with
            the person of concern alone.
    """
    agency = programme.lead_agency
    if programme.pk == case.programme_id or agency.pk == case.programme.lead_agency_id:
        raise Refused(_("This agency leads the case already."))
    if programme.protocol_code != case.programme.protocol_code:
        raise Refused(_("That programme works by other rules: close this case and refer it there."))
    # Kept out, or closed, or unsigned, or of the other side: one answer, so that nothing is told of a recusal.
    # Who leads reads on both sides: an agency that works with the person of concern alone never does, whatever
    # the consent says, and nobody there would see the victim's tasks. Every case has a victim's file.
    signed = partners.agreement_in_force(agency_ids=[agency.pk], on=timezone.localdate(at))
    is_able = agency.is_active and agency.pk in signed and not is_management_only(agency.sector)
    if not is_able or agency.pk in recused_agencies(case_id=case.pk):
        raise Refused(_("This agency cannot lead this case."))


def check_sits_nowhere(case: Case) -> None:
    """Pass only where no conference is discussing the case now."""
    sits = AgendaItem.objects.filter(case=case, conference__state=ConferenceState.OPEN)
    if sits.order_by().exists():
        raise Refused(_("The case is being discussed in a conference now. Accept once it is over."))


def change_programme(
    case: Case, programme: Programme, *, lead: Membership, actor: Membership, at: datetime
) -> None:
    """Hand over the work: tasks keep their dates, the agenda of the former programme is left, consents are looked at.

    The caller holds the lock, and saves the case with its next date (`programme` and `lead` changed).
    """
    former = case.programme
    case.programme, case.lead = programme, lead
    waiting = Task.objects.filter(case=case, done_at__isnull=True)
    deadlines.pass_on(
        waiting.filter(agency=former.lead_agency), agency_id=programme.lead_agency_id, owner=lead
    )
    waiting.filter(agency=programme.lead_agency).update(rises_to=None)
    deadlines.hand_over(case)
    left = AgendaItem.objects.filter(
        case=case, conference__state=ConferenceState.PLANNED, conference__programme=former
    )
    is_called = bool(left.delete()[0])
    if is_called:
        deadlines.set_deadline(case=case, kind=TaskKind.CONFERENCE, at=at, actor=actor)
    due_at = deadlines.due_after(at, programme.protocol.deadlines["consent_check"])
    deadlines.set_deadline(case=case, kind=TaskKind.LEAD_CONSENTS, at=at, due_at=due_at, actor=actor)
