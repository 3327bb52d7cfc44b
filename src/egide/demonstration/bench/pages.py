"""The pages measured, and what each is measured beside."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection
from django.test import Client
from django.urls import reverse

from egide.cases import intake
from egide.cases.lifecycle import State
from egide.cases.models import Case, Entry, File
from egide.cases.queries import caseload
from egide.cases.queries.caseload import Filters
from egide.cases.services import referring
from egide.common import clock
from egide.common.ids import new_id
from egide.common.paging import encode_place
from egide.common.warming import warm
from egide.demonstration.bench.sitting import call_one
from egide.demonstration.bench.timing import Timing, timed
from egide.demonstration.world import World
from egide.partners.models import Account

#: A family name of the fictional cases, borne by one person in eighty, and a person's two names.
SEARCHED = "Tamarack"
SEARCHED_TWO = "Winifred Tamarack"
#: One who bears these names, and the same as somebody writes her who does not know how.
KNOWN = intake.Person("Winifred", "Tamarack", date(1984, 2, 13), "en")
MISSPELT = {"victim_given": "Winifrid", "victim_family": "Tamarak", "victim_born_on": "1984-02-13"}


@dataclass(frozen=True)
class Line:
    """One line of the table: a page, its time, and the time of what stands beside it."""

    name: str
    timing: Timing
    beside: str
    floor: Timing | None
    target: float | None = None


def signed_in(account: Account, acting_as: Any = None) -> Client:
    """Answer a client signed in as an account, English."""
    client = Client()
    client.force_login(account)
    client.cookies["egide_language"] = "en"
    if acting_as is not None:
        session = client.session
        session["acting_as"] = str(acting_as.pk)
        session.save()
    return client


def getting(client: Client, url: str) -> Callable[[], Any]:
    """Answer a turn that asks for a page and insists that it came."""

    def turn() -> None:
        answer = client.get(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}")

    return turn


def searching(client: Client, text: str) -> Callable[[], Any]:
    """Answer a turn that searches."""

    def turn() -> None:
        answer = client.post(reverse("cases:search"), {"q": text})
        if answer.status_code != 200 or b"</tr>" not in answer.content:
            raise RuntimeError(f"the search of {text} answered {answer.status_code} or found nothing")

    return turn


def known_by_date(world: World) -> None:
    """Refer her, born on a day: those of the many cases have a name alone, which is not enough to be asked about."""
    content = intake.ReferralContent(KNOWN, None, "Fictional: threats, repeated.")
    programme = world.programmes["ccr-fre"]
    referring.refer(programme_id=programme.pk, content=content, actor=world.people["police"], at=clock.now())


def looking(client: Client, programme: Any) -> Callable[[], Any]:
    """Answer a turn that looks for a misspelt name in a referral being typed, and insists that it is found."""

    def turn() -> None:
        typed = {"look": "1", "programme": str(programme.pk), **MISSPELT}
        answer = client.post(reverse("cases:refer"), typed, HTTP_HX_REQUEST="true")
        if answer.status_code != 200 or b"<article" not in answer.content:
            raise RuntimeError(f"looking for a misspelt name answered {answer.status_code} or found nobody")

    return turn


def middle(programme_id: Any, share: float) -> str:
    """Answer a place in the middle of the list, found by its date."""
    cases = Case.objects.filter(programme=programme_id, is_open=True)
    low = cases.order_by("next_due_at").values_list("next_due_at", flat=True).first()
    high = cases.order_by("-next_due_at").values_list("next_due_at", flat=True).first()
    if low is None or high is None:
        return ""
    place = cases.filter(next_due_at__gte=low + (high - low) * share).order_by("next_due_at", "id").first()
    return encode_place(place.next_due_at, place.pk) if place else ""


def floors() -> Iterator[tuple[str, Timing]]:
    """The least a page of 25 and a file of 500 could cost: one indexed read, the seals, one durable insert."""
    key, nonce = AESGCM(os.urandom(32)), os.urandom(12)
    small = key.encrypt(nonce, os.urandom(60), None)
    first = (
        Case.objects.filter(is_open=True).order_by("programme").values_list("programme", flat=True).first()
    )
    thick = Entry.objects.filter(form="note:1").order_by("-pk").values_list("file", flat=True).first()

    def durable(cursor: Any) -> None:
        cursor.execute("INSERT INTO common_submission (id, scope, owner, key, answer, created_at) "
                       "VALUES (gen_random_uuid(), 'bench', gen_random_uuid()::text, 'k', repeat('x', 300), now())")  # fmt: skip

    def page() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM cases_case WHERE programme_id = %s AND is_open ORDER BY next_due_at, id LIMIT 26",
                [first],
            )
            cursor.fetchall()
            for _turn in range(25):
                key.decrypt(nonce, small, None)
            durable(cursor)

    def file() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM cases_entry WHERE file_id = %s AND is_current", [thick])
            for _row in cursor.fetchall():
                key.decrypt(nonce, small, None)
            durable(cursor)

    yield "page", timed(page)
    yield "file", timed(file)


def measure(world: World, *, with_admin: bool) -> list[Line]:
    """Measure every page once; answers the lines of the table."""
    coordinator, officer = world.people["coordinator"], world.people["police"]
    own, partner = signed_in(coordinator.account, coordinator), signed_in(officer.account, officer)
    warm()  # as a process that serves pages does before its first
    floor = dict(floors())
    at = clock.now()
    place = middle(world.programmes["ccr-fre"].pk, 0.5)
    base = reverse("cases:caseload")
    asked: list[tuple[str, Client, str]] = [
        ("cases, first page", own, base),
        ("cases, middle page", own, f"{base}?from={place}"),
        ("cases, last page", own, f"{base}?last=1"),
        ("cases, filter: late", own, f"{base}?late=1"),
        ("cases, filter: level high", own, f"{base}?level=high"),
        ("cases, filter: stage", own, f"{base}?state={State.ACCEPTED}"),
        ("cases of a partner agency", partner, base),
        ("partner agency, filter: late", partner, f"{base}?late=1"),
        ("my day of a partner", partner, reverse("cases:my-day")),
        ("my day", own, reverse("cases:my-day")),
        ("triage queue", own, reverse("cases:triage")),
    ]
    lines = [
        Line(name, timed(getting(client, url)), "floor of a page", floor["page"], 30.0)
        for name, client, url in asked
    ]
    lines += sitting_lines(world, own, partner, floor["page"])
    lines.append(
        Line("search by name", timed(searching(own, SEARCHED)), "floor of a page", floor["page"], 60.0)
    )
    lines.append(
        Line(
            "search by two words",
            timed(searching(own, SEARCHED_TWO)),
            "floor of a page",
            floor["page"],
            60.0,
        )
    )
    known_by_date(world)
    # Of its target, 40 ms, the p50 counts; the table compares the p95.
    lines.append(
        Line(
            "a misspelt name before creating",
            timed(looking(own, world.programmes["ccr-fre"])),
            "floor of a page",
            floor["page"],
            40.0,
        )
    )
    thick = (
        Entry.objects.filter(form="note:1", content__isnull=False)
        .order_by("-pk")
        .values_list("file", flat=True)
        .first()
    )
    case = File.objects.select_related("case").get(pk=thick or new_id()).case
    owner = (
        coordinator if case.programme_id == world.programmes["ccr-fre"].pk else world.people["coordonnatrice"]
    )
    reader = signed_in(owner.account, owner)
    count = Entry.objects.filter(file=thick).count()
    url = reverse("cases:case", args=[case.pk])
    lines.append(
        Line(
            f"open a file of {count} entries",
            timed(getting(reader, url)),
            "floor of a file",
            floor["file"],
            60.0,
        )
    )
    lines.append(
        Line("counts of the caseload", timed(lambda: caseload.counts(actor=coordinator, at=at)), "", None)
    )
    lines.append(
        Line(
            "rows of the caseload",
            timed(lambda: caseload.caseload(actor=coordinator, filters=Filters(), at=at)),
            "",
            None,
        )
    )
    if with_admin:
        lines += admin_lines(lines)
    return lines


def sitting_lines(world: World, own: Client, partner: Client, floor: Timing) -> list[Line]:
    """A conference of sixteen cases and one of its cases, for who keeps it and for a partner; and a case of ten entries."""
    conference, item = call_one(world, at=clock.now())
    asked = [
        ("conferences", own, reverse("cases:conferences"), 30.0),
        ("a conference of 16 cases", own, reverse("cases:conference", args=[conference.pk]), 30.0),
        ("the same, a partner", partner, reverse("cases:conference", args=[conference.pk]), 30.0),
        (
            "one case of a conference",
            own,
            reverse("cases:conference-item", args=[conference.pk, item.pk]),
            30.0,
        ),
        ("a case of ten entries", own, reverse("cases:case", args=[item.case_id]), 60.0),
    ]
    return [
        Line(name, timed(getting(client, url)), "floor of a page", floor, target)
        for name, client, url, target in asked
    ]


def admin_lines(ours: list[Line]) -> list[Line]:
    """The Django admin on the same data: list, last page, search; each beside our page of the same name."""
    account, _is_new = Account.objects.get_or_create(
        username="bench-admin", defaults={"is_staff": True, "is_superuser": True, "full_name": "Bench"}
    )
    client = signed_in(account)
    by_name = {line.name: line.timing for line in ours}
    last = max(1, (Case.objects.count() + 24) // 25)
    base = "/baseline/cases/case/"
    found = []
    for name, url, twin in (
        ("Django admin, list", base, "cases, first page"),
        ("Django admin, last page", f"{base}?p={last}", "cases, last page"),
        ("Django admin, search by reference", f"{base}?q=4TQ8", "search by name"),
    ):
        found.append(Line(name, timed(getting(client, url), turns=15), f"ours: {twin}", by_name[twin]))
    return found
