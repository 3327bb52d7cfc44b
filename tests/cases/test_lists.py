"""A list that is cut leads to the rest of it: nothing is missing unsaid."""

import re
from html import unescape

import pytest
from django.urls import reverse

from egide.cases.models import Case
from egide.cases.queries import conferring as agendas
from egide.cases.queries import day, intake
from egide.cases.queries.rows import name_file, with_name
from egide.cases.services import conferring
from egide.cases.views import conferences
from egide.cases.views import intake as intake_views
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db


def walked(client, address, pattern):
    """Answer what each page of a list shows, following its own links to the last one."""
    found, seen = [], set()
    while address not in seen:
        seen.add(address)
        text = client.get(address).content.decode()
        found.append(re.findall(pattern, text))
        more = re.search(r'href="(\?[^"]*)">[^<]*Next page', text)
        if more is None:
            return found
        address = address.split("?")[0] + unescape(more[1])
    raise AssertionError("the pages go round")


def references(world, count):
    return {world.referral(given=f"Anne{n}", family="Roy").case.reference for n in range(count)}


@pytest.mark.parametrize("size", [1, 2, 5])
def test_every_request_received_is_on_a_page(world, client, monkeypatch, size):
    monkeypatch.setattr(intake, "QUEUE", size)
    made = references(world, 5)
    sign_in(client, world.coordinator)

    pages = walked(client, reverse("cases:triage"), r"FRE-\w+")

    assert [len(set(page)) for page in pages] == [min(size, 5 - n) for n in range(0, 5, size)]
    assert {one for page in pages for one in page} == made


def test_every_referral_of_an_agency_is_on_a_page(world, client, monkeypatch):
    monkeypatch.setattr(intake_views, "REFERRALS", 2)
    made = references(world, 5)
    sign_in(client, world.referrer)

    pages = walked(client, reverse("cases:referrals"), r"FRE-\w+")

    assert sorted(one for page in pages for one in page) == sorted(made)
    assert len(pages) == 3


def test_every_sitting_is_on_a_page_of_its_own_list(world, client, monkeypatch):
    monkeypatch.setattr(conferences, "SITTINGS", 1)
    for n in (1, 2, 3):
        conferring.call_conference(
            programme_id=world.programme.pk,
            starts_at=NOON + n * DAY,
            kind="regular",
            seats=[(world.officer, "team_member")],
            actor=world.coordinator,
            at=NOON,
        )
    sign_in(client, world.coordinator)

    pages = walked(client, reverse("cases:conferences"), r'action__text" href="([^"]+)"')

    assert len(pages) == len({one for page in pages for one in page}) == 3


class TestAnAgenda:
    @pytest.fixture
    def sitting(self, world, monkeypatch):
        monkeypatch.setattr(agendas, "CANDIDATES", 1)
        return conferring.call_conference(
            programme_id=world.programme.pk,
            starts_at=NOON + DAY,
            kind="regular",
            seats=[(world.officer, "team_member")],
            actor=world.coordinator,
            at=NOON,
        )

    def add(self, client, sitting, reference):
        return post(
            client,
            reverse("cases:conference-run", args=[sitting.pk]),
            {"do": "add", "case": "", "reference": reference},
        )

    def test_takes_a_case_that_is_not_among_those_offered(self, world, client, sitting):
        cases = [world.active(), world.active()]
        sign_in(client, world.coordinator)
        page = client.get(reverse("cases:conference", args=[sitting.pk])).content.decode()
        [other] = [one for one in cases if str(one.pk) not in page]

        assert 'name="reference"' in page
        assert self.add(client, sitting, f" {other.reference.lower()} ").status_code == 302
        assert [item.case_id for item in sitting.items.order_by("pk")] == [other.pk]

    def test_answers_alike_of_a_case_of_others_and_of_none(self, world, client, sitting):
        theirs = World("mon").active()
        sign_in(client, world.coordinator)

        answers = [self.add(client, sitting, one) for one in (theirs.reference, "FRE-99999")]

        assert [one.status_code for one in answers] == [409, 409]
        assert theirs.reference not in answers[0].content.decode()
        assert not sitting.items.exists()


def test_a_day_with_more_than_is_shown_says_so_and_leads_to_the_cases(world, client, monkeypatch):
    world.active()
    sign_in(client, world.coordinator)
    assert "nearest dates are here" not in client.get(reverse("cases:my-day")).content.decode()
    monkeypatch.setattr(day, "SHOWN", 1)
    for n in range(3):
        world.referral(given=f"Anne{n}", family="Roy")

    page = client.get(reverse("cases:my-day")).content.decode()

    assert "nearest dates are here" in page
    assert reverse("cases:caseload") + "?late=1" in page
    assert Case.objects.count() == 4


@pytest.mark.parametrize("who", ["coordinator", "nurse", "probation"])
def test_the_file_whose_name_a_list_shows_is_known_as_it_is_stored(world, who):
    actor, case = getattr(world, who), world.active()
    row = with_name(Case.objects.filter(pk=case.pk), actor).get()
    shown = name_file(row, actor)
    stored = case.files.get(pk=shown.pk)

    assert (shown.role, shown.holder_id) == (stored.role, stored.holder_id)
    # Of a person of concern's file, whose it is is not asked.
    assert shown.is_subject == stored.is_subject or stored.role == "person_of_concern"
