"""A new referral about somebody whose case ended not long ago: suggested as a repeat, to who may know both; never decided.

Source: domain/frameworks.md b.3 and f.2: a further incident within 12 months is a repeat (SafeLives, V1); how long is
the protocol's `repeat_months`.
"""

import calendar
from datetime import datetime

from django.db.models import Count, Q

from egide.cases.lifecycle import State
from egide.cases.models import Case, CaseLink, NameToken
from egide.cases.queries.rows import Row, named, with_name
from egide.partners.models import Membership

#: Words of a name that must meet, as for a possible conflict: one alone is a common first name.
ENOUGH = 2
MOST = 5


def months_before(at: datetime, months: int) -> datetime:
    """Answer the same hour so many months earlier, on the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, calendar.monthrange(year, month + 1)[1]))


def possible_repeats(*, case: Case, actor: Membership, at: datetime) -> list[Row]:
    """Answer cases of the same programme, closed within its months before this referral, of whom bears the same name.

    Only what the actor may see, only the person a case is about, only cases not linked yet; the latest closed first.
    """
    since = months_before(case.received_at, case.programme.protocol.repeat_months)
    closed = Case.objects.visible_to(actor).filter(
        programme=case.programme_id, state=State.CLOSED, closed_at__gte=since, closed_at__lte=case.received_at
    )
    own = NameToken.objects.filter(case=case, is_exact=True, file__is_subject=True).order_by()
    linked = CaseLink.objects.filter(Q(first=case) | Q(second=case), unlinked_at__isnull=True).order_by()
    shared = (
        NameToken.objects.filter(
            token__in=own.values("token"), is_exact=True, file__is_subject=True, case__in=closed
        )
        .exclude(case=case)
        .exclude(case__in=linked.values("first"))
        .exclude(case__in=linked.values("second"))
        .order_by()
        .values("case")
        .annotate(shared=Count("token", distinct=True))
        .filter(shared__gte=ENOUGH)
        .values("case")
    )
    cases = with_name(Case.objects.visible_to(actor), actor)
    found = list(cases.filter(pk__in=shared).order_by("-closed_at", "pk")[:MOST])
    return named(found, actor=actor, at=at)
