"""My day, the caseload, search."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.cases import permissions
from egide.cases.lifecycle import Level, State
from egide.cases.models.case import own_programmes
from egide.cases.presentation.waiting import waiting_for
from egide.cases.queries import caseload as caseload_queries
from egide.cases.queries import day, searching, training
from egide.cases.queries.caseload import Filters
from egide.cases.resuming import draft_lines
from egide.cases.services import signalling
from egide.common import clock, navigation
from egide.common.http import Request
from egide.common.text import localized
from egide.sharing import emergency
from egide.sharing.permissions import is_privacy_officer


def check_works(request: Request) -> None:
    """Refuse the page to roles that do not work on cases."""
    permissions.check_works_on_cases(request.actor)


@require_GET
def my_day(request: Request) -> HttpResponse:
    """What is late, today, soon, and waiting on others; for other roles, where they work."""
    if request.actor is None:
        return render(request, "cases/no_hat.html")
    if request.actor.role == "referrer":
        return redirect("cases:referrals")
    at = clock.now()
    if request.actor.role not in permissions.WORKING_ROLES:
        late = signalling.late_for_agency(actor=request.actor, at=at)
        late = late.select_related("written_by__account").order_by("tell_by", "pk")
        return render(
            request,
            "cases/welcome.html",
            {
                "late_reports": list(late),
                "waiting": waiting_for(actor=request.actor) if is_privacy_officer(request.actor) else None,
                "pages": navigation.items_for(request.actor),
                "at": at,
            },
        )
    found = day.my_day(actor=request.actor, at=at)
    return render(
        request,
        "cases/my_day.html",
        {
            "day": found,
            "drafts": draft_lines(found.drafts),
            "training": training.own(actor=request.actor, at=at),
            "is_of_team": bool(own_programmes(request.actor)),
            "at": at,
        },
    )


@require_GET
def caseload(request: Request) -> HttpResponse:
    """The cases of the actor, nearest date first."""
    check_works(request)
    at = clock.now()
    filters = Filters.read(request.GET)
    page = caseload_queries.caseload(
        actor=request.actor,
        filters=filters,
        at=at,
        cursor=request.GET.get("from", "")[:200],
        is_last=request.GET.get("last") == "1",
    )
    counts = caseload_queries.counts(actor=request.actor, at=at)
    return render(
        request,
        "cases/caseload.html",
        {
            "page": page,
            "filters": filters,
            "groups": _groups(request, filters, counts),
            "chips": _chips(request, filters),
            "counts": counts,
            "limit": caseload_queries.COUNT_LIMIT,
            "next_href": _with(request, {"from": page.next_cursor, "last": None}) if page.next_cursor else "",
            "previous_href": _with(request, {"from": page.previous_cursor, "last": None})
            if page.previous_cursor
            else "",
            "last_href": _with(request, {"from": None, "last": "1"}),
            "at": at,
        },
    )


def _shown(count: int) -> str:
    limit = caseload_queries.COUNT_LIMIT
    return _("%(count)s or more") % {"count": limit} if count >= limit else str(count)


def _groups(request: Request, filters: Filters, counts: dict[str, int]) -> list[dict[str, Any]]:
    def option(value: str, label: Any, is_checked: bool, count: str = "") -> dict[str, Any]:
        return {"value": value, "label": label, "count": count, "checked": is_checked}

    return [
        {
            "name": "late",
            "legend": _("Dates"),
            "options": [option("1", _("Late"), filters.is_late, _shown(counts["late"]))],
        },
        {
            "name": "lead",
            "legend": _("Lead"),
            "options": [
                option("me", _("Led by me"), filters.lead == "me", _shown(counts["mine"])),
                option("none", _("Nobody yet"), filters.lead == "none"),
            ],
        },
        {
            "name": "state",
            "legend": _("Stage"),
            "options": [option(value, label, filters.state == value) for value, label in State.choices],
        },
        {
            "name": "level",
            "legend": _("Level of concern"),
            "options": [option(value, label, filters.level == value) for value, label in _levels(request)],
        },
    ]


def _levels(request: Request) -> list[tuple[str, str]]:
    """Answer the levels in the words of the reader's programme; in general ones when several have words of their own."""
    said = {tuple(one.protocol.level_words.items()) for one in own_programmes(request.actor)}
    if len(said) == 1:
        return [(level, localized(words, "title")) for level, words in said.pop()]
    return [(value, str(label)) for value, label in Level.choices]


def _chips(request: Request, filters: Filters) -> list[dict[str, str]]:
    shown = []
    if filters.is_late:
        shown.append((_("Late"), "late"))
    if filters.lead:
        shown.append((_("Led by me") if filters.lead == "me" else _("Nobody yet"), "lead"))
    if filters.state:
        shown.append((str(State(filters.state).label), "state"))
    if filters.level:
        shown.append((dict(_levels(request))[filters.level], "level"))
    if filters.is_closed:
        shown.append((_("Ended"), "closed"))
    return [
        {"text": text, "href": _with(request, {name: None, "from": None, "last": None})}
        for text, name in shown
    ]


def _with(request: Request, changes: dict[str, str | None]) -> str:
    """Answer this page's address with its query changed; filters only, never a name."""
    query = {
        key: value
        for key, value in request.GET.items()
        if key in ("state", "level", "lead", "late", "closed")
    }
    for key, value in changes.items():
        query.pop(key, None)
        if value:
            query[key] = value
    return f"{request.path}?{urlencode(query)}" if query else request.path


def search(request: Request) -> HttpResponse:
    """Find a case by reference or name. The words are posted, so that no name enters an address."""
    check_works(request)
    text = request.POST.get("q", "")[:120]
    at = clock.now()
    found = searching.search(actor=request.actor, text=text, at=at)
    return render(
        request,
        "cases/search.html",
        {
            "found": found,
            "text": text,
            "is_asked": bool(text.strip()),
            "has_emergency": not found.rows and emergency.may_open(request.actor),
            "at": at,
        },
    )
