"""Whether a referral may be a repeat: a panel of triage, or a page of its own."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.cases import permissions
from egide.cases.queries import repeats as queries
from egide.cases.views.step import fetch_case
from egide.common import clock
from egide.common.http import Request


@require_GET
def repeats(request: Request, case_id: UUID) -> HttpResponse:
    """Cases that ended not long ago and may be of the same person; for who decides on the referral."""
    case = fetch_case(request, case_id)
    permissions.check_can_coordinate(request.actor, case)
    return render(
        request,
        "cases/_repeats.html" if request.htmx else "cases/repeats.html",
        {
            "case": case,
            "months": case.programme.protocol.repeat_months,
            "repeats": queries.possible_repeats(case=case, actor=request.actor, at=clock.now()),
        },
    )
