"""Two people write the same thing: the second is told, sees both texts, and loses no word. (Plans: `test_plans`.)"""

import re

import pytest
from django.urls import reverse

from egide.cases.models import EligibilityDecision, Entry, LevelDecision
from egide.cases.services import conferring, contacting, enrolling, levels
from egide.cases.services.meanwhile import Meanwhile
from tests.cases.test_drafts import keep
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
RULE = {
    "channels": ["phone", "letter"],
    "days": ["0"],
    "from_hour": "09:00",
    "to_hour": "12:00",
    "may_leave_message": "no",
}


class SafeContact:
    """What is safe: the same form, by two advocates."""

    page, mine, theirs = "safe-contact", "Ask for Jeanne.", "Ask for the dentist."

    def send(self, words):
        return {**RULE, "note": words}

    def record(self, world, case):
        world.safe_contact(case, note=self.theirs)

    def count(self):
        return Entry.objects.filter(form=contacting.FORM).count()


class LevelOfConcern:
    page, mine, theirs = "level", "He was seen at the school.", "He bought a rifle."

    def send(self, words):
        return {"level": "high", "reasons": words}

    def record(self, world, case):
        levels.set_level(case_id=case.pk, level="extreme", reasons=self.theirs, actor=world.advocate, at=NOON)

    def count(self):
        return LevelDecision.objects.count()


class Eligibility:
    page, mine, theirs = "eligibility", "Strangled twice.", "She fears for her life."

    def send(self, words):
        return {"is_eligible": "yes", "doors": ["judgement"], "reasons": words}

    def record(self, world, case):
        enrolling.decide_eligibility(
            case_id=case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons=self.theirs,
            actor=world.second,
            at=NOON,
        )

    def count(self):
        return EligibilityDecision.objects.count()


def based_on(text):
    return re.search(r'name="based_on"(?: value="([^"]*)")?', text).group(1) or ""


@pytest.mark.parametrize("what", [SafeContact(), LevelOfConcern(), Eligibility()], ids=lambda one: one.page)
class TestTheSecondWriter:
    def test_is_told_sees_both_texts_and_sends_again_once_seen(self, world, client, what):
        case = world.active()
        page = reverse(f"cases:{what.page}", args=[case.pk])
        sign_in(client, world.coordinator)
        shown = based_on(client.get(page).content.decode())
        what.record(world, case)
        before = what.count()

        answer = post(client, page, {**what.send(what.mine), "based_on": shown})

        text = answer.content.decode()
        assert answer.status_code == 422
        assert what.theirs in text
        assert what.mine in text
        assert "Somebody else recorded this while you were writing." in text
        assert what.count() == before

        both = {**what.send(f"{what.mine} {what.theirs}"), "based_on": based_on(text)}
        if what.page == "level":
            both["level"] = "extreme"  # which is the level now: to be said by a review, and told so
            assert "already has this level" in post(client, page, both).content.decode()
        else:
            assert post(client, page, both).status_code == 302
            assert what.count() == before + 1

    def test_is_told_too_when_they_go_on_with_a_draft_begun_before(self, world, client, what):
        case = world.active()
        page = reverse(f"cases:{what.page}", args=[case.pk])
        sign_in(client, world.coordinator)
        shown = based_on(client.get(page).content.decode())
        keep(client, page, {**what.send(what.mine), "based_on": shown})
        what.record(world, case)

        assert based_on(client.get(page).content.decode()) == shown
        assert post(client, page, {**what.send(what.mine), "based_on": shown}).status_code == 422


def test_the_wishes_of_a_conference_are_not_replaced_unseen(world, client):
    case = world.active()
    sitting, item = conference(world, case)
    conferring.open_conference(conference_id=sitting.pk, actor=world.coordinator, at=NOON)
    page = reverse("cases:conference-item", args=[sitting.pk, item.pk])
    sign_in(client, world.coordinator)
    shown = based_on(client.get(page).content.decode())
    conferring.record_wishes(item_id=item.pk, words="Not to meet him.", actor=world.advocate, at=NOON)

    answer = post(client, page, {"do": "wishes", "words": "To keep her flat.", "based_on": shown})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Not to meet him." in text
    assert "To keep her flat." in text
    both = {"do": "wishes", "words": "Not to meet him. To keep her flat.", "based_on": based_on(text)}
    assert post(client, page, both).status_code == 302


def test_a_caller_who_saw_something_else_is_refused_in_the_service_itself(world):
    case = world.active()
    world.safe_contact(case)

    with pytest.raises(Meanwhile):
        contacting.record_safe_contact(
            case_id=case.pk, answers={"channels": ["letter"]}, based_on=None, actor=world.advocate, at=NOON
        )
