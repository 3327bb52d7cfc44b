"""One step of the journey as a page: a form, one service, an answer. What was typed is never lost."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpResponse
from django.shortcuts import redirect, render

from egide.cases import permissions
from egide.cases.forms.fields import Shared
from egide.cases.models import Case
from egide.cases.resuming import draft_address
from egide.cases.services import drafting
from egide.cases.services.meanwhile import Meanwhile
from egide.common import clock, idempotency
from egide.common.errors import NotVisible, Refused
from egide.common.http import HAT_FIELD, Request

#: A draft: the form's name, the case, and whose file where the form is one person's.
DraftKey = tuple[str, UUID | None] | tuple[str, UUID | None, UUID]
#: The status of a page that shows a form again with its errors.
SHOWN_AGAIN = 422


def fetch_case(request: Request, case_id: UUID) -> Case:
    """Answer a case of the actor's scope, with what every page of it shows."""
    return Case.objects.select_related("programme__lead_agency").fetch(case_id, actor=request.actor)


def fetch_supported(request: Request, case_id: UUID) -> Case:
    """Answer a case of the actor's scope, for those who support the person.

    Raises:
        PermissionDenied: the actor's role does not.
    """
    case = fetch_case(request, case_id)
    permissions.check_can_support(request.actor, case)
    return case


def act(
    request: Request,
    *,
    scope: str,
    effect: Callable[[Any], str],
    form: forms.Form | None = None,
    draft: DraftKey | None = None,
    done: Any = "",
) -> HttpResponse | None:
    """Do one step once, whatever the double clicks; None when it was refused and the form must be shown again.

    Args:
        effect: takes the moment, does the work and answers where to go.
        draft: the one that ends with it.
        done: what to say on the next page.
    """
    at = clock.now()

    def once() -> str:
        target = effect(at)
        if draft:
            drafting.drop_draft(actor=request.actor, **named(draft))
        return target

    try:
        target = idempotency.once(
            scope=scope,
            owner=request.actor.pk,
            key=request.POST.get(idempotency.FIELD, ""),
            at=at,
            effect=once,
        )
    except Refused as refusal:
        if form is None:
            raise
        form.add_error(None, str(refusal.message))
        return None
    except ObjectDoesNotExist as error:
        raise NotVisible from error
    if done:
        messages.success(request, done)
    return redirect(target)


def do(request: Request, *, scope: str, effect: Callable[[Any], str], done: Any = "") -> HttpResponse:
    """Do one step that has no form to show again: a refusal is a page of its own."""
    answer = act(request, scope=scope, effect=effect, done=done)
    if answer is None:  # only a form can be shown again
        raise RuntimeError("a step without a form was not answered")
    return answer


def step(
    request: Request,
    *,
    form: forms.Form,
    scope: str,
    effect: Callable[[Any], str],
    context: Mapping[str, Any],
    template: str = "cases/step.html",
    draft: DraftKey | None = None,
    done: Any = "",
    theirs: Callable[[], Sequence[Mapping[str, Any]]] | None = None,
) -> HttpResponse:
    """Show a form, or do what it asks and go on. A refusal is shown at the top, with everything still there.

    Args:
        theirs: opens what somebody else wrote meanwhile, part by part, where the effect was refused for that.
    """
    if request.method == "POST" and form.is_valid():
        answer = act(request, scope=scope, effect=effect, form=form, draft=draft, done=done)
        if answer is not None:
            return answer
    saved_at = give_back(request, form, draft) if draft and not form.is_bound else None
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    kept: dict[str, Any] = {
        "autosave": draft_address(*draft) if draft else "",
        "draft_saved_at": saved_at,
        "back": "",
    }
    kept["theirs"] = theirs() if theirs is not None and getattr(form, "has_moved", False) else ()
    return render(request, template, {"form": form, **kept, **context}, status=status)


def noticing(form: Shared, effect: Callable[[Any], str]) -> Callable[[Any], str]:
    """Answer the same effect; refused because somebody wrote meanwhile, the form remembers it."""

    def noticed(at: Any) -> str:
        try:
            return effect(at)
        except Meanwhile:
            form.has_moved = True
            raise

    return noticed


def named(draft: DraftKey) -> dict[str, Any]:
    """Answer a draft's key by the names of `drafting`."""
    return dict(zip(("form", "subject", "file_id"), draft, strict=False))


def give_back(request: Request, form: forms.Form, draft: DraftKey) -> datetime | None:
    """Fill a form with what was typed in it, and say when it was kept; None when nothing was."""
    saved = drafting.open_draft(actor=request.actor, **named(draft))
    return fill(form, *saved) if saved else None


def fill(form: forms.Form, content: Mapping[str, Any], saved_at: datetime) -> datetime:
    """Fill a form with what was typed in it; answers when that was kept.

    A box that was not ticked is in no draft: it stays empty, whatever the form suggests otherwise.
    """
    boxes = (forms.BooleanField, forms.MultipleChoiceField)
    empty: dict[str, Any] = {name: [] for name, field in form.fields.items() if isinstance(field, boxes)}
    form.initial = {**form.initial, **empty, **content}
    return saved_at


def asks_for_drafts(request: Request) -> bool:
    """Say whether the page's script asks for what was typed in forms that came without it."""
    return bool(request.htmx) and "typed" in request.GET


def drafts_fragment(
    request: Request, template: str, writing: Mapping[str, Any], *, is_any: bool
) -> HttpResponse:
    """Answer forms filled with what was typed in them, to stand in the place of the empty ones; nothing when nothing was."""
    return render(request, template, writing) if is_any else HttpResponse(status=204)


def typed(request: Request) -> dict[str, Any]:
    """Answer what a form holds now, for its draft: lists stay lists, our own fields are left out."""
    out = {}
    for name, values in request.POST.lists():
        if name in ("csrfmiddlewaretoken", idempotency.FIELD, HAT_FIELD):
            continue
        out[name] = values if len(values) > 1 else values[0]
    return out
