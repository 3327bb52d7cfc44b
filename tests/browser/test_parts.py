"""Parts of a page that come once it is there: with scripts by themselves, without them behind a link."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from egide.cases.services import conferring, ties
from tests.browser.conftest import OUTPUT
from tests.cases.test_journey import conference
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def there(world):
    world.case = world.active()
    world.sitting, world.item = conference(world, world.case)
    conferring.open_conference(conference_id=world.sitting.pk, actor=world.chair, at=NOON)
    world.received = world.referral().case
    ties.declare_tie(given_name="Luc", family_name="Cyr", tie="relative", actor=world.officer, at=NOON)
    return world


def addresses(world):
    return {
        "triage-case": reverse("cases:triage-case", args=[world.received.pk]),
        "conference": reverse("cases:conference", args=[world.sitting.pk]),
        "conference-item": reverse("cases:conference-item", args=[world.sitting.pk, world.item.pk]),
    }


@pytest.mark.parametrize("language, width", [("en", 1440), ("fr", 375)])
def test_they_come_by_themselves_and_leave_no_violation(there, open_page, language, width):
    page = open_page(there.coordinator, language=language, width=width)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name, url in addresses(there).items():
        page.goto(url)
        page.wait_for_selector(".deadline--late:has(.deadline__title)")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUTPUT / f"parts-{name}-{language}-{width}.png", full_page=True)

        assert there.officer.person_name in page.locator("[aria-live=polite] .deadline--late").inner_text()
        if name == "triage-case":
            assert there.case.reference in page.locator("main").inner_text()
        if name == "conference-item":
            assert page.locator(".agenda [aria-current=true]").count() == 1
        said = [(v["id"], v["nodes"][0]["html"][:200]) for v in Axe().run(page).response["violations"]]
        assert said == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language, width", [("fr", 1440), ("en", 375)])
def test_without_scripts_a_link_opens_each(there, open_page, language, width):
    page = open_page(there.coordinator, language=language, width=width, scripts=False)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    for name, url in addresses(there).items():
        page.goto(url)
        page.screenshot(path=OUTPUT / f"parts-{name}-{language}-{width}-no.png", full_page=True)
        links = [link.get_attribute("href") for link in page.locator("main [hx-get] a").all()]
        assert len(links) == {"conference": 1, "triage-case": 3}.get(name, 2)
        for n, link in enumerate(links):
            page.goto(link)
            page.screenshot(path=OUTPUT / f"parts-{name}-{language}-{width}-no-{n}.png", full_page=True)
            shown = page.locator("main").inner_text()
            is_empty = link.endswith("/repeat/")  # no case of these people has ended
            assert is_empty or there.officer.person_name in shown or there.case.reference in shown
