"""One whole case in a real browser: in French without scripts, in English with them and with axe on every page."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from egide.assessments import services as assessment_services
from egide.cases.models import Case, Conference, Plan
from egide.common import clock
from egide.partners.models import Role
from tests import factories
from tests.browser.conftest import OUTPUT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def today(monkeypatch):
    """A world of now: the browser's clock is the machine's."""
    moment = timezone.now()
    monkeypatch.setattr(clock, "now", timezone.now)
    monkeypatch.setattr(factories, "NOON", moment)
    world = factories.World()
    admin = factories.a_member(world.lead, Role.ADMINISTRATOR)
    for code in ("ODARA", "DA"):
        assessment_services.record_right(instrument=code, note="Fictional right.", actor=admin, at=moment)
    return world


#: What sticks out on the right, if the page scrolls sideways.
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 1)
    .slice(0, 6).map(e => e.outerHTML.slice(0, 120));
}"""


class Walker:
    """Walks pages as a person does: fills what is named, sends the form that holds it, looks at what comes."""

    def __init__(self, page, check):
        self.page, self.check = page, check

    def go(self, name, *args):
        self.page.goto(reverse(f"cases:{name}", args=args))
        self.look()

    def click(self, place):
        """Press what leads elsewhere, and look at the page that comes: never at the one that is being left."""
        with self.page.expect_navigation():
            (self.page.locator(place) if isinstance(place, str) else place).first.click()
        self.look()

    def agree(self, place, words):
        """Press what adds a line to the same page, with the script or without, and look at it once the line is there."""
        self.page.locator(place).first.click()
        self.page.locator("main").get_by_text(words).first.wait_for()
        self.look()

    def look(self):
        assert self.page.locator("h1").count() >= 1, self.page.content()[:2000]
        self.check(self.page)

    def fill(self, **values):
        for name, value in values.items():
            for one in value if isinstance(value, list) else [value]:
                box = self.page.locator(f'main [name="{name}"]')
                kind = box.first.get_attribute("type")
                if kind in ("radio", "checkbox"):
                    wanted = box if one is True else self.page.locator(f'main [name="{name}"][value="{one}"]')
                    wanted.first.check(force=True)
                elif box.first.evaluate("e => e.tagName") == "SELECT":
                    box.first.select_option(one)
                else:
                    box.first.fill(one)

    def send(self, holding):
        """Send the form that holds a field, and expect another page."""
        form = self.page.locator("main form", has=self.page.locator(f'[name="{holding}"]')).first
        main = form.locator("button:not([type=button]):not(.button--secondary)")
        with self.page.expect_navigation():
            (main if main.count() else form.locator("button:not([type=button])")).first.click()
        assert self.page.locator(".error-summary").count() == 0, self.page.locator(
            ".error-summary"
        ).inner_text()
        self.look()


