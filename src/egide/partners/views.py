"""Which agency one acts for, and what one may do and has read."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.common.errors import NotVisible, Refused
from egide.common.http import Request
from egide.ledger import queries as ledger_queries
from egide.ledger import services as ledger
from egide.partners import services
from egide.partners.middleware import SESSION_KEY
from egide.partners.models import FactorReset


def acting_for(request: Request) -> HttpResponse:
    """Choose for which agency to act. What was seen under one hat is not visible under another."""
    if request.method == "POST":
        chosen = request.POST.get("membership", "")
        hat = next((hat for hat in request.hats if str(hat.pk) == chosen), None)
        if hat is None:
            raise NotVisible
        request.session[SESSION_KEY] = str(hat.pk)
        with transaction.atomic():
            ledger.record(action="partners.acting_for_changed", actor=hat, target=hat, at=timezone.now())
        messages.success(request, _("You now act for %(agency)s.") % {"agency": hat.agency})
        return redirect("/")
    return render(request, "partners/acting_for.html", {"hats": request.hats})


@require_GET
def my_access(request: Request) -> HttpResponse:
    """What the ledger says this person did and read, under the hat they wear."""
    before = request.GET.get("before", "")
    lines = []
    if request.actor is not None:
        lines = ledger_queries.entries_by(
            actor=UUID(str(request.actor.pk)), before=int(before) if before.isdigit() else None, limit=50
        )
    return render(
        request,
        "partners/my_access.html",
        {
            "lines": [
                {"at": datetime.fromisoformat(line.facts["at"]), "facts": line.facts} for line in lines
            ],
            "more": lines[-1].id if len(lines) == 50 else None,
            "second_factor_required": settings.EGIDE_SECOND_FACTOR_REQUIRED,
        },
    )


def factor_resets(request: Request) -> HttpResponse:
    """Lost second factors: one administrator asks, another one confirms."""
    services.check_administrator(request.actor)
    at = timezone.now()
    error = ""
    if request.method == "POST":
        try:
            if request.POST.get("password"):
                services.set_password(
                    reset_id=_uuid(request.POST.get("reset", "")),
                    password=request.POST["password"],
                    actor=request.actor,
                    at=at,
                )
                messages.success(request, _("The password is set. Tell it in person."))
            elif request.POST.get("reset"):
                services.confirm_factor_reset(
                    reset_id=_uuid(request.POST["reset"]), actor=request.actor, at=at
                )
                messages.success(request, _("The second factor is forgotten. Set a first password now."))
            else:
                services.request_factor_reset(
                    username=request.POST.get("username", ""), actor=request.actor, at=at
                )
                messages.success(request, _("Asked. Another administrator confirms it."))
            return redirect("partners:factor-resets")
        except Refused as refusal:
            error = str(refusal.message)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
    rows = FactorReset.objects.select_related("account", "requested_by__account", "confirmed_by__account")
    return render(
        request,
        "partners/factor_resets.html",
        {
            "rows": rows.order_by("-requested_at")[:50],
            "error": error,
            "username": request.POST.get("username", ""),
        },
        status=422 if error else 200,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotVisible from error
