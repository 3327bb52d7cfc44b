"""The gallery in a real browser: no violation, nothing sideways; keys, windows, and the session's end."""

import json
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from egide.partners.models import Role
from tests.browser.conftest import OUTPUT
from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db(transaction=True)
GALLERY = reverse("web:gallery")


@pytest.fixture
def member():
    return a_member(an_agency(), Role.COORDINATOR)


@pytest.mark.parametrize("width", [1440, 375])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_gallery_has_no_violation_and_does_not_scroll_sideways(open_page, member, language, width):
    page = open_page(member, language=language, width=width)
    page.goto(GALLERY)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / f"gallery-{language}-{width}.png", full_page=True)

    found = Axe().run(page)

    said = [(v["id"], v["nodes"][0]["html"][:200]) for v in found.response["violations"]]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_the_windows_are_not_there(open_page, member):
    page = open_page(member, scripts=False)
    page.goto(GALLERY)

    assert not page.locator("#shortcuts").is_visible()
    assert not page.locator("#session-end").is_visible()
    assert not page.locator("[data-open=shortcuts]").is_visible()


class TestKeys:
    @pytest.fixture
    def page(self, open_page, member):
        page = open_page(member, language="fr")
        page.goto(GALLERY)
        return page

    def test_question_mark_lists_them(self, page):
        page.keyboard.press("?")

        assert page.locator("#shortcuts").is_visible()
        assert "Aller à" in page.locator("#shortcuts").inner_text()

        page.keyboard.press("Escape")

        assert not page.locator("#shortcuts").is_visible()

    def test_slash_goes_to_the_search(self, page):
        page.keyboard.press("/")

        assert page.evaluate("document.activeElement.type") == "search"

    def test_g_then_a_letter_goes_to_a_page(self, page):
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**" + reverse("cases:caseload"))

    def test_none_of_them_acts_while_one_types(self, page):
        page.locator("main input[type=text]").first.focus()
        page.keyboard.type("g?/c")

        assert not page.locator("#shortcuts").is_visible()
        assert page.url.endswith(GALLERY)

    def test_they_can_be_switched_off_and_on_again(self, page):
        page.locator("[data-open=shortcuts]").click()
        page.locator("[data-shortcuts-on]").uncheck()
        page.locator("#shortcuts [data-close]").click()
        page.reload()
        page.keyboard.press("?")

        assert not page.locator("#shortcuts").is_visible()

        page.locator("[data-open=shortcuts]").click()

        assert not page.locator("[data-shortcuts-on]").is_checked()


class TestTheEndOfTheSession:
    @pytest.fixture
    def at_once(self, open_page, member):
        """A page whose script asks at once, of a session that ends in so many minutes."""

        def opened(minutes):
            page = open_page(member)
            page.clock.install()
            page.goto(GALLERY)
            Session.objects.update(expire_date=timezone.now() + timedelta(minutes=minutes))
            page.clock.fast_forward("00:25")
            return page

        return opened

    def test_is_announced_and_put_off_by_the_button(self, at_once):
        page = at_once(9)
        window = page.locator("#session-end")
        window.wait_for(state="visible")
        assert page.locator("[data-minutes]").inner_text() == "9"
        page.screenshot(path=OUTPUT / "session-end.png")

        page.locator("[data-stay-signed-in]").click()
        window.wait_for(state="hidden")

        assert Session.objects.get().expire_date > timezone.now() + timedelta(hours=7)

    def test_is_not_announced_early(self, at_once):
        page = at_once(60)
        page.wait_for_timeout(500)

        assert not page.locator("#session-end").is_visible()

    def test_says_when_it_is_over(self, at_once):
        page = at_once(-1)
        page.locator("#session-end").wait_for(state="visible")

        assert "You have been signed out" in page.locator("#session-end").inner_text()
        assert not page.locator("[data-stay-signed-in]").is_visible()


def test_the_script_breaks_no_policy(open_page, member):
    said = []
    page = open_page(member)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(GALLERY)
    page.keyboard.press("?")

    assert said == [], json.dumps(said)
