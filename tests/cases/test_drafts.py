"""What is typed is kept, for the one form it was typed in."""

import re

import pytest
from django.urls import reverse

from egide.assessments import services as assessments
from egide.assessments.models import Assessment
from egide.cases.services import closing
from egide.cases.services.entries import victim_file
from egide.partners.models import Role
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import a_member

pytestmark = pytest.mark.django_db

YES = {f"answer_{n}": "yes" for n in range(1, 6)}


@pytest.fixture
def assessing(world):
    admin = a_member(world.lead, Role.ADMINISTRATOR)
    for code in ("ODARA", "DA"):
        assessments.record_right(instrument=code, note="Fictional right.", actor=admin, at=NOON)
    world.case = world.active()
    return world


def sheet(world, code):
    return reverse("cases:assess-with", args=[world.case.pk, code])


def keep(client, page, typed):
    """Keep a draft as the page's script does: at the address the page says."""
    text = client.get(page).content.decode()
    address = text.split('data-autosave="')[1].split('"')[0].replace("&amp;", "&")
    answer = client.post(address, typed)
    assert answer.status_code == 200, answer.content.decode()
    assert "Draft saved" in answer.content.decode()


def ticked(client, page):
    """Answer which answers stand there already."""
    return re.findall(r'name="(answer_\w+)"[^>]*\bchecked', client.get(page).content.decode())


def first_scored(world):
    return assessments.record_assessment(
        file=victim_file(world.case),
        case_id=world.case.pk,
        instrument="ODARA",
        answers={str(n): "no" for n in range(1, 14)},
        actor=world.second,
        at=NOON,
    )


class TestAClosedCase:
    def test_takes_no_assessment(self, assessing, client):
        case = assessing.case
        closing.close_case(
            case_id=case.pk,
            reason="plan_completed",
            note="Done.",
            victim_view="not_reached",
            victim_words="",
            actor=assessing.coordinator,
            at=NOON,
        )
        sign_in(client, assessing.coordinator)
        all_of_it = {f"answer_{n}": "no" for n in range(1, 14)} | {"judgement": "not_known"}

        assert client.get(sheet(assessing, "ODARA")).status_code == 409
        assert post(client, sheet(assessing, "ODARA"), all_of_it).status_code == 409
        assert not Assessment.objects.exists()


class TestASheet:
    def test_gives_back_what_was_begun_in_it(self, assessing, client):
        sign_in(client, assessing.coordinator)
        keep(client, sheet(assessing, "ODARA"), YES)

        assert set(ticked(client, sheet(assessing, "odara"))) == set(YES)

    def test_begins_empty_when_another_tool_was_begun(self, assessing, client):
        sign_in(client, assessing.coordinator)
        keep(client, sheet(assessing, "ODARA"), YES)

        assert not ticked(client, sheet(assessing, "DA"))

    def test_scored_again_begins_empty_beside_one_of_ones_own(self, assessing, client):
        sign_in(client, assessing.coordinator)
        keep(client, sheet(assessing, "ODARA"), YES)
        second = sheet(assessing, "ODARA") + f"?second={first_scored(assessing).pk}"

        assert not ticked(client, second)
        keep(client, second, YES)
        assert ticked(client, second)

    def test_that_was_sent_leaves_the_draft_of_another_tool(self, assessing, client):
        sign_in(client, assessing.coordinator)
        keep(client, sheet(assessing, "DA"), YES)
        all_of_it = {f"answer_{n}": "no" for n in range(1, 14)} | {"judgement": "not_known"}

        assert post(client, sheet(assessing, "ODARA"), all_of_it).status_code == 302

        assert Assessment.objects.count() == 1
        assert ticked(client, sheet(assessing, "DA"))
