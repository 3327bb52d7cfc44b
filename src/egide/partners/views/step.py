"""One step of administration as a page: a form, one service, an answer. What was typed is never lost."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from egide.common import clock, idempotency
from egide.common.errors import PermissionDenied, Refused
from egide.common.http import Request
from egide.partners.permissions import check_administrator

#: The status of a page that shows a form again with its errors.
SHOWN_AGAIN = 422
#: What the page of a form shows only where a view says so.
PLAIN = {"lead": "", "losing": (), "losing_title": "", "submit_kind": "primary"}
View = Callable[..., HttpResponse]


def administrators(view: View) -> View:
    """Show a page to administrators; to others it is absent, before anything else is said of it."""

    @wraps(view)
    def shown(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        check_administrator(request.actor)
        return view(request, *args, **kwargs)

    return shown


def once(request: Request, *, scope: str, effect: Callable[[datetime], str]) -> str:
    """Do what a form asks for the first time it arrives; answer the same address for every repeat."""
    at = clock.now()
    return idempotency.once(
        scope=scope,
        owner=request.actor.pk,
        key=request.POST.get(idempotency.FIELD, ""),
        at=at,
        effect=lambda: effect(at),
    )


def do(request: Request, *, scope: str, effect: Callable[[datetime], str], done: Any) -> HttpResponse:
    """Do one step that has no field to fill: a refusal is a page of its own."""
    target = once(request, scope=scope, effect=effect)
    messages.success(request, done)
    return redirect(target)


def step(
    request: Request,
    *,
    form: forms.Form,
    scope: str,
    effect: Callable[[datetime], str],
    context: Mapping[str, Any],
    done: Any,
    template: str = "partners/form.html",
) -> HttpResponse:
    """Show a form, or do what it asks and go on. A refusal is shown at the top, with everything still there."""
    if request.method == "POST" and form.is_valid():
        try:
            target = once(request, scope=scope, effect=effect)
        except (Refused, PermissionDenied) as refusal:
            form.add_error(None, str(getattr(refusal, "message", refusal)))
        else:
            messages.success(request, done)
            return redirect(target)
    return show(request, form=form, context=context, template=template)


def show(
    request: Request, *, form: forms.Form, context: Mapping[str, Any], template: str = "partners/form.html"
) -> HttpResponse:
    """Show a form, empty or again with its errors."""
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, **PLAIN, **context}, status=status)
