"""What is typed comes back in a real browser: in a page's own form, and in one that comes after the page."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from egide.cases.models import Draft
from egide.cases.services import conferring
from egide.common import clock
from tests import factories
from tests.cases import test_journey

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(monkeypatch):
    monkeypatch.setattr(clock, "now", timezone.now)
    for module in (factories, test_journey):
        monkeypatch.setattr(module, "NOON", timezone.now())
    world = factories.World()
    world.case = world.active(agencies=[world.police_agency, world.health_agency])
    return world


def typed(page, name, words):
    """Type as a person does, and wait for the page to say that it was kept."""
    with page.expect_response(lambda answer: "/drafts/" in answer.url, timeout=20_000) as kept:
        page.locator(f'main textarea[name="{name}"]').first.press_sequentially(words)
    assert kept.value.ok
    page.locator("main [data-draft-status] >> visible=true").filter(has_text="Draft saved").first.wait_for()


def test_a_review_comes_back_when_the_page_is_opened_again(today, open_page, live_server):
    page = open_page(today.coordinator)
    address = reverse("cases:review", args=[today.case.pk])
    page.goto(address)
    typed(page, "text", "She sleeps again.")

    page.goto(address)

    assert page.locator('textarea[name="text"]').input_value() == "She sleeps again."


def test_a_decision_of_a_conference_comes_back_and_is_gone_once_sent(today, open_page, live_server):
    sitting, item = test_journey.conference(today, today.case)
    conferring.open_conference(conference_id=sitting.pk, actor=today.coordinator, at=timezone.now())
    page = open_page(today.coordinator)
    address = reverse("cases:conference-item", args=[sitting.pk, item.pk])
    page.goto(address)
    typed(page, "words", "Not to meet him.")

    page.goto(address)
    box = page.locator("main textarea[name=words]")
    expect(box).to_have_value("Not to meet him.", timeout=20_000)
    # In the form that came after the page, typing is kept too.
    typed(page, "words", " Nor his brother.")
    page.goto(address)
    expect(box).to_have_value(re.compile("brother"), timeout=20_000)
    with page.expect_navigation():
        page.locator("form", has=page.locator("textarea[name=words]")).locator("button").last.click()

    assert "Nor his brother." in page.inner_text("main")
    assert not Draft.objects.exists()
