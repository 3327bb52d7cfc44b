"""What is typed is kept, for the one form it was typed in."""

import re

import pytest
from django.urls import reverse

from egide.assessments import services as assessments
from egide.assessments.models import Assessment
from egide.cases.models import Draft
from egide.cases.services import closing, conferring
from egide.cases.services.entries import subject_file
from egide.common import idempotency
from egide.partners.models import Role
from egide.vault.models import FileKeys
from tests.cases.test_journey import conference
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
        file=subject_file(world.case),
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


#: Forms of one page each: the page, what is typed, and what of it must stand there again.
TYPED = {
    "eligibility": ({"reasons": "He took her keys twice."}, "He took her keys twice."),
    "level": ({"reasons": "He was seen at the school."}, "He was seen at the school."),
    "task": ({"text": "Change the lock before Friday."}, "Change the lock before Friday."),
    "review": ({"text": "She sleeps again."}, "She sleeps again."),
    "help": ({"text": "How to ask for an order."}, "How to ask for an order."),
    "close": ({"note": "The plan is carried out."}, "The plan is carried out."),
    "danger": ({"facts": "Somebody at 3 Main Street has a rifle."}, "has a rifle"),
    "refusal": ({"words": "Not now."}, "Not now."),
    "withdrawal": ({"how_much": "part"}, 'value="part" checked'),
    "disclosure-suspend": ({"official_role": "inspector on duty"}, "inspector on duty"),
}


