"""The conference that is measured is one like any other."""

import pytest
from django.urls import reverse

from egide.demonstration import bulk
from egide.demonstration.bench.sitting import CASES, call_one
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_has_sixteen_cases_and_opens_for_who_keeps_it_and_for_a_partner(made, client):
    bulk.add_cases(made, count=400, at=NOON, thick_file=0)

    conference, item = call_one(made, at=NOON)

    assert conference.items.count() == CASES
    for name in ("coordinator", "police"):
        client.force_login(made.people[name].account)
        assert client.get(reverse("cases:conference", args=[conference.pk])).status_code == 200
    client.force_login(made.people["coordinator"].account)
    assert client.get(reverse("cases:conference-item", args=[conference.pk, item.pk])).status_code == 200
