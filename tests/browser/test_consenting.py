"""Consent as its users need it: three tasks from the case page, by visible links alone, in both languages."""

import re

import pytest
from django.utils import timezone
from django.utils.translation import override

from egide.cases.models import File
from egide.common import clock
from egide.common.text import localized
from egide.sharing.models import Consent
from egide.sharing.rules.categories import CATEGORIES
from tests import factories
from tests.browser.walking import TOO_WIDE

pytestmark = pytest.mark.django_db(transaction=True)
#: What a task may cost, in presses that lead to another page.
MOST_PAGES = 5
LANGUAGES = ("fr", "en")
WORDS = {
    "share": {"en": "Share with more, or with less", "fr": "Partager avec plus, ou moins, d’organismes"},
    "withdraw": {"en": "The person withdraws consent", "fr": "La personne retire son consentement"},
    "tell": {"en": "May I tell them?", "fr": "Puis-je le leur dire ?"},
    "look": {"en": "Look", "fr": "Voir"},
    "what changes": {"en": "Go on: see what changes", "fr": "Continuer : voir ce qui change"},
    "what stops": {"en": "Go on: see what stops", "fr": "Continuer : voir ce qui cesse"},
    "record": {"en": "Record the new consent", "fr": "Enregistrer le nouveau consentement"},
    "record withdrawal": {"en": "Record the withdrawal", "fr": "Consigner le retrait"},
    "gains": {"en": "Who gains by it", "fr": "Qui y gagne"},
    "loses": {"en": "Who loses by it", "fr": "Qui y perd"},
    "ask": {
        "en": "Ask the person to share with this agency",
        "fr": "Demander à la personne de partager avec cet organisme",
    },
}


@pytest.fixture
def today(monkeypatch):
    """A world of now, with one case two agencies work on."""
    monkeypatch.setattr(clock, "now", timezone.now)
    monkeypatch.setattr(factories, "NOON", timezone.now())
    world = factories.World()
    world.case = world.active(agencies=[world.police_agency, world.health_agency])
    return world


class Newcomer:
    """Somebody who starts on the case page and follows what they see; presses that change the page are counted."""

    def __init__(self, page, case, language, check):
        self.page, self.language, self.check = page, language, check
        self.pages = 0
        page.goto(case.get_absolute_url())
        check(page)

    def say(self, name):
        return WORDS[name][self.language]

    def press(self, name):
        """Press a link or a button by its words, as they are seen."""
        words = re.compile(r"^\s*" + re.escape(self.say(name)).replace(r"\ ", r"\s") + r"\s*$")
        place = (
            self.page.locator("main")
            .locator("a, button")
            .filter(has_text=words)
            .locator("visible=true")
            .first
        )
        place.scroll_into_view_if_needed()
        with self.page.expect_navigation():
            place.click()
        self.pages += 1
        assert self.page.locator(".error-summary").count() == 0
        self.check(self.page)

    def tick(self, words):
        label = self.page.locator("main label").filter(has_text=re.compile(rf"^\s*{words}"))
        label.locator("visible=true").first.click()

    def reads(self, *names):
        text = self.page.inner_text("main")
        for name in names:
            assert re.search(re.escape(self.say(name)).replace(r"\ ", r"\s"), text), (name, text[:1500])


def share_with_one_more(one, world, language):
    """Task 1: the school is to know too, and nobody else is to lose."""
    with override(language):
        school = str(world.school_agency)
    one.press("share")
    one.tick(re.escape(school))
    for label in {
        "en": ("The person\\s*$", "In writing", "The person understood", "The person was told"),
        "fr": ("La personne\\s*$", "Par écrit", "La personne a compris", "La personne sait"),
    }[language]:
        one.tick(label)
    one.press("what changes")
    one.reads("gains")
    assert school in one.page.inner_text("main")
    assert one.say("loses") not in one.page.inner_text("main")
    one.press("record")
    newest = Consent.objects.get(case_id=world.case.pk, withdrawn_at__isnull=True)
    assert {*newest.recipients.all()} == {
        world.lead, world.police_agency, world.health_agency, world.school_agency,
    }  # fmt: skip


def may_i_tell(one, world, language):
    """Task 2: may I tell the school? No, because; and what to do instead."""
    one.press("tell")
    one.page.locator('main [name="agency"]').select_option(str(world.school_agency.pk))
    one.press("look")
    first = one.page.locator("#answer .lead").inner_text()
    assert first.startswith({"en": "No, because", "fr": "Non, parce que"}[language])
    one.press("ask")
    assert one.page.locator(f'[name="recipients"][value="{world.school_agency.pk}"]').is_checked()


def withdraw(one, world, language):
    """Task 3: the person withdraws all of it."""
    one.press("withdraw")
    one.page.locator("main label[for]", has_text={"en": "All of it", "fr": "Tout"}[language]).first.click()
    one.press("what stops")
    one.reads("loses")
    one.press("record withdrawal")
    assert not Consent.objects.filter(case_id=world.case.pk, withdrawn_at__isnull=True).exists()
    assert File.objects.filter(case=world.case).exists()


TASKS = (share_with_one_more, may_i_tell, withdraw)


def accessible(language):
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()

    def check(page):
        assert page.locator("html").get_attribute("lang") == language
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        said = [(v["id"], v["nodes"][0]["html"][:160]) for v in found]
        assert not said, (page.url, said)

    return check


def narrow(page):
    wide = page.evaluate(TOO_WIDE)
    assert not wide, (page.url, wide)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_a_newcomer_does_it_in_a_handful_of_pages(today, open_page, task, language):
    one = Newcomer(
        open_page(today.coordinator, language=language), today.case, language, accessible(language)
    )
    task(one, today, language)

    assert one.pages <= MOST_PAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_as_much_on_a_phone_without_scripts(today, open_page, task, language):
    page = open_page(today.coordinator, language=language, width=375, height=800, scripts=False)
    one = Newcomer(page, today.case, language, narrow)
    task(one, today, language)

    assert one.pages <= MOST_PAGES
    assert localized(CATEGORIES["incident.facts"], "title")
