"""The triage queue, links, and what a referrer may learn."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from egide.cases.lifecycle import State
from egide.cases.models import Case, CaseLink, Referral
from egide.cases.queries.rows import Row, named, with_name
from egide.common import paging
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import queries as sharing

#: What a referrer learns: where it stands, never what is in it.
OUTCOMES = {
    State.RECEIVED: "waiting",
    State.NO_ACTION_PROPOSED: "waiting",
    State.NOT_TAKEN: "not_taken",
    State.ACCEPTED: "taken",
    State.CONSENT_REFUSED: "taken",
    State.ACTIVE: "taken",
    State.CLOSED: "ended",
}
QUEUE = 50


def triage_queue(*, actor: Membership, at: datetime, after: str = "") -> Page[Row]:
    """Return a page of the referrals that wait for a decision or a second reader, nearest date first."""
    waiting = with_name(Case.objects.visible_to(actor), actor).filter(
        state__in=[State.RECEIVED, State.NO_ACTION_PROPOSED], is_open=True
    )
    found = paging.page(waiting, by="next_due_at", size=QUEUE, after=after)
    return found.showing(lambda cases: named(cases, actor=actor, at=at))


def links(*, case: Case, actor: Membership) -> list[dict[str, Any]]:
    """Return the links that stand, each with the other case; one to a case the actor may not know of is not there."""
    visible = Case.objects.visible_to(actor).order_by().values("pk")
    rows = (
        CaseLink.objects.filter(Q(first=case) | Q(second=case), unlinked_at__isnull=True)
        .filter(first__in=visible, second__in=visible)
        .select_related("first", "second")
        .order_by("linked_at", "pk")
    )
    return [{"link": row, "other": row.second if row.first_id == case.pk else row.first} for row in rows]


def my_referrals(*, actor: Membership) -> QuerySet[Any]:
    """Return what the actor's agency referred, with the stage and nothing else; recused, nothing."""
    return Referral.objects.filter(
        sharing.not_recused(actor, case_ref="case_id"), agency=actor.agency_id
    ).select_related("case", "referred_by__account")