class TestEveryForm:
    @pytest.mark.parametrize("name", TYPED)
    def test_of_a_case_gives_back_what_was_begun(self, world, client, name):
        case = world.active()
        page = reverse(f"cases:{name}", args=[case.pk])
        typed, words = TYPED[name]
        sign_in(client, world.coordinator)
        keep(client, page, typed)

        assert words in client.get(page).content.decode()
        assert page in client.get(reverse("cases:my-day")).content.decode()

    def test_of_a_handing_over_gives_back_what_was_chosen(self, world, client):
        page = reverse("cases:disclosure-new", args=[world.active().pk])
        sign_in(client, world.coordinator)
        keep(client, page, {"categories": ["incident.facts", "plan.safety"]})

        ticked = re.findall(r'value="([a-z.]+)"[^>]*\bchecked', client.get(page).content.decode())
        assert {"incident.facts", "plan.safety"} <= set(ticked)
        assert page in client.get(reverse("cases:my-day")).content.decode()

    def test_of_triage_gives_back_what_was_begun_and_forgets_what_was_sent(self, world, client):
        case = world.referral().case
        page = reverse("cases:triage-case", args=[case.pk])
        sign_in(client, world.coordinator)
        asked = {"path": f"{page}?typed=1", "headers": {"HX-Request": "true"}}
        assert client.get(**asked).status_code == 204
        keep(client, page, {"reason": "Fits door one."})

        assert "Fits door one." in client.get(**asked).content.decode()
        post(client, page, {"outcome": "accept", "reason": "Fits door one."})
        assert not Draft.objects.exists()

    def test_of_a_ground_is_kept_for_that_agency_and_that_door(self, world, client):
        case = world.active()
        sign_in(client, world.coordinator)

        def page(agency, kind):
            return reverse("cases:sharing-new", args=[case.pk, agency.pk, "victim", kind])

        threat = page(world.police_agency, "serious_imminent_threat")
        keep(client, threat, {"facts": "He said tonight."})

        assert "He said tonight." in client.get(threat).content.decode()
        for other in (
            page(world.police_agency, "legal_mandate"),
            page(world.probation_agency, "serious_imminent_threat"),
        ):
            assert "He said tonight." not in client.get(other).content.decode()

    def test_of_a_question_from_outside_is_kept_for_a_privacy_officer(self, world, client):
        officer = a_member(world.lead, Role.PRIVACY_OFFICER)
        sign_in(client, officer)
        page = reverse("cases:inquiry-new")
        keep(client, page, {"asked": "What do you hold of me?", "asker": "A. Someone"})

        assert "A. Someone" in client.get(page).content.decode()

    def test_of_a_conference_gives_back_each_part(self, world, client):
        case = world.active()
        sitting, item = conference(world, case)
        conferring.open_conference(conference_id=sitting.pk, actor=world.coordinator, at=NOON)
        page = reverse("cases:conference-item", args=[sitting.pk, item.pk])
        sign_in(client, world.coordinator)
        addresses = re.findall(r'data-autosave="([^"]+)"', client.get(page).content.decode())
        assert len(addresses) == 3
        assert client.get(f"{page}?typed=1", headers={"HX-Request": "true"}).status_code == 204
        for n, address in enumerate(addresses):
            client.post(address.replace("&amp;", "&"), {"text": f"Begun {n}.", "words": f"Begun {n}."})

        text = client.get(f"{page}?typed=1", headers={"HX-Request": "true"}).content.decode()
        assert "Begun 0." in text
        assert "Begun 1." in text
        assert "Begun 2." in text
        post(client, page, {"do": "wishes", "words": "Not to meet him."})
        assert Draft.objects.count() == 2

    def test_of_a_withdrawal_is_kept_when_what_stops_is_shown_and_ends_when_it_is_recorded(
        self, world, client
    ):
        page = reverse("cases:withdrawal", args=[world.active().pk])
        sign_in(client, world.coordinator)
        typed = {"how_much": "part", "recipients": [str(world.police_agency.pk)]}

        check = post(client, page, typed).content.decode()
        assert re.findall(r'value="([0-9a-f-]{36})"[^>]*\bchecked', client.get(page).content.decode()) == [
            str(world.police_agency.pk)
        ]
        shown = re.search(r'name="shown" value="([^"]+)"', check)[1]
        assert post(client, page, {**typed, "shown": shown}).status_code == 302

        assert not Draft.objects.exists()

    def test_of_a_training_is_kept_for_whoever_keeps_it_and_no_other_form_is(self, world, client):
        trainer = a_member(world.lead, Role.TRAINER)
        page = reverse("cases:training-member", args=[world.advocate.pk])
        sign_in(client, trainer)
        keep(client, page, {"completed_on": "2026-11-02"})

        assert 'value="2026-11-02"' in client.get(page).content.decode()
        assert client.post(reverse("cases:draft", args=["note"]), {"text": "x"}).status_code == 404
        sign_in(client, world.nurse)
        assert client.post(reverse("cases:draft", args=["refer-harm"]), {"text": "x"}).status_code == 200

    def test_is_not_for_who_has_no_form(self, world, client):
        sign_in(client, a_member(world.lead, Role.EVALUATOR))
        address = reverse("cases:draft", args=["note"]) + f"?about={world.active().pk}"

        assert client.post(address, {"text": "x"}).status_code == 404
        sign_in(client, world.coordinator)
        assert client.post(reverse("cases:draft", args=["emergency"]), {"text": "x"}).status_code == 404


class TestASaveThatArrivesLate:
    def typed(self, client, page):
        text = client.get(page).content.decode()
        address = text.split('data-autosave="')[1].split('"')[0].replace("&amp;", "&")
        key = re.search(rf'name="{idempotency.FIELD}" value="([^"]+)"', text)[1]
        return address, {"text": "Nothing changed.", idempotency.FIELD: key}

    def test_does_not_bring_back_what_was_sent(self, world, client):
        case = world.active()
        page = reverse("cases:review", args=[case.pk])
        sign_in(client, world.coordinator)
        address, typed = self.typed(client, page)
        client.post(address, typed)
        assert Draft.objects.count() == 1
        assert client.post(page, typed).status_code == 302
        assert not Draft.objects.exists()

        late = client.post(address, typed)

        assert late.status_code == 200
        assert not Draft.objects.exists()
        assert Draft.objects.count() == FileKeys.objects.filter(pk__in=Draft.objects.values("pk")).count()

    def test_another_page_of_the_same_form_keeps_its_own(self, world, client):
        case = world.active()
        page = reverse("cases:review", args=[case.pk])
        sign_in(client, world.coordinator)
        _address, typed = self.typed(client, page)
        client.post(page, typed)

        address, typed = self.typed(client, page)
        client.post(address, typed)

        assert Draft.objects.count() == 1
