"""Reads about changes of lead agency: what waits, what may be proposed, the reason as far as it may be read."""

from datetime import datetime, timedelta

from egide.cases.lifecycle import LeadChangeState
from egide.cases.models import Case, LeadChange, Programme
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.rules.sides import MANAGEMENT_SECTORS

#: How long what was answered stays on the list.
SHOWN_FOR = timedelta(days=90)


def waiting(*, case: Case, actor: Membership) -> LeadChange | None:
    """Answer the proposal that waits for an answer, of those the actor may know of."""
    return (
        LeadChange.objects.visible_to(actor)
        .select_related(
            "to_programme__lead_agency", "from_programme__lead_agency", "proposed_by__account", "reason__file"
        )
        .filter(case=case, state=LeadChangeState.PROPOSED)
        .order_by()
        .first()
    )


def reason(*, change: LeadChange, case: Case, actor: Membership, at: datetime) -> str:
    """Answer why, in its words, by the same decision as any entry; empty where it is withheld. It leaves a trace."""
    file = change.reason.file
    file.case = case
    try:
        view = sharing.open_files(
            actor=actor,
            files=[file],
            purpose=sharing.purpose_of(actor),
            at=at,
            only={change.reason.category},
        )
    except NotVisible:
        return ""
    return next((item.text for item in view.items if item.id == change.reason_id), "")


def programmes_for(*, case: Case) -> list[Programme]:
    """Answer the programmes of the area that work by the same rules and are led by another agency of both sides, by code."""
    return list(
        Programme.objects.select_related("lead_agency")
        .filter(protocol_code=case.programme.protocol_code, lead_agency__is_active=True)
        .filter(area=case.programme.area_id)
        .exclude(lead_agency=case.programme.lead_agency_id)
        .exclude(lead_agency__sector__in=MANAGEMENT_SECTORS)
        .order_by("code")
    )


#: Changes of lead agency on one page.
CHANGES = 50


def known(*, actor: Membership, at: datetime, after: str = "") -> Page[LeadChange]:
    """Answer a page of what waits, and what was answered in the last ninety days, newest first, in one query."""
    rows = LeadChange.objects.visible_to(actor).filter(proposed_at__gt=at - SHOWN_FOR)
    rows = rows.select_related("case", "to_programme__lead_agency", "from_programme__lead_agency")
    return paging.page(rows, by="-proposed_at", size=CHANGES, after=after)
