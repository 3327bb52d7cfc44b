"""The rules as anyone may read them: what is on here, since when, and how often each basis was used."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from egide.common import clock
from egide.common.access import public
from egide.sharing import publishing


@public
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule in both languages, those that act here first; nothing about anybody."""
    at = clock.now()
    return render(
        request,
        "sharing/rules.html",
        {
            "groups": publishing.groups(),
            "uses": publishing.uses(at=at),
            "since": publishing.since(at),
            "table": publishing.published(),
        },
    )
