"""Each programme from a referral to its end, in both languages, on a phone without scripts and on a desk with them.

One walk for all: what differs is what a protocol file says. People of several agencies sign in and go by what they
read; no address is typed but that of the site.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from egide.assessments import services as assessment_services
from egide.cases.forms.plans import plan_title
from egide.cases.models import Case, Conference, Plan, Task
from egide.common import clock
from egide.partners.models import Role
from tests import factories
from tests.browser.stories import STORIES
from tests.browser.walking import PASSWORD, TOO_WIDE, Walker

pytestmark = pytest.mark.django_db(transaction=True)
#: Over the four walks, each language is read on both kinds of screen.
WALKS = [
    (story, language, (number + position) % 2 == 0)
    for number, story in enumerate(STORIES)
    for position, language in enumerate(("en", "fr"))
]
TABS = ("Contact", "Consents", "May I tell them?", "What will they see?", "What left", "Who has read")
#: Said nowhere of a case about somebody else; advocates are called so whatever they do.
VICTIM = {
    "en": re.compile(r"\bvictims?\b(?! advocate)", re.IGNORECASE),
    "fr": re.compile(r"(?<!auprès des )\bvictimes?\b", re.IGNORECASE),
}
#: Kinds of pages looked at for accessibility already: once each is enough.
_looked_at = set()


def the_world(monkeypatch, protocol):
    """A world of now, whose people know their password."""
    moment = timezone.now()
    monkeypatch.setattr(clock, "now", timezone.now)
    monkeypatch.setattr(factories, "NOON", moment)
    world = factories.World("fre", protocol=protocol)
    said = world.programme.protocol
    world.programme.name_en, world.programme.name_fr = said.title_en, said.title_fr
    world.programme.save(update_fields=["name_en", "name_fr"])
    admin = factories.a_member(world.lead, Role.ADMINISTRATOR)
    for code in said.instruments:
        assessment_services.record_right(instrument=code, note="Fictional right.", actor=admin, at=moment)
    return world


def accessible(page):
    """Look at each kind of page once, whoever opens it first."""
    from axe_playwright_python.sync_playwright import Axe

    shape = re.sub(r"[0-9a-f-]{36}", "id", page.url.split("?")[0])
    if shape in _looked_at:
        return
    _looked_at.add(shape)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    said = [(v["id"], v["nodes"][0]["html"][:160], v["nodes"][0].get("failureSummary", "")) for v in found]
    assert not said, (page.url, said)


def narrow(page):
    wide = page.evaluate(TOO_WIDE)
    assert not wide, (page.url, wide)


class Walk:
    """One story in one language: the steps, in the order they happen."""

    def __init__(self, world, story, language, opened):
        self.world, self.story, self.language, self.opened = world, story, language, opened
        self.day = timezone.localdate()
        self.action = story.action[language]
        self.people = {}

    def person(self, name):
        """Answer somebody of the world, signed in once."""
        if name not in self.people:
            member = getattr(self.world, name)
            member.account.set_password(PASSWORD)
            member.account.save(update_fields=["password"])
            self.people[name] = self.opened().sign_in(member)
        return self.people[name]

    def typed(self, fr, en):
        return fr if self.language == "fr" else en

    def whole(self):
        self.refer()
        self.triage()
        case = Case.objects.get()
        protocol = case.programme.protocol
        if protocol.reaches_the_person:
            self.reach()
        self.assess()
        self.decide()
        if protocol.is_consent_required:
            self.consent()
        else:
            self.bring_in()
        case.refresh_from_db()
        assert (case.state, case.level) == ("active", "high")
        self.plan()
        self.call()
        self.prepare()
        self.confer()
        self.act()
        if self.story.is_read_whole:
            self.read_about()
        self.review_and_close()

    def refer(self):
        one = self.person(self.story.refers)
        one.menu("Refer someone")
        one.press("Where our referrals stand")
        one.reads("Your agency has not referred anyone yet.")
        one.menu("Refer someone")
        one.fill(**self.story.referral(self.language))
        one.press("Send the referral")
        one.reads("Being read")

    def triage(self):
        one = self.person("coordinator")
        one.menu("Requests received")
        one.follow(self.story.about)
        one.fill(outcome="accept", reason=self.typed("Danger sérieux.", "A serious danger."))
        one.press("Record the decision")

    def reach(self):
        """What is safe is asked before anybody calls."""
        one = self.person("advocate")
        one.menu("Cases")
        one.follow(self.story.about)
        one.press("Record what is safe")
        one.fill(
            channels=["phone"],
            phone="506-555-0101",
            days=[str(n) for n in range(7)],
            from_hour="00:00",
            to_hour="23:59",
            may_leave_message="no",
            caller_name=self.typed("clinique dentaire", "dental clinic"),
            code_word="bleuets",
        )
        one.press("Record what is safe", within="main form")
        one.fill(channel="phone")
        one.press("Begin the contact")
        one.fill(outcome="reached")
        one.press("Record how it ended")

    def assess(self):
        one = self.person("coordinator")
        one.press("Assess")
        if not self.story.assessed:
            one.reads("Each tool is one way to look. None is needed for professional judgement.")
            one.follow(Case.objects.get().reference)
            return
        one.press("Use this sheet")
        one.fill(**self.story.assessed(self.language))
        one.press("Record assessment")
        one.follow(Case.objects.get().reference)

    def decide(self):
        one = self.person("coordinator")
        one.press("Set the level of concern")
        one.fill(level="high", reasons=self.typed("Une arme est nommée.", "A weapon is named."))
        one.press("Record the level")
        one.press("Decide on eligibility")
        one.fill(
            is_eligible="yes", doors=["judgement"], reasons=self.typed("Peur et arme.", "Fear, a weapon.")
        )
        one.press("Record the decision")

    def consent(self):
        one = self.person("advocate")
        one.press("Ask for consent")
        one.fill(
            recipients=[str(one.pk) for one in self.brought_in()],
            categories=list(self.story.shares),
            purposes=["case_management"],
            expires_on=(self.day + timedelta(days=90)).isoformat(),
            given_by="self",
            form="written",
            capacity_confirmed=True,
            free_choice_confirmed=True,
        )
        one.press("Go on: see what changes")
        one.press("Record the consent and enrol")

    def brought_in(self):
        return [getattr(self.world, self.story.works).agency, self.world.health_agency]

    def bring_in(self):
        one = self.person("coordinator")
        one.press("Team")
        for agency in self.brought_in():
            one.fill(agency=str(agency.pk), reason=self.typed("Connaît la personne.", "Knows him well."))
            one.press("Bring it in")

    def plan(self):
        one = self.person(self.story.supports)
        if self.story.supports == "coordinator":
            one.follow(Case.objects.get().reference)
        with override("en"):
            title = str(plan_title(Case.objects.get().programme.protocol.plan))
        one.press(title)
        one.press("Begin")
        one.fill(made_with="in_person", **self.story.plan(self.language))
        one.press("Keep this version")
        one.go(lambda: one.page.locator("main form button").first.click())
        assert Plan.objects.get().state == "current"

    def call(self):
        one = self.person("coordinator")
        one.menu("Conferences")
        one.press("Call a conference")
        names = ("chair", "coordinator", "advocate", self.story.works, "nurse")
        one.fill(
            kind="regular",
            on=(self.day + timedelta(days=1)).isoformat(),
            at_hour="09:30",
            people=[str(getattr(self.world, name).pk) for name in names],
        )
        one.press("Call a conference", within="main form")
        one.press("Add")

    def prepare(self):
        """Who works on the case writes beforehand what their agency brings."""
        one = self.person(self.story.works)
        one.menu("Conferences")
        one.page.locator("main .action__text").first.click()
        one.follow(re.compile(rf"{self.story.about}|{Case.objects.get().reference}"))
        part = one.page.locator('main form:has([value="part"])')
        part.locator('[name="kind"][value="fact"] + label').click()
        part.locator('[name="text"]').fill(self.typed("Rien de neuf chez nous.", "No news here."))
        one.go(lambda: part.locator("button").click())

    def confer(self):
        one = self.person("coordinator")
        one.press("Begin the sitting")
        one.fill(
            present=[str(pk) for pk in Conference.objects.get().attendances.values_list("pk", flat=True)]
        )
        one.press("Record attendance")
        one.press("Take up case %(number)s", number=1)
        one.sees(self.typed("Rien de neuf chez nous.", "No news here."))
        line = one.page.locator("#line")
        line.locator("[name=agency]").select_option(str(self.brought_in()[0].pk))
        line.locator("[name=due_on]").fill((self.day + timedelta(days=3)).isoformat())
        line.locator("[name=side]").select_option(self.story.side)
        line.locator("[name=text]").fill(self.action)
        line.locator("[name=text]").press("Enter")
        one.page.locator(".action--agreed .action__text").get_by_text(self.action).wait_for()
        one.look()
        one.press("Back to the agenda")
        one.press("End it and lock the minutes")
        chair = self.person("chair")
        chair.menu("Conferences")
        chair.go(lambda: chair.page.locator("main .action__text").first.click())
        chair.press("Countersign the minutes")
        assert Conference.objects.get().countersigned_by == self.world.chair

    def act(self):
        """The agency finds its task in its day, and says that it is done."""
        one = self.person(self.story.works)
        one.menu("My day")
        one.follow(self.action)
        if self.story.kept_from_agencies:
            one.does_not_read(self.story.kept_from_agencies[self.language])
        line = one.page.locator(".action", has_text=self.action)
        one.go(lambda: line.locator("button").click())
        assert Task.objects.get(kind="action").outcome == "done"

    def read_about(self):
        """Every page of the case: who may know what, what left, who has read."""
        one = self.person("coordinator")
        one.menu("Cases")
        one.follow(self.story.about)
        for tab in TABS:
            one.press(tab, within="nav.tabs")

    def review_and_close(self):
        one = self.person("coordinator")
        one.menu("Cases")
        one.follow(self.story.about)
        one.press("Record a review")
        one.fill(text=self.typed("Rien de nouveau.", "No change."))
        one.press("Record the review")
        one.press("Close the case")
        one.fill(
            reason=self.story.ends,
            note=self.typed("Plan réalisé.", "It is done."),
            **self.story.view[self.language],
        )
        one.press("Close the case", within="main form")
        assert Case.objects.get().state == "closed"
        worked = self.person(self.story.works)
        worked.menu("Cases")
        worked.does_not_read(self.story.about)


@pytest.mark.parametrize(
    ("story", "language", "scripts"),
    WALKS,
    ids=[f"{story.protocol}-{language}-{'desk' if wide else 'phone'}" for story, language, wide in WALKS],
)
def test_a_case_is_walked_from_its_referral_to_its_end(monkeypatch, open_page, story, language, scripts):
    world = the_world(monkeypatch, story.protocol)
    is_of_another = world.programme.protocol.subject != "victim"
    check, width = (accessible, 1440) if scripts else (narrow, 320)

    def opened():
        page = open_page(language=language, width=width, scripts=scripts)
        return Walker(page, language, check, VICTIM[language] if is_of_another else None)

    Walk(world, story, language, opened).whole()
