"""Each page that leads to work says where it is done."""

import pytest
from django.urls import reverse

from egide.cases.services import inquiring
from egide.partners.models import Role
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db


def test_a_triage_is_one_click_from_the_day_of_a_coordinator_and_of_nobody_else(client, world):
    case = world.referral().case
    to_triage = f'href="{reverse("cases:triage-case", args=[case.pk])}"'

    for member, is_there in ((world.coordinator, True), (world.advocate, False)):
        html = sign_in(client, member).get(reverse("cases:my-day")).content.decode()
        assert (to_triage in html) is is_there
        assert (f'href="{reverse("cases:case", args=[case.pk])}"' in html) is not is_there


class TestMayITellThem:
    def test_the_partners_of_the_programme_come_first(self, client, world):
        case = world.active()
        other = an_agency()

        html = (
            sign_in(client, world.coordinator).get(reverse("cases:sharing", args=[case.pk])).content.decode()
        )

        partners, others = (
            html.index('label="Partners of the programme"'),
            html.index('label="Other agencies"'),
        )
        assert partners < html.index(str(world.police_agency.pk)) < others < html.index(str(other.pk))

    def test_no_heading_stands_over_nothing(self, client, world):
        case = world.active()
        html = (
            sign_in(client, world.coordinator).get(reverse("cases:sharing", args=[case.pk])).content.decode()
        )

        assert html.count("<optgroup") == html.count("Partners of the programme") + html.count(
            "Other agencies"
        )


class TestThePageOfAPrivacyOfficer:
    def test_says_that_nothing_waits(self, client, world):
        officer = a_member(world.lead, Role.PRIVACY_OFFICER)

        assert "Nothing waits for you." in sign_in(client, officer).get("/").content.decode()

    def test_leads_to_what_waits_in_their_own_agency(self, client, world):
        officer, elsewhere = (
            a_member(agency, Role.PRIVACY_OFFICER) for agency in (world.lead, world.police_agency)
        )
        inquiring.record_inquiry(
            side="unknown",
            identity_check="none",
            language="en",
            words={"asker": "A voice", "asked": "Is she with you?"},
            actor=world.coordinator,
            at=NOON,
        )

        html = sign_in(client, officer).get("/").content.decode()

        assert "1 question from outside to answer" in html
        assert reverse("cases:table") in html
        assert "A voice" not in html
        assert "Nothing waits for you." in sign_in(client, elsewhere).get("/").content.decode()

    def test_is_not_shown_to_other_roles(self, client, world):
        trainer = a_member(world.lead, Role.TRAINER)
        html = sign_in(client, trainer).get("/").content.decode()

        assert "waits for you" not in html
        assert reverse("cases:training") in html


def test_who_decides_second_is_told_and_keeps_what_was_typed(client, world):
    case = world.accepted()
    address = reverse("cases:triage-case", args=[case.pk])
    typed = {"outcome": "no_action", "reason": "Not for this <programme>."}

    answer = post(sign_in(client, world.coordinator), address, typed)

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody decided while you were writing" in html
    assert "Not for this &lt;programme&gt;." in html
    assert "deadline" not in html
    assert case.triage_decisions.count() == 1
    assert "Somebody decided" not in client.get(address).content.decode()
