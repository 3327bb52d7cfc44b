"""What each agency brings to a conference, written beforehand: who may, for which sitting, and who has not yet."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from egide.cases.lifecycle import ConferenceState, State
from egide.cases.models import AgendaItem, Attendance, Case, Conference, Contribution, File
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only

#: Where a part may still be written.
WRITTEN_IN = (ConferenceState.PLANNED, ConferenceState.OPEN)


def may_bring(actor: Membership) -> QuerySet[Conference]:
    """Return the sittings to which the actor's agency may bring its part, on the cases it works on.

    Any of them for who works on a case; where somebody of theirs has a seat, for an agency that works with the person
    of concern alone: that there is a conference is not theirs to learn otherwise.
    """
    if not is_management_only(actor.sector):
        return Conference.objects.all()
    seats = Attendance.objects.filter(membership__agency=actor.agency_id).order_by()
    return Conference.objects.filter(pk__in=seats.values("conference"))


def next_item(*, case: Case, actor: Membership) -> AgendaItem | None:
    """Answer the line of a case at the next sitting to which the actor's agency may bring its part."""
    return (
        AgendaItem.objects.filter(case=case, conference__in=may_bring(actor).order_by().values("pk"))
        .filter(conference__state__in=WRITTEN_IN)
        .annotate(
            is_seated=Exists(
                Conference.objects.visible_to(actor).filter(pk=OuterRef("conference")).order_by()
            )
        )
        .select_related("conference")
        .order_by("conference__starts_at", "pk")
        .first()
    )


def own_parts(
    *, item: AgendaItem, files: Sequence[File], actor: Membership, at: datetime
) -> list[tuple[UUID, sharing.OpenedItem]]:
    """Answer what the actor's agency has brought to a case so far, opened, oldest first: (what it is, words)."""
    rows = item.contributions.filter(agency=actor.agency_id).order_by("pk").values_list("entry", "pk")
    by_entry = dict(rows)
    if not by_entry:
        return []
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=File.records_named(list(by_entry)),
        with_items=False,
    )
    return [(by_entry[one.id], one) for one in view.items]


def missing(*, item: AgendaItem, at: datetime) -> list[Agency]:
    """Answer the agencies that work on a case beside the lead and have brought nothing to it for this sitting.

    Of those that work with the person of concern alone, only where somebody of theirs has a seat.
    """
    working = sharing_queries.active_assignments(now=at).filter(case_id=item.case_id).order_by()
    brought = Contribution.objects.filter(item=item).order_by().values("agency")
    agencies = (
        Agency.objects.filter(pk__in=working.values("agency"), is_active=True)
        .exclude(pk__in=brought)
        .exclude(pk=item.case.programme.lead_agency_id)
        .exclude(pk__in=sharing_queries.recused_agencies(case_id=item.case_id))
    )
    seated = set(
        Attendance.objects.filter(conference=item.conference_id)
        .order_by()
        .values_list("membership__agency", flat=True)
    )
    return [
        one for one in agencies.order_by("code") if one.pk in seated or not is_management_only(one.sector)
    ]


def to_ask(*, until: datetime, at: datetime) -> QuerySet[AgendaItem]:
    """Return the lines of sittings to come before a moment whose agencies were not asked yet."""
    return AgendaItem.objects.filter(
        parts_asked_at__isnull=True,
        case__state=State.ACTIVE,
        conference__state=ConferenceState.PLANNED,
        conference__starts_at__gt=at,
        conference__starts_at__lte=until,
    ).order_by("conference__starts_at", "pk")
