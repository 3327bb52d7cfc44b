"""What takes two administrators: changes that wait, and lost second factors."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.common.http import Request
from egide.partners import presentation, queries
from egide.partners.forms import AskResetForm
from egide.partners.queries import administering
from egide.partners.services import changes, factors
from egide.partners.views.step import administrators, do, step


@administrators
@require_GET
def administration(request: Request) -> HttpResponse:
    """What waits for a second administrator, then what was decided."""
    waiting = queries.waiting_changes()
    decided = queries.decided_changes(after=request.GET.get("from", ""))
    areas = {str(area.pk): str(area) for area in administering.areas()}
    return render(
        request,
        "partners/administration.html",
        {
            "waiting": [presentation.change_row(c, actor=request.actor, areas=areas) for c in waiting],
            "decided": [presentation.change_row(c, actor=request.actor, areas=areas) for c in decided.rows],
            "page": decided,
            "tabs": presentation.tabs("administration"),
        },
    )


@administrators
@require_POST
def change_confirm(request: Request, change_id: UUID) -> HttpResponse:
    """Confirm a change somebody else proposed."""

    def confirm(at: datetime) -> str:
        changes.confirm_change(change_id=change_id, actor=request.actor, at=at)
        return reverse("partners:administration")

    return do(
        request, scope="partners.change_confirm", effect=confirm, done=_("Confirmed. It is in effect now.")
    )


@administrators
@require_POST
def change_decline(request: Request, change_id: UUID) -> HttpResponse:
    """Decline a change, or withdraw one's own."""

    def decline(at: datetime) -> str:
        changes.decline_change(change_id=change_id, actor=request.actor, at=at)
        return reverse("partners:administration")

    return do(request, scope="partners.change_decline", effect=decline, done=_("Declined. Nothing changes."))


@administrators
def factor_resets(request: Request) -> HttpResponse:
    """Lost second factors: one administrator asks, another one confirms."""

    def ask(at: datetime) -> str:
        factors.request_factor_reset(username=form.cleaned_data["username"], actor=request.actor, at=at)
        return reverse("partners:factor-resets")

    resets = queries.factor_resets(after=request.GET.get("from", ""))
    form = AskResetForm(request.POST if request.method == "POST" else None)
    return step(
        request,
        form=form,
        scope="partners.factor_reset",
        effect=ask,
        context={
            "rows": resets.rows,
            "page": resets,
            "me": request.actor.account_id,
            "tabs": presentation.tabs("factor-resets"),
        },
        done=_("Asked. Another administrator confirms it."),
        template="partners/factor_resets.html",
    )


@administrators
@require_POST
def factor_reset_confirm(request: Request, reset_id: UUID) -> HttpResponse:
    """Confirm that a person's second factor be forgotten."""

    def confirm(at: datetime) -> str:
        reset = factors.confirm_factor_reset(reset_id=reset_id, actor=request.actor, at=at)
        return reverse("partners:person", args=[reset.account_id])

    return do(
        request,
        scope="partners.factor_reset_confirm",
        effect=confirm,
        done=_("The second factor is forgotten. Make an invitation, and give its code in person."),
    )
