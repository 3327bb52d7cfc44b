"""The minutes of a conference taken out as a tagged PDF, for one reader."""

from pathlib import Path
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from egide import cases
from egide.cases.models import Conference
from egide.cases.presentation import minutes as words
from egide.cases.queries import conferring as queries
from egide.cases.queries.minutes import minutes
from egide.cases.services import conferring
from egide.common import clock, idempotency, tagged_pdf
from egide.common.http import Request

TEMPLATE = Path(cases.__file__).with_name("papers") / "minutes.typ"
#: A file under a name that says nothing, kept by no cache.
_ATTACHED = {
    "Content-Disposition": 'attachment; filename="meeting.pdf"',
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def export(request: Request, conference_id: UUID) -> HttpResponse:
    """Say what leaves; then record it and give the paper: what this reader may keep of the cases they may see."""
    who = ("programme__lead_agency", "locked_by__account", "countersigned_by__account")
    found = Conference.objects.select_related(*who).fetch(conference_id, actor=request.actor)
    conferring.check_can_export(found)
    if request.method != "POST":
        return render(request, "cases/conference_minutes.html", {"conference": found})
    at = clock.now()
    opened = minutes(conference=found, actor=request.actor, at=at)
    there = queries.attendances(found, actor=request.actor)
    made, _is_whole = tagged_pdf.render(
        TEMPLATE, words.paper(opened, attendances=there, actor=request.actor, at=at)
    )

    def effect() -> str:
        conferring.record_export(minutes=opened, actor=request.actor, at=at)
        return str(found.pk)

    idempotency.once(
        scope=f"cases.conference-minutes:{found.pk}",
        owner=request.actor.pk,
        key=request.POST.get(idempotency.FIELD, ""),
        at=at,
        effect=effect,
    )
    return HttpResponse(made, content_type="application/pdf", headers=_ATTACHED)
