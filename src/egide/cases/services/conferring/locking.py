"""Take a sitting, or one case of it, to change it: everything read anew under the lock."""

from uuid import UUID

from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Case, Conference
from egide.cases.queries.parts import may_bring
from egide.cases.services.locking import check_is_open, lock_case
from egide.common.errors import NotVisible, Refused
from egide.partners.models import Membership


def running(conference_id: UUID, actor: Membership) -> Conference:
    conference = (
        Conference.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency")
        .fetch(conference_id, actor=actor)
    )
    permissions.check_can_run(actor, conference)
    return conference


def fetch_item(item_id: UUID, actor: Membership, *, is_seated: bool = True) -> AgendaItem:
    """Answer an item with its conference and its case, the three locked: nothing of them is a former reading.

    Args:
        is_seated: False lets in whoever works on the case, when their agency may bring its part without a seat.
    """
    found = AgendaItem.objects.filter(pk=item_id).order_by().values_list("conference_id", "case_id").first()
    if found is None:
        raise NotVisible
    # The conference first, as `put_on_agenda` does: two who wait for each other would wait for ever.
    sittings = Conference.objects.visible_to(actor) if is_seated else may_bring(actor)
    if sittings.select_for_update(of=("self",)).filter(pk=found[0]).order_by().first() is None:
        raise NotVisible
    conference = sittings.select_related("programme__lead_agency").order_by().get(pk=found[0])
    case = lock_case(found[1], actor=actor)
    item = AgendaItem.objects.select_for_update().get(pk=item_id)
    item.conference, item.case = conference, case
    return item


def item_to_change(item_id: UUID, actor: Membership, *, is_seated: bool = True) -> AgendaItem:
    """Answer an item whose minutes are not locked and whose case has not ended."""
    item = fetch_item(item_id, actor, is_seated=is_seated)
    if item.conference.state == ConferenceState.HELD:
        raise Refused(_("The minutes of this conference are locked."))
    check_is_open(item.case)
    return item


def check_is_active(case: Case) -> None:
    """Refuse to go on in a conference about a case whose consent ended; it came there with one."""
    check_is_open(case)
    if case.state != State.ACTIVE:
        raise Refused(_("The person no longer consents: the conference does not go on with this case."))
