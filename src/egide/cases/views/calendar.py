"""One's own dates in one's own calendar: a secret address, and what it tells whoever sees that calendar."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from egide.cases.queries import calendar as queries
from egide.cases.rules import icalendar
from egide.cases.services import calendar as services
from egide.cases.views.lists import check_works
from egide.cases.views.step import do
from egide.common import clock, idempotency
from egide.common.access import public
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.partners.models import Membership
from egide.vault import blind

#: A conference has no end: an hour is kept, and the page says so.
KEPT = timedelta(hours=1)


def my_calendar(request: Request) -> HttpResponse:
    """Say what the address tells whoever sees that calendar; make one, and show it the only time it exists here."""
    check_works(request)
    made: list[services.Made] = []
    at = clock.now()

    def make() -> str:
        made.append(services.make_feed(actor=request.actor, at=at))
        return reverse("cases:my-calendar")

    if request.method == "POST":
        key = request.POST.get(idempotency.FIELD, "")
        target = idempotency.once(scope="calendar", owner=request.actor.pk, key=key, at=at, effect=make)
        if not made:
            return redirect(target)
    address = reverse("cases:calendar-feed", args=[made[0].token]) if made else ""
    return render(
        request,
        "cases/my_calendar.html",
        {
            "feed": queries.feed_of(actor=request.actor),
            "address": request.build_absolute_uri(address) if address else "",
            "days": queries.AHEAD.days,
        },
    )


@require_POST
def calendar_end(request: Request) -> HttpResponse:
    """End the address."""
    check_works(request)

    def effect(at: Any) -> str:
        services.end_feed(actor=request.actor, at=at)
        return reverse("cases:my-calendar")

    return do(request, scope="calendar-end", effect=effect, done=_("Ended. That address finds nothing now."))


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a calendar to whoever holds its address, in its owner's language; neutral words alone."""
    at = clock.now()
    try:
        member = services.read_feed(token=token, at=at)
    except NotVisible:
        # Asked by a program: the page for people would leave a cookie, and hold the address in its forms.
        return HttpResponse(status=404, content_type="text/plain")
    with translation.override(member.account.language):
        content = icalendar.write(
            _events(member, at), stamp=at, name="Égide", language=member.account.language
        )
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")


def _events(member: Membership, at: Any) -> list[icalendar.Event]:
    due, busy = _("Égide: something is due"), _("Égide: busy")
    days = queries.days_due(actor=member, at=at)
    events = [icalendar.Event(_uid(member, day.isoformat()), day, due) for day in days]
    for one in queries.sittings(actor=member, at=at):
        events.append(icalendar.Event(_uid(member, str(one.pk)), one.starts_at, busy, KEPT))
    return events


def _uid(member: Membership, what: str) -> str:
    """Answer the same name for the same thing each time, that says nothing and meets nobody else's."""
    return blind.digest("calendar-uid", f"{member.pk}\0{what}")[:16].hex()
