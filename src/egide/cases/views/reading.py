"""Who read the file, and its consents: pages that explain."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.cases import presentation
from egide.cases.queries import cascade, explaining
from egide.cases.views.step import fetch_supported
from egide.cases.views.whose import fetch_whose
from egide.common import clock
from egide.common.http import Request
from egide.common.parsing import whole_number
from egide.sharing import queries as sharing_queries


@require_GET
def trace(request: Request, case_id: UUID) -> HttpResponse:
    """Who opened the files of this case, and what they were shown."""
    case = fetch_supported(request, case_id)
    before = request.GET.get("before", "")
    lines, more = explaining.trace(case=case, before=whole_number(before))
    return render(request, "cases/trace.html", {"case": case, "lines": lines, "more": more})


@require_GET
def consents(request: Request, case_id: UUID, file_id: UUID | None = None) -> HttpResponse:
    """Every consent of whom the case is about, or of somebody else's own file, in force or not."""
    whose, at = fetch_whose(request, case_id, file_id), clock.now()
    case = whose.case
    notices = cascade.notice_lines(case=case, file=whose.file, actor=request.actor, at=at)
    rows = [presentation.consent_card(c, at=at) for c in sharing_queries.consents_of(file_id=whose.file.pk)]
    return render(
        request,
        "cases/consents.html",
        {
            "case": case,
            "whose": whose,
            "consents": rows,
            "notices": notices,
            "in_force": any(row["state"] in ("in_force", "expiring") for row in rows),
            "at": at,
        },
    )