def walk(world, walker_for):
    """The journey of issue: referral, triage, contact, assessment, eligibility, consent, conference, plan, closure."""
    day = timezone.localdate()
    referrer = walker_for(world.referrer)
    referrer.go("refer")
    referrer.fill(
        victim_given="Marie-Ève",
        victim_family="Thériault",
        victim_language="fr",
        victim_phone="506-555-0101",
        victim_informed="yes",
        incident="Menaces au couteau, les enfants dans la pièce voisine.",
        indicators="weapon",
        concern_given="Luc",
        concern_family="Cyr",
        is_emergency=True,
    )
    referrer.send("victim_family")
    case = Case.objects.get()

    coordinator = walker_for(world.coordinator)
    coordinator.go("triage")
    coordinator.click("main table a")
    coordinator.fill(outcome="accept", reason="Danger élevé.")
    coordinator.send("outcome")

    advocate = walker_for(world.advocate)
    advocate.go("safe-contact", case.pk)
    advocate.fill(
        channels="phone",
        phone="506-555-0101",
        days=[str(n) for n in range(7)],
        from_hour="00:00",
        to_hour="23:59",
        may_leave_message="no",
        caller_name="clinique dentaire",
        code_word="bleuets",
    )
    advocate.send("channels")
    advocate.fill(channel="phone")
    advocate.send("channel")
    advocate.fill(outcome="reached")
    advocate.send("outcome")

    coordinator.go("assess-with", case.pk, "ODARA")
    coordinator.fill(**{f"answer_{n}": "yes" if n < 8 else "unknown" for n in range(1, 14)})
    coordinator.fill(judgement="high", judgement_reason="Armes, séparation récente.")
    coordinator.send("judgement")
    coordinator.go("eligibility", case.pk)
    coordinator.fill(is_eligible="yes", doors="judgement", reasons="Armes, séparation récente, peur.")
    coordinator.send("is_eligible")

    advocate.go("consent", case.pk)
    advocate.fill(
        recipients=[str(world.police_agency.pk), str(world.health_agency.pk)],
        categories=["identity.core", "incident.facts", "conference.record", "plan.safety"],
        purposes=["case_management", "victim_safety"],
        expires_on=(day + datetime.timedelta(days=90)).isoformat(),
        given_by="self",
        form="written",
        capacity_confirmed=True,
        free_choice_confirmed=True,
    )
    advocate.send("recipients")
    advocate.send("shown")
    advocate.go("plan-write", case.pk)
    advocate.fill(wishes="Rester dans mon quartier.", leaving="Sac chez ma sœur.", made_with="in_person")
    advocate.send("made_with")
    advocate.click("main form button.button")
    assert Plan.objects.get().state == "current"

    coordinator.go("level", case.pk)
    coordinator.fill(level="high", reasons="Armes.")
    coordinator.send("level")
    coordinator.go("conference-new")
    coordinator.fill(
        kind="regular",
        on=(day + datetime.timedelta(days=1)).isoformat(),
        at_hour="09:30",
        people=[
            str(m.pk) for m in (world.chair, world.coordinator, world.advocate, world.officer, world.nurse)
        ],
    )
    coordinator.send("people")
    coordinator.fill(case=str(case.pk))
    coordinator.send("case")
    coordinator.click('button[value="open"]')
    coordinator.fill(present=[str(a.pk) for a in Conference.objects.get().attendances.all()])
    coordinator.send("present")
    coordinator.click("main .actions a")
    coordinator.fill(
        agency=str(world.police_agency.pk),
        due_on=(day + datetime.timedelta(days=3)).isoformat(),
        side="victim",
    )
    coordinator.page.locator('form:has([value="decide"]) [name="text"]').fill("Deux passages par nuit.")
    coordinator.agree('form:has([value="decide"]) button', "Deux passages par nuit.")

    officer = walker_for(world.officer)
    officer.go("case", case.pk)
    text = officer.page.inner_text("main")
    assert "Deux passages par nuit." in text
    assert "Sac chez ma sœur" not in text
    officer.click('main button[value="done"]')

    for name in ("who", "trace", "consents", "contact", "plan", "case"):
        coordinator.go(name, case.pk)
    coordinator.go("review", case.pk)
    coordinator.fill(text="Rien de nouveau.")
    coordinator.send("text")
    coordinator.go("close", case.pk)
    coordinator.fill(
        reason="plan_completed", note="Plan réalisé.", victim_view="given", victim_words="Je dors mieux."
    )
    coordinator.send("reason")
    case.refresh_from_db()
    assert case.state == "closed"


def test_the_whole_journey_in_french_without_scripts(today, open_page):
    def check(page):
        assert page.locator("html").get_attribute("lang") == "fr"
        wide = page.evaluate(TOO_WIDE)
        assert not wide, (page.url, wide)

    pages = {}

    def walker_for(member):
        if member.pk not in pages:
            pages[member.pk] = Walker(open_page(member, language="fr", width=320, scripts=False), check)
        return pages[member.pk]

    # Measuring needs scripts of ours in the page's own world: Playwright's evaluate works all the same.
    walk(today, walker_for)


def test_the_whole_journey_in_english_without_an_accessibility_violation(today, open_page):
    from axe_playwright_python.sync_playwright import Axe

    axe, seen = Axe(), set()

    def check(page):
        shape = re.sub(r"[0-9a-f-]{36}", "id", page.url.split("?")[0])
        if shape in seen:
            return
        seen.add(shape)
        assert page.locator("html").get_attribute("lang") == "en"
        found = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        said = [
            (v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")[:200])
            for v in found
        ]
        assert not said, (page.url, said)

    pages = {}

    def walker_for(member):
        if member.pk not in pages:
            pages[member.pk] = Walker(open_page(member, language="en"), check)
        return pages[member.pk]

    walk(today, walker_for)
    gallery = open_page(None, language="en")
    gallery.goto("/gallery/")
    check(gallery)
    login = open_page(None, language="en")
    login.goto(reverse("account_login"))
    check(login)
    assert len(seen) > 20
    assert OUTPUT
