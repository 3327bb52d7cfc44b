"""The minutes of a conference: locked by one who runs it, countersigned by a second."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.lifecycle import CONFERENCE, ConferenceState
from egide.cases.models import Conference
from egide.cases.services.conferring.locking import running
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership, Role


@transaction.atomic
def lock_minutes(*, conference_id: UUID, actor: Membership, at: datetime) -> Conference:
    """End the sitting: attendance, contributions and decisions are final from now on."""
    conference = running(conference_id, actor)
    conference.state = CONFERENCE.next_state("lock", state=conference.state)
    conference.locked_at, conference.locked_by = at, actor
    conference.save(update_fields=["state", "locked_at", "locked_by"])
    ledger.record(action="cases.minutes_locked", actor=actor, target=conference, at=at)
    return conference


@transaction.atomic
def countersign(*, conference_id: UUID, actor: Membership, at: datetime) -> Conference:
    """Sign locked minutes as a second person who was there; one of the two who sign is the chair.

    Raises:
        Refused: the minutes are not locked or are signed already; it is the person who locked them, somebody who was
            not recorded as present, or neither of the two is the chair.
    """
    conference = running(conference_id, actor)
    _check_may_countersign(conference, actor)
    conference.countersigned_at, conference.countersigned_by = at, actor
    conference.save(update_fields=["countersigned_at", "countersigned_by"])
    ledger.record(action="cases.minutes_countersigned", actor=actor, target=conference, at=at)
    return conference


def _check_may_countersign(conference: Conference, actor: Membership) -> None:
    if conference.state != ConferenceState.HELD:
        raise Refused(_("The minutes are countersigned once they are locked."))
    if conference.countersigned_at is not None:
        raise Refused(_("These minutes are already countersigned."))
    locked_by = conference.locked_by
    if locked_by is not None and locked_by.account_id == actor.account_id:
        raise Refused(_("You locked these minutes: somebody else countersigns them."))
    if Role.CHAIR not in (actor.role, locked_by.role if locked_by else ""):
        raise Refused(_("The chair countersigns what the coordinator locked."))
    if not conference.attendances.filter(account=actor.account_id, is_present=True).exists():
        raise Refused(_("Whoever countersigns was at the conference. You are not recorded as present."))


def may_countersign(conference: Conference, actor: Membership) -> bool:
    """Say whether the actor, who may run the conference, may countersign its minutes now."""
    try:
        _check_may_countersign(conference, actor)
    except Refused:
        return False
    return True
