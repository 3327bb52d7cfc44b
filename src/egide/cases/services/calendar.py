"""A secret address for one's own calendar: made, made anew, ended, and read without signing in."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from egide.cases import permissions
from egide.cases.models import CalendarFeed
from egide.common.errors import NotVisible
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.vault import blind

#: Random octets of an address: 192 bits.
OCTETS = 24


@dataclass(frozen=True)
class Made:
    """An address just made, with the token that is told once and kept nowhere."""

    feed: CalendarFeed
    token: str


def _digest(token: str) -> bytes:
    return blind.digest("calendar-feed", token)


@transaction.atomic
def make_feed(*, actor: Membership, at: datetime) -> Made:
    """Make an address for the actor's own calendar under this hat; an earlier one stops working.

    Raises:
        PermissionDenied: the actor's role has no dates of its own.
    """
    permissions.check_works_on_cases(actor)
    token = secrets.token_urlsafe(OCTETS)
    feed, is_new = CalendarFeed.objects.update_or_create(
        membership=actor, defaults={"digest": _digest(token), "made_at": at, "read_on": None}
    )
    ledger.record(
        action="cases.calendar_made", actor=actor, target=feed, at=at, details={"is_anew": not is_new}
    )
    return Made(feed, token)


@transaction.atomic
def end_feed(*, actor: Membership, at: datetime) -> None:
    """End the actor's address: a calendar that asks for it again finds nothing.

    Raises:
        NotVisible: there is none.
    """
    feed = CalendarFeed.objects.select_for_update().filter(membership=actor.pk).order_by().first()
    if feed is None:
        raise NotVisible
    ledger.record(action="cases.calendar_ended", actor=actor, target=feed, at=at)
    feed.delete()


@transaction.atomic
def read_feed(*, token: str, at: datetime) -> Membership:
    """Answer whose calendar reads at an address; the first reading of a day is noted.

    Raises:
        NotVisible: no such address, or it was ended or made anew, or its owner no longer has this place.
    """
    feed = CalendarFeed.objects.filter(digest=_digest(token)).order_by().first()
    if feed is None:
        raise NotVisible
    today = timezone.localdate(at)
    working = Membership.objects.in_force(today).select_related("agency", "account")
    member = working.filter(pk=feed.membership_id, role__in=permissions.WORKING_ROLES).order_by().first()
    if member is None:
        raise NotVisible
    noted = CalendarFeed.objects.filter(pk=feed.pk, digest=feed.digest).exclude(read_on=today)
    if feed.read_on != today and noted.update(read_on=today):
        # Nobody signed in: whoever holds the address read, and it may be somebody else than its owner.
        ledger.record(action="cases.calendar_read", actor=None, target=feed, at=at)
    return member
