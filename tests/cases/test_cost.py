"""What a page costs does not grow with what is stored: the number of queries is the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases.services import entries
from tests.cases.test_pages import full, sign_in  # noqa: F401
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def queries_of(client, url, method="get", data=None):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = getattr(client, method)(url, data or {})
    assert answer.status_code == 200, url
    return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(_CONTROL)]


def pages(world):
    case = world.case.pk
    return {
        "my-day": reverse("cases:my-day"),
        "caseload": reverse("cases:caseload"),
        "triage": reverse("cases:triage"),
        "case": reverse("cases:case", args=[case]),
        "contact": reverse("cases:contact", args=[case]),
        "plan": reverse("cases:plan", args=[case]),
        "inquiries": reverse("cases:inquiries"),
        "trace": reverse("cases:trace", args=[case]),
        "consents": reverse("cases:consents", args=[case]),
        "disclosures": reverse("cases:disclosures", args=[case]),
        "note": reverse("cases:note", args=[case]),
        "refer": reverse("cases:refer"),
        "referrals": reverse("cases:referrals"),
        "conferences": reverse("cases:conferences"),
        "conflicts": reverse("cases:conflicts", args=[case]),
        "received": reverse("cases:received"),
        "my-ties": reverse("cases:my-ties"),
    }


def grow(world):
    """Ten more cases, and fifty more entries in the one looked at."""
    for n in range(10):
        world.active(given=f"Anne{n}", family="Roy")
    file = entries.victim_file(world.case)
    for n in range(50):
        entries.write_entry(
            file=file,
            category="incident.facts",
            text=f"Fact {n}.",
            form="note:1",
            actor=world.officer,
            at=NOON,
        )


def test_every_page_costs_at_most_twelve_queries_however_much_is_stored(full, client):  # noqa: F811
    sign_in(client, full.coordinator)
    before = {name: queries_of(client, url) for name, url in pages(full).items()}
    grow(full)
    after = {name: queries_of(client, url) for name, url in pages(full).items()}

    assert {n: len(q) for n, q in before.items()} == {n: len(q) for n, q in after.items()}
    dear = {name: len(found) for name, found in after.items() if len(found) > MOST_QUERIES}
    assert not dear, "\n".join([str(dear), *after[max(dear, key=dear.get)]])
