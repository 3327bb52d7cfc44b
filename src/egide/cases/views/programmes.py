"""The training each programme asks: administrators read it, propose a change, see whom it stops, and a second confirms."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases.forms.training import AskedForm
from egide.cases.models import Programme, TrainingChange
from egide.cases.queries import programmes as queries
from egide.cases.services import training as services
from egide.cases.views.step import SHOWN_AGAIN, act, do
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none
from egide.partners.models import Outcome
from egide.partners.permissions import check_administrator


@require_GET
def programmes(request: Request) -> HttpResponse:
    """What each programme asks, and which change waits."""
    check_administrator(request.actor)
    waiting = {one.programme_id: one for one in queries.changes()}
    return render(
        request,
        "cases/training_programmes.html",
        {
            "rows": [
                {
                    "programme": one,
                    "asked": queries.in_words(one, one.training),
                    "waits": one.pk in waiting,
                }
                for one in queries.all_programmes()
            ]
        },
    )


def programme(request: Request, programme_id: UUID) -> HttpResponse:
    """One programme: the change that waits; else the form to propose one, sent once its effect was seen."""
    check_administrator(request.actor)
    found = Programme.objects.filter(pk=programme_id).order_by().first()
    if found is None:
        raise NotVisible
    rows, at = queries.changes(programme=found), clock.now()
    waiting = next((one for one in rows if one.outcome == Outcome.WAITING), None)
    form = AskedForm(request.POST or None, programme=found, initial=_back(request, rows))
    effect = None
    if request.method == "POST" and form.is_valid():
        if form.is_seen:
            answer = act(
                request,
                scope=f"training-programme:{programme_id}",
                form=form,
                effect=lambda at: _propose(request, found, form, at),
                done=_("Proposed. It waits for a second administrator."),
            )
            if answer is not None:
                return answer
        effect = queries.effect(programme=found, after=form.after, at=at)
        form.show_as_seen()
    elif waiting is not None:
        effect = queries.effect(programme=found, after=waiting.after, at=at)
    return render(
        request,
        "cases/training_programme.html",
        {
            "programme": found,
            "asked": queries.in_words(found, found.training),
            "form": form,
            "effect": effect,
            "waiting": _line(found, waiting) if waiting else None,
            "is_mine": waiting is not None and waiting.proposed_by_account_id == request.actor.account_id,
            "decided": [_line(found, one) for one in rows if one is not waiting],
        },
        status=SHOWN_AGAIN if form.is_bound and form.errors else 200,
    )


def _propose(request: Request, found: Programme, form: AskedForm, at: datetime) -> str:
    services.propose_training(
        programme_id=found.pk,
        after=form.after,
        reason=form.cleaned_data["reason"],
        actor=request.actor,
        at=at,
    )
    return reverse("cases:training-programme", args=[found.pk])


def _back(request: Request, rows: list[TrainingChange]) -> dict[str, Any]:
    """What the form says at first to undo a change: what was asked before it."""
    wanted = uuid_or_none(request.GET.get("back", ""))
    change = next((one for one in rows if one.pk == wanted), None)
    return AskedForm.said(change.before) if change is not None else {}


def _line(found: Programme, change: TrainingChange) -> dict[str, Any]:
    return {
        "change": change,
        "before": queries.in_words(found, change.before),
        "after": queries.in_words(found, change.after),
        "can_undo": change.outcome == Outcome.CONFIRMED and change.before != found.training,
    }


@require_POST
def answer(request: Request, change_id: UUID) -> HttpResponse:
    """Confirm a change somebody else proposed; decline it, or withdraw one's own."""
    check_administrator(request.actor)
    wanted = request.POST.get("do", "")
    acts = {"confirm": services.confirm_training, "decline": services.decline_training}
    if wanted not in acts:
        raise NotVisible

    def effect(at: datetime) -> str:
        made = acts[wanted](change_id=change_id, actor=request.actor, at=at)
        return reverse("cases:training-programme", args=[made.programme_id])

    done = _("Confirmed. It is in effect now.") if wanted == "confirm" else _("Declined. Nothing changes.")
    return do(request, scope=f"training-change:{change_id}", effect=effect, done=done)
