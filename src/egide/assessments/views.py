"""The instrument library: every tool with what is known of it, its right, and what is brought in by two people."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.assessments import permissions, presentation, queries, services
from egide.assessments.forms.importing import ImportForm, RefuseForm, RightForm
from egide.common import clock, idempotency
from egide.common.errors import PermissionDenied, Refused
from egide.common.http import Request
from egide.uploads import arriving

#: The status of a page that shows a form again with its errors.
SHOWN_AGAIN = 422


@require_GET
def library(request: Request) -> HttpResponse:
    """Every tool: what may be done with it here, and what is known of it."""
    permissions.check_sees_library(request.actor)
    return render(
        request,
        "assessments/library.html",
        {
            "lines": presentation.tool_lines(queries.tools()),
            "keeps": permissions.keeps_instruments(request.actor),
        },
    )


@require_GET
def tool(request: Request, code: str) -> HttpResponse:
    """One tool: its purpose, its people, how good it is, its rights and its sheets."""
    permissions.check_sees_library(request.actor)
    return render(
        request,
        "assessments/tool.html",
        {
            "tool": presentation.card_context(queries.tool(code)),
            "can_record_right": permissions.can_record_right(request.actor),
        },
    )


def right(request: Request, code: str) -> HttpResponse:
    """Record the right to use the latest sheet of a tool: a licence, or having proof-read what is ours."""
    permissions.check_keeps_instruments(request.actor)
    permissions.check_can_record_right(request.actor)
    shown = presentation.card_context(queries.tool(code))
    form = RightForm(request.POST if request.method == "POST" else None)

    def effect(at: datetime) -> str:
        services.record_right(instrument=code, note=form.cleaned_data["note"], actor=request.actor, at=at)
        return reverse("assessments:tool", args=[code])

    return _step(
        request,
        form=form,
        scope=f"assessments.right:{code}",
        effect=effect,
        template="assessments/right.html",
        context={"tool": shown},
        done=_("Recorded. The sheet can be used from now on."),
    )


@require_GET
def imports(request: Request) -> HttpResponse:
    """What was brought in here, what waits first."""
    permissions.check_keeps_instruments(request.actor)
    rows = list(queries.imports()[:100])
    return render(
        request,
        "assessments/imports.html",
        {
            "waiting": [row for row in rows if row.is_open],
            "others": [row for row in rows if not row.is_open],
            "errors": queries.import_errors(),
            "can_import": permissions.can_import(request.actor),
        },
    )


@arriving.takes_file
def import_new(request: Request) -> HttpResponse:
    """Bring in a definition: the file, and what gives the right to use it."""
    permissions.check_can_import(request.actor)
    bound = request.method == "POST"
    form = ImportForm(request.POST if bound else None, request.FILES if bound else None)

    def effect(at: datetime) -> str:
        made = services.propose_import(**form.record, actor=request.actor, at=at)
        return reverse("assessments:import", args=[made.pk])

    return _step(
        request,
        form=form,
        scope="assessments.import_new",
        effect=effect,
        template="assessments/import_new.html",
        context={},
        done=_("Brought in. Nobody can use it before a second person approves it."),
    )


@require_GET
def import_one(request: Request, import_id: UUID) -> HttpResponse:
    """One import, whole: what somebody reads before they approve it."""
    permissions.check_keeps_instruments(request.actor)
    return _import_page(request, import_id, RefuseForm())


def _import_page(request: Request, import_id: UUID, form: forms.Form) -> HttpResponse:
    row = queries.fetch_import(import_id)
    return render(
        request,
        "assessments/import.html",
        {
            **presentation.import_context(row),
            "form": form,
            "is_mine": row.proposed_by_account_id == request.actor.account_id,
        },
        status=SHOWN_AGAIN if form.is_bound and form.errors else 200,
    )


@require_POST
def import_approve(request: Request, import_id: UUID) -> HttpResponse:
    """Approve, as a second person."""
    return _answer(request, import_id, services.approve_import, _("Approved. It can be used from now on."))


@require_POST
def import_withdraw(request: Request, import_id: UUID) -> HttpResponse:
    """Withdraw what one brought in oneself."""
    return _answer(request, import_id, services.withdraw_import, _("Withdrawn."))


def _answer(request: Request, import_id: UUID, service: Callable[..., Any], done: str) -> HttpResponse:
    permissions.check_keeps_instruments(request.actor)

    def effect(at: datetime) -> str:
        service(import_id=import_id, actor=request.actor, at=at)
        return reverse("assessments:import", args=[import_id])

    target = _once(request, scope=f"assessments.import:{import_id}", effect=effect)
    messages.success(request, done)
    return redirect(target)


@require_POST
def import_refuse(request: Request, import_id: UUID) -> HttpResponse:
    """Refuse, as a second person, and say why."""
    permissions.check_keeps_instruments(request.actor)
    form = RefuseForm(request.POST)

    def effect(at: datetime) -> str:
        services.refuse_import(
            import_id=import_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        )
        return reverse("assessments:import", args=[import_id])

    if form.is_valid():
        target = _once(request, scope=f"assessments.import_refuse:{import_id}", effect=effect)
        messages.success(request, _("Refused."))
        return redirect(target)
    return _import_page(request, import_id, form)


def _once(request: Request, *, scope: str, effect: Callable[[datetime], str]) -> str:
    """Do what a form asks for the first time it arrives; answer the same address for every repeat."""
    at = clock.now()
    return idempotency.once(
        scope=scope,
        owner=request.actor.pk,
        key=request.POST.get(idempotency.FIELD, ""),
        at=at,
        effect=lambda: effect(at),
    )


def _step(
    request: Request,
    *,
    form: forms.Form,
    scope: str,
    effect: Callable[[datetime], str],
    template: str,
    context: dict[str, Any],
    done: str,
) -> HttpResponse:
    """Show a form, or do what it asks and go on. A refusal is shown at the top, with everything still there."""
    if request.method == "POST" and form.is_valid():
        try:
            target = _once(request, scope=scope, effect=effect)
        except (Refused, PermissionDenied) as refusal:
            form.add_error(None, str(getattr(refusal, "message", refusal)))
        else:
            messages.success(request, done)
            return redirect(target)
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
