"""Who read the file, and its consents: pages that explain."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.cases import presentation
from egide.cases.presentation.whose import Whose, whose_own
from egide.cases.queries import cascade, explaining
from egide.cases.services import entries, people
from egide.cases.views.step import fetch_supported
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
    case = fetch_supported(request, case_id)
    at = clock.now()
    if file_id is None:
        whose = Whose(case, entries.subject_file(case), "")
    else:
        whose = whose_own(case, people.added_file(case, file_id), actor=request.actor, at=at)
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
