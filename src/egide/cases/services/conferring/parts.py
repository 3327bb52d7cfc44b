"""What each brings to one case of a conference: the wishes of the person, the part of an agency, a conflict."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Contribution
from egide.cases.models.file import Kind
from egide.cases.services import entries, recusing
from egide.cases.services.conferring.locking import check_is_active, fetch_item, item_to_change
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing


@transaction.atomic
def record_wishes(*, item_id: UUID, words: str, actor: Membership, at: datetime) -> AgendaItem:
    """Write what the victim wishes the conference to know and to do, in their words."""
    item = item_to_change(item_id, actor)
    permissions.check_can_support(actor, item.case)
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
) -> Contribution:
    """Add what the actor's agency brings to one case, held by that agency.

    Raises:
        Refused: nothing written, or the minutes are locked.
    """
    item = item_to_change(item_id, actor)
    permissions.check_can_contribute(actor, item.case)
    check_is_active(item.case)
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
    )
    contribution = Contribution.objects.create(item=item, agency_id=actor.agency_id, entry=entry)
    ledger.record(action="cases.contributed", actor=actor, target=item.case, at=at)
    return contribution


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
