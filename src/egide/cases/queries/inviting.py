"""Whom an emergency conference on one case is called with: those who may see the case, and nobody else."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from egide.cases.models import Attendance, Case
from egide.cases.queries import explaining
from egide.partners.models import Membership, Role
from egide.sharing import queries as sharing_queries
from egide.sharing.rules.sides import is_management_only

#: An emergency conference is first proposed this long from now; whoever calls it says when. Ours (O).
IN = timedelta(hours=2)


def may_come(case: Case) -> list[Membership]:
    """Answer whoever works on the case and is not kept out of it."""
    accounts = sharing_queries.recused_accounts(case_id=case.pk)
    agencies = sharing_queries.recused_agencies(case_id=case.pk)
    return [
        one
        for one in explaining.team(case)
        if one.account_id not in accounts and one.agency_id not in agencies
    ]


def proposed(case: Case, people: Sequence[Membership], *, actor: Membership) -> list[Membership]:
    """Answer those ticked at first: who runs it, who speaks for the victim, and who sat last for each agency.

    Not an agency that works with the person of concern alone: that it is told is a choice of whoever calls.
    """
    last = set(
        Attendance.objects.filter(
            conference__programme=case.programme_id, membership__in=[one.pk for one in people]
        )
        .order_by()
        .values_list("membership", flat=True)
    )
    lead = case.programme.lead_agency_id
    found: dict[object, Membership] = {}
    for one in sorted(people, key=lambda one: (one.pk != actor.pk, one.role == Role.COORDINATOR)):
        if is_management_only(one.agency.sector):
            continue
        is_own = one.agency_id == lead
        wanted = (
            one.pk == actor.pk
            or (is_own and one.role in (Role.CHAIR, Role.ADVOCATE, Role.COORDINATOR))
            or (not is_own and (one.pk in last or not _any_of(people, one.agency_id, last)))
        )
        if wanted:
            found.setdefault(one.account_id, one)
    return list(found.values())


def _any_of(people: Sequence[Membership], agency_id: object, last: Collection[object]) -> bool:
    return any(one.agency_id == agency_id and one.pk in last for one in people)


def proposed_start(at: datetime, *, latest: datetime) -> datetime:
    """Answer the next quarter of an hour after a while, in local time, within the protocol's delay."""
    soon = timezone.localtime(at + IN)
    soon = soon.replace(second=0, microsecond=0) + timedelta(minutes=-soon.minute % 15)
    return min(soon, timezone.localtime(latest).replace(second=0, microsecond=0))
