"""What each brings to one case of a conference: the wishes of the person, the part of an agency, a conflict."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Contribution, Task
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, entries, recusing
from egide.cases.services.conferring.locking import check_is_active, fetch_item, item_to_change
from egide.cases.services.meanwhile import WHATEVER, check_unmoved
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing


@transaction.atomic
def record_wishes(
    *, item_id: UUID, words: str, actor: Membership, at: datetime, based_on: UUID | None = WHATEVER
) -> AgendaItem:
    """Write what the victim wishes the conference to know and to do, in their words.

    Args:
        based_on: the wishes that stood when the form was shown; None when there were none.
    Raises:
        Meanwhile: somebody recorded others since. Refused: nothing is written, or the minutes are locked.
    """
    item = item_to_change(item_id, actor)
    permissions.check_can_support(actor, item.case)
    check_unmoved(item.wishes_id, based_on)
    if not words.strip():
        raise Refused(_("Write what the person wishes."))
    item.wishes = entries.write_entry(
        file=entries.subject_file(item.case),
        category="conference.record",
        kind=Kind.STATEMENT,
        text=words.strip(),
        form="wishes:1",
        actor=actor,
        at=at,
        replaces=item.wishes,
    )
    item.has_recorded_wishes = True
    item.save(update_fields=["wishes", "has_recorded_wishes"])
    ledger.record(action="cases.wishes_recorded", actor=actor, target=item.case, at=at)
    return item


@transaction.atomic
def contribute(
    *,
    item_id: UUID,
    text: str,
    kind: str,
    actor: Membership,
    at: datetime,
    category: str = "conference.record",
    replaces_id: UUID | None = None,
) -> Contribution:
    """Add what the actor's agency brings to one case, held by that agency, before or while the conference sits.

    Whoever works on the case writes it, invited or not. What was asked of the agency is done.

    Args:
        replaces_id: what the agency brought before and now says otherwise; the former words stay as history.
    Raises:
        NotVisible: no such case for the actor, or nothing of their agency to correct.
        Refused: nothing written, or the minutes are locked.
    """
    item = item_to_change(item_id, actor, is_seated=False)
    permissions.check_can_contribute(actor, item.case)
    check_is_active(item.case)
    former = _own(item, replaces_id, actor) if replaces_id else None
    if not text.strip() or kind not in Kind.values:
        raise Refused(_("Write what your agency brings, and say whether it is a fact or an opinion."))
    entry = entries.write_entry(
        file=entries.subject_file(item.case),
        category=category,
        kind=kind,
        text=text.strip(),
        form="contribution:1",
        actor=actor,
        at=at,
        replaces=former.entry if former else None,
    )
    if former is not None:
        former.entry = entry
        former.save(update_fields=["entry"])
    contribution = former or Contribution.objects.create(item=item, agency_id=actor.agency_id, entry=entry)
    asked = Task.objects.filter(
        case=item.case, kind=TaskKind.PART, agency=actor.agency_id, done_at__isnull=True
    )
    if asked.update(done_at=at, done_by=actor, outcome="done"):
        deadlines.refresh_next_due(item.case, at=at)
    ledger.record(action="cases.contributed", actor=actor, target=item.case, at=at)
    return contribution


def _own(item: AgendaItem, contribution_id: UUID, actor: Membership) -> Contribution:
    """Answer what the actor's own agency brought to this case."""
    rows = Contribution.objects.select_related("entry").filter(item=item, agency=actor.agency_id)
    found = rows.filter(pk=contribution_id).order_by().first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def take_up(*, item_id: UUID, actor: Membership, at: datetime) -> AgendaItem:
    """Go on to one case while the conference sits: its time counts from now, also when one comes back to it.

    Raises:
        Refused: the conference does not sit.
    """
    item = fetch_item(item_id, actor)
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("A case is taken up while the conference sits."))
    item.taken_up_at = at
    item.save(update_fields=["taken_up_at"])
    ledger.record(action="cases.taken_up", actor=actor, target=item.case, at=at)
    return item


@transaction.atomic
def declare_conflict(
    *, item_id: UUID, actor: Membership, at: datetime, reason_code: str = "declared"
) -> None:
    """Recuse oneself from one case: from this moment it does not exist for the actor, here or anywhere."""
    item = fetch_item(item_id, actor)
    made = sharing.recuse(case_id=item.case_id, membership=actor, reason_code=reason_code, actor=actor, at=at)
    recusing.after_recusal(recusal=made, at=at)
