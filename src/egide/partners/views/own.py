"""Which agency one acts for, and what one may do and has read."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import whole_number
from egide.ledger import queries as ledger_queries
from egide.ledger.wording import words_of
from egide.partners.middleware import wear


def acting_for(request: Request) -> HttpResponse:
    """Choose for which agency to act. What was seen under one hat is not visible under another."""
    if request.method == "POST":
        chosen = request.POST.get("membership", "")
        hat = next((hat for hat in request.hats if str(hat.pk) == chosen), None)
        if hat is None:
            raise NotVisible
        wear(request, hat)
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
            actor=UUID(str(request.actor.pk)), before=whole_number(before), limit=50
        )
    return render(
        request,
        "partners/my_access.html",
        {
            "lines": [
                {
                    "at": datetime.fromisoformat(line.facts["at"]),
                    "what": words_of(line.facts["action"]),
                    "facts": line.facts,
                }
                for line in lines
            ],
            "more": lines[-1].id if len(lines) == 50 else None,
            "second_factor_required": settings.EGIDE_SECOND_FACTOR_REQUIRED,
        },
    )
