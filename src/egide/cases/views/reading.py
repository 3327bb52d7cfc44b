"""Who may see what, who read the file, consents: the pages that explain."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.cases import permissions, presentation
from egide.cases.queries import cascade, explaining
from egide.cases.services import entries
from egide.cases.views.step import fetch_case
from egide.common import clock
from egide.common.http import Request
from egide.common.parsing import whole_number
from egide.sharing import queries as sharing_queries


@require_GET
def who(request: Request, case_id: UUID) -> HttpResponse:
    """What will they see? For each member of the team, by the same function that serves their page."""
    case = fetch_case(request, case_id)
    permissions.check_can_support(request.actor, case)
    at = clock.now()
    members = explaining.team(case)
    asked = request.GET.get("member", "")
    member = next((m for m in members if str(m.pk) == asked), members[0] if members else None)
    table = explaining.will_see(case=case, member=member, at=at) if member else []
    return render(
        request,
        "cases/who.html",
        {"case": case, "members": members, "member": member, "files": table, "at": at},
    )


@require_GET
def trace(request: Request, case_id: UUID) -> HttpResponse:
    """Who opened the files of this case, and what they were shown."""
    case = fetch_case(request, case_id)
    permissions.check_can_support(request.actor, case)
    before = request.GET.get("before", "")
    lines, more = explaining.trace(case=case, before=whole_number(before))
    return render(request, "cases/trace.html", {"case": case, "lines": lines, "more": more})


@require_GET
def consents(request: Request, case_id: UUID) -> HttpResponse:
    """Every consent of the case, in force or not."""
    case = fetch_case(request, case_id)
    permissions.check_can_support(request.actor, case)
    at = clock.now()
    victim = entries.victim_file(case)
    notices = cascade.notice_lines(case=case, file=victim, actor=request.actor, at=at)
    rows = [presentation.consent_card(c, at=at) for c in sharing_queries.consents_of(file_id=victim.pk)]
    return render(
        request, "cases/consents.html", {"case": case, "consents": rows, "notices": notices, "at": at}
    )
