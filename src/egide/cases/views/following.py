"""After a conference, and before the next: its actions followed, the cases that wait spread over what is to come."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases.models import Conference
from egide.cases.presentation.tasks import remark_label, remark_text
from egide.cases.queries import following
from egide.cases.services import conferring
from egide.cases.views.step import do
from egide.common import clock
from egide.common.http import Request


@require_GET
def actions(request: Request, conference_id: UUID) -> HttpResponse:
    """Every action of one conference that the reader may know of; the late ones first."""
    found = Conference.objects.select_related("programme").fetch(conference_id, actor=request.actor)
    at = clock.now()
    lines = following.actions(conference=found, actor=request.actor, at=at)
    return render(
        request,
        "cases/conference_actions.html",
        {
            "conference": found,
            "lines": [
                {
                    "one": one,
                    "remark": remark_text(one.remark),
                    "remark_label": remark_label(one.remark, one.task),
                }
                for one in lines
            ],
            "done": sum(one.state == "done" for one in lines),
            "late": sum(one.is_late for one in lines),
            "at": at,
        },
    )


@require_POST
def spread(request: Request, programme_id: UUID) -> HttpResponse:
    """Put the cases that wait on the agendas to come, as many as each holds."""

    def effect(at: Any) -> str:
        conferring.spread(programme_id=programme_id, actor=request.actor, at=at)
        return reverse("cases:conferences")

    return do(
        request,
        scope="cases.conference-spread",
        effect=effect,
        done=_("The cases that wait are on the agendas to come, as many as each holds."),
    )
