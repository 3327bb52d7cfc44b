"""Open a case in an emergency, and let whoever leads it know at once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.models import Case
from egide.cases.models.work import TaskWords
from egide.cases.services import deadlines, entries, substituting, tasks
from egide.common.errors import NotVisible, Refused
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role
from egide.sharing import emergency
from egide.sharing import queries as sharing_queries
from egide.sharing.models import EmergencyAccess


class NothingThere(Refused):
    """No case of that reference, or one the actor is kept out of: the two cannot be told apart."""


@transaction.atomic
def open_case(*, reference: str, reason: str, actor: Membership, at: datetime) -> EmergencyAccess:
    """Open the case of that reference to one named person for four hours.

    Raises:
        NotVisible: the actor is not named for it.
        NothingThere: no such case for them; the caller counted the try (`sharing.misses`).
        Refused: see `sharing.emergency.open_access`.
    """
    if not emergency.may_open(actor):
        raise NotVisible
    cleaned = reference.strip().upper().replace(" ", "-")
    cases = Case.objects.select_related("programme__lead_agency", "lead").order_by()
    cases = cases.filter(sharing_queries.not_recused(actor, case_ref="pk"), reference=cleaned)
    cases.select_for_update(of=("self",)).first()
    case = cases.first()  # asked again: the actor may have been kept out while this waited
    if case is None:
        raise NothingThere(_("No case of this reference can be opened. Check each letter."))
    file = entries.subject_file(case)
    made = emergency.open_access(case_id=case.pk, file_id=file.pk, reason=reason, actor=actor, at=at)
    if case.is_open:
        tasks.make_task(
            case=case,
            file=file,
            text=TaskWords.EMERGENCY_OPENED,
            side="victim",
            agency_id=case.programme.lead_agency_id,
            due_at=made.review_due_at,
            actor=actor,
            at=at,
        )
        deadlines.refresh_next_due(case, at=at)
    _tell(case, actor=actor, at=at)
    return made


def _tell(case: Case, *, actor: Membership, at: datetime) -> None:
    """A mail at once to the privacy officers of the lead agency and to whoever leads the case; it says nothing of it."""
    told = notifications.accounts_in(
        role=Role.PRIVACY_OFFICER, agency_id=case.programme.lead_agency_id, at=at
    )
    if case.lead is not None:
        told.append(case.lead.account_id)
    instead = substituting.told(case, told, at=at)
    notifications.tell(
        accounts=[pk for pk in instead if pk != actor.account_id], kind=NoticeKind.EMERGENCY_OPENED, at=at
    )
