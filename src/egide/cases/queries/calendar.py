"""What a subscribed calendar is told: that something is due on a day, that one sits at a time, and nothing more."""

from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, CalendarFeed, Case, Conference, Task
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries
from egide.sharing.rules.sides import is_management_only

#: How far ahead a calendar is told.
AHEAD = timedelta(days=90)
#: Dates read of each kind at most: a feed costs the same whatever waits.
MOST = 1000


def feed_of(*, actor: Membership) -> CalendarFeed | None:
    """Answer the address the actor made under this hat, if there is one; one query."""
    return CalendarFeed.objects.filter(membership=actor.pk).order_by().first()


def days_due(*, actor: Membership, at: datetime) -> list[date]:
    """Answer the days on which the actor has something to do, each once however much it is; what is late is for today.

    What the actor owes and what nobody of the agency has taken, on cases the actor may know of; two queries.
    """
    open_ones = Task.objects.filter(
        done_at__isnull=True,
        due_at__lt=at + AHEAD,
        case__in=Case.objects.visible_to(actor).order_by().values("pk"),
    )
    if is_management_only(actor.sector):
        open_ones = open_ones.exclude(side="victim")
    today = timezone.localdate(at)
    found = set()
    for mine in (Q(owner=actor.pk), Q(owner__isnull=True, agency=actor.agency_id)):
        dates = open_ones.filter(mine).order_by("due_at", "pk").values_list("due_at", flat=True)
        found |= {max(timezone.localdate(due), today) for due in dates[:MOST]}
    return sorted(found)


def sittings(*, actor: Membership, at: datetime) -> list[Conference]:
    """Answer the conferences to come at which the actor has a seat; one query.

    One whose every case is kept from the actor is not there: they have nothing to hear at it.
    """
    items = AgendaItem.objects.filter(conference=OuterRef("pk")).order_by()
    heard = items.filter(sharing_queries.not_recused(actor, case_ref="case"))
    return list(
        Conference.objects.filter(
            ~Exists(items) | Exists(heard),
            attendances__membership=actor.pk,
            state__in=[ConferenceState.PLANNED, ConferenceState.OPEN],
            starts_at__gte=at - timedelta(days=1),
            starts_at__lt=at + AHEAD,
        ).order_by("starts_at", "pk")[:MOST]
    )
