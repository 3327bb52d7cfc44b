"""How many cases the coming conferences can hold, and how many wait: counted over what the reader may see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Case, Conference, Programme
from egide.cases.models.case import own_programmes
from egide.cases.models.work import TaskKind
from egide.cases.permissions import can_convene
from egide.partners.models import Membership

#: Sittings to come that are looked at.
SITTINGS = 12


@dataclass
class SittingRoom:
    """One sitting to come: on its agenda, how many it holds, how many of those that wait it could take."""

    conference: Conference
    taken: int
    holds: int
    takes: int = 0

    @property
    def is_too_full(self) -> bool:
        return self.taken > self.holds


@dataclass
class Room:
    """What the coming sittings of one programme can hold."""

    programme: Programme
    waiting: int
    sittings: list[SittingRoom]
    #: How many would still wait.
    left: int


def _waiting(actor: Membership) -> QuerySet[Case]:
    """Return the active cases whose conference is due, and that are on no agenda to come."""
    there = AgendaItem.objects.filter(
        conference__state__in=[ConferenceState.PLANNED, ConferenceState.OPEN]
    ).order_by()
    return (
        Case.objects.visible_to(actor)
        .filter(state=State.ACTIVE, tasks__kind=TaskKind.CONFERENCE, tasks__done_at__isnull=True)
        .exclude(pk__in=there.values("case"))
    )


def waiting_cases(programme: Programme, *, actor: Membership) -> list[UUID]:
    """Answer the cases of a programme that wait for a conference, the nearest date first."""
    rows = _waiting(actor).filter(programme=programme).values("pk").annotate(due=Min("tasks__due_at"))
    return [row["pk"] for row in rows.order_by("due", "pk")]


def _items_seen(actor: Membership) -> Coalesce:
    """The cases of an agenda that the actor may know of, counted one by one: in a filter of the count, the database
    would read every case there is."""
    seen = Exists(Case.objects.visible_to(actor).filter(pk=OuterRef("case")).order_by())
    items = AgendaItem.objects.filter(seen, conference=OuterRef("pk")).order_by().values("conference")
    return Coalesce(Subquery(items.annotate(n=Count("pk")).values("n")), 0)


def rooms(*, actor: Membership, at: datetime) -> list[Room]:
    """Answer, for each programme whose conferences the actor runs, what the coming ones can hold; in two queries.

    An emergency conference sits on its own case: it holds none that wait.
    """
    programmes = [one for one in own_programmes(actor) if can_convene(actor, one)]
    if not programmes:
        return []
    waiting = dict(
        _waiting(actor)
        .filter(programme__in=programmes)
        .order_by()
        .values("programme")
        .annotate(n=Count("pk", distinct=True))
        .values_list("programme", "n")
    )
    coming = (
        Conference.objects.filter(
            programme__in=programmes, kind="regular", state=ConferenceState.PLANNED, starts_at__gte=at
        )
        .annotate(taken=_items_seen(actor))
        .order_by("starts_at", "pk")[:SITTINGS]
    )
    by_programme: dict[UUID, list[Conference]] = {}
    for one in coming:
        by_programme.setdefault(one.programme_id, []).append(one)
    return [
        _room(one, waiting.get(one.pk, 0), by_programme.get(one.pk, []))
        for one in programmes
        if waiting.get(one.pk) or by_programme.get(one.pk)
    ]


def _room(programme: Programme, waiting: int, coming: list[Conference]) -> Room:
    left, sittings = waiting, []
    for one in coming:
        taken: int = one.taken  # type: ignore[attr-defined]
        found = SittingRoom(one, taken=taken, holds=programme.conference_capacity)
        found.takes = min(left, max(found.holds - taken, 0))
        left -= found.takes
        sittings.append(found)
    return Room(programme, waiting, sittings, left)
