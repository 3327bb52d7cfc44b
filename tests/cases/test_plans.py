"""A safety plan has several writers: nobody's words go unseen, and what is agreed is what was read."""

import re

import pytest
from django.urls import reverse

from egide.cases.models import Plan
from egide.cases.services import planning
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.active()


def write(world, case, words, **more):
    return planning.write_plan(
        case_id=case.pk,
        sections={"leaving": words},
        made_with="in_person",
        actor=world.advocate,
        at=NOON,
        **more,
    )


def based_on(text):
    found = re.search(r'name="based_on"(?: value="([^"]*)")?', text)
    return found.group(1) or ""


def sent(words, begun):
    return {"leaving": words, "made_with": "in_person", "based_on": begun}


class TestWriting:
    def test_after_somebody_else_is_refused_and_keeps_both(self, world, case, client):
        begun = write(world, case, "Bag at her sister’s.")
        sign_in(client, world.coordinator)
        page = reverse("cases:plan-write", args=[case.pk])
        shown = based_on(client.get(page).content.decode())
        theirs = write(world, case, "Bag at work.", based_on=begun.content_id)

        answer = post(client, page, sent("Key with the neighbour.", shown))

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Bag at work." in text
        assert "Key with the neighbour." in text
        assert Plan.objects.get().content_id == theirs.content_id

        again = post(client, page, sent("Bag at work. Key with the neighbour.", based_on(text)))
        assert again.status_code == 302
        assert Plan.objects.get().content_id != theirs.content_id

    def test_when_another_began_the_first_is_refused(self, world, case, client):
        sign_in(client, world.coordinator)
        page = reverse("cases:plan-write", args=[case.pk])
        shown = based_on(client.get(page).content.decode())
        assert shown == ""
        write(world, case, "Bag at work.")

        assert post(client, page, sent("Mine.", shown)).status_code == 422


class TestAgreement:
    def test_is_to_the_words_that_were_shown(self, world, case, client):
        plan = write(world, case, "Bag at her sister’s.")
        sign_in(client, world.advocate)
        shown = re.search(
            r'name="content" value="([^"]+)"',
            client.get(reverse("cases:plan", args=[case.pk])).content.decode(),
        ).group(1)
        write(world, case, "Bag at work.", based_on=plan.content_id)

        answer = post(client, reverse("cases:plan-agree", args=[case.pk, plan.pk]), {"content": shown})

        assert answer.status_code == 409
        assert Plan.objects.get().state == "draft"

    @pytest.mark.parametrize("content", ["", "nonsense"])
    def test_names_them(self, world, case, client, content):
        plan = write(world, case, "Bag at work.")
        sign_in(client, world.advocate)

        answer = post(client, reverse("cases:plan-agree", args=[case.pk, plan.pk]), {"content": content})

        assert answer.status_code == 409
        assert Plan.objects.get().state == "draft"
