"""Versions of a plan: each read as it was, and two of them set side by side."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.cases.forms.plans import VersionsForm, plan_title
from egide.cases.presentation import plans as presentation
from egide.cases.queries import planning
from egide.cases.services import entries
from egide.cases.views.step import fetch_supported
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request


@require_GET
def version(request: Request, case_id: UUID, plan_id: UUID) -> HttpResponse:
    """One version as it was, whatever came after it."""
    case = fetch_supported(request, case_id)
    file = entries.subject_file(case)
    plans = planning.versions(file=file)
    found = next((one for one in plans if one.pk == plan_id), None)
    if found is None:
        raise NotVisible
    opened = planning.open_versions(file=file, plans=[found], actor=request.actor, at=clock.now())[0]
    return render(
        request,
        "cases/plan_version.html",
        {
            "case": case,
            "one": opened,
            "sections": presentation.plan_sections(opened.sections or {}),
            "title": plan_title(case.programme.protocol.plan),
            "newest": plans[0],
            "earlier": next((one for one in plans if one.version < found.version), None),
        },
    )


@require_GET
def compare(request: Request, case_id: UUID) -> HttpResponse:
    """Two versions side by side: the last two, or those asked for."""
    case = fetch_supported(request, case_id)
    file = entries.subject_file(case)
    plans = planning.versions(file=file)
    form = VersionsForm(request.GET if "after" in request.GET else None, plans=plans)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "title": _("Two versions compared"),
        "is_alone": len(plans) < 2,
    }
    numbers = form.chosen()
    if not context["is_alone"] and numbers:
        both = [one for number in numbers for one in plans if one.version == number]
        before, after = planning.open_versions(file=file, plans=both, actor=request.actor, at=clock.now())
        parts = presentation.changes(before, after)
        context |= {
            "before": before,
            "after": after,
            "may_read": before.sections is not None and after.sections is not None,
            "about": presentation.about(before, after),
            "summary": presentation.summary(parts),
            "moved": [one for one in parts if one["part"].change != "same"],
            "same": [one for one in parts if one["part"].change == "same"],
        }
    return render(request, "cases/plan_compare.html", context, status=422 if form.errors else 200)
