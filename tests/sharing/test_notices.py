"""What is told is told with its notices: on screen, on paper, in files and in records; and they betray nothing."""

import json
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egide.cases.models import Entry
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import disclosures, receipts
from egide.sharing.models import Disclosure
from egide.sharing.rules import notices as rules
from egide.sharing.rules.decision import decide
from egide.sharing.rules.enabling import Deployment
from egide.sharing.rules.levels import Level
from tests.conftest import NOON
from tests.sharing import law
from tests.sharing.situations import situation
from tests.sharing.test_decision import questions

DAY = date(2026, 11, 2)
#: The words of each version, by their digest: another wording is another version.
WORDS = {
    "neutral@1": "378e4b3b8c7b06b9",
    "us-ferpa@1": "cffd4a58356e0b07",
    "us-part2@1": "e5247a9b5c8f5a47",
    "us-part2@2": "45dffc503b2ee928",
    "victim-service@1": "492eb1c8279b4ba0",
}


def digest(notice):
    words = "\n".join((notice.title_en, notice.title_fr, notice.text_en, notice.text_fr))
    return sha256(words.encode()).hexdigest()[:16]


def test_the_words_of_a_version_never_change():
    assert {ref: digest(one) for ref, one in rules.notices().items()} == WORDS


@dataclass
class Class:
    category: str
    decision: object


def noticed(question, *, side="both", on=DAY):
    found = rules.notices_of([Class(question.category, decide(question))], side=side, on=on)
    return [one.ref for one in found]


@pytest.fixture
def american(deployment):
    made = Deployment(is_fictional=True, profiles=("us-ct",))
    deployment(is_fictional=True, profiles=made.profiles)
    former = rules._deployment
    rules.use(made)
    yield made
    rules.use(former)


class TestNoticesOf:
    def test_come_from_the_duties(self, american):
        assert noticed(law.CASES["us-ferpa-redisclosure"].acting) == ["us-ferpa@1"]
        assert noticed(law.CASES["victim-service-notice"].acting) == ["victim-service@1"]
        assert noticed(law.CASES["us-part2-redisclosure-notice"].acting) == ["us-part2@2"]

    def test_are_none_for_who_holds_it(self, american):
        for name in ("us-ferpa-redisclosure", "us-part2-redisclosure-notice", "victim-service-notice"):
            assert noticed(law.CASES[name].beside) == []

    @pytest.mark.parametrize(
        ("on", "ref"), [(date(2024, 4, 15), "us-part2@1"), (date(2024, 4, 16), "us-part2@2")]
    )
    def test_are_of_the_version_in_force_that_day(self, american, on, ref):
        assert noticed(law.CASES["us-part2-redisclosure-notice"].acting, on=on) == [ref]

    @pytest.mark.parametrize(
        ("reviewed", "ref"),
        [({}, "us-part2@1"), ({"us-part2-redisclosure-notice": "A. Counsel, 2026-10-01"}, "us-part2@2")],
    )
    def test_of_words_nobody_read_the_last_that_were_stand(self, american, reviewed, ref):
        rules.use(replace(american, is_fictional=False, reviewed=reviewed))

        assert noticed(law.CASES["us-part2-redisclosure-notice"].acting) == [ref]

    def test_do_not_tell_the_other_side_who_brought_it(self, american):
        observed = law.CASES["us-ferpa-observation-not-record"].acting

        assert noticed(observed) == ["us-ferpa@1"]
        assert noticed(observed, side="management") == ["neutral@1"]
        assert noticed(law.CASES["victim-service-notice"].acting, side="management") == ["neutral@1"]

    def test_tell_the_other_side_what_the_item_tells_already(self, american):
        school = replace(law.CASES["us-ferpa-redisclosure"].acting, category="education.record")

        if decide(school).level >= Level.VIEW:
            assert noticed(school, side="management") == ["us-ferpa@1"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(question=questions, side=st.sampled_from(["victim", "management", "both"]))
def test_nothing_unread_brings_a_notice(question, side):
    decision = decide(question)
    if decision.level < Level.VIEW:
        assert rules.notices_of([Class(question.category, decision)], side=side, on=DAY) == ()


@pytest.fixture
def s(world, noon):
    """What the police get of the file comes from a school, and they may read it."""
    made = situation(world, agencies=[world.police_agency, world.probation_agency])
    Entry.objects.filter(file=made.victim, category="incident.facts").update(regimes="us-ferpa")
    return made


FERPA = "This comes from school records"


class TestShown:
    def test_where_the_item_is_read_in_both_languages(self, s, client):
        client.force_login(s.world.officer.account)
        for language, words in (("en", FERPA), ("fr", "Ceci provient de dossiers scolaires")):
            client.cookies["egide_language"] = language
            text = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()

            assert words in text
            assert "us-ferpa@1" in text
            assert "entry__notice" in text

    def test_not_where_nothing_bound_is_read(self, s, client):
        Entry.objects.filter(file=s.victim).update(regimes="")
        Entry.objects.filter(file=s.victim, category="plan.safety").update(regimes="us-vawa")
        client.force_login(s.world.officer.account)
        text = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()

        assert "Some words." in text
        assert "notices" not in text.replace("end-notices", "")

    def test_with_an_account_of_the_consent_where_the_law_asks_for_one(self, s, client):
        """42 CFR 2.32 as amended in 2024: a copy, or a clear account, of the consent goes along."""
        Entry.objects.filter(file=s.victim, category="incident.facts").update(regimes="us-part2")
        client.force_login(s.world.officer.account)
        text = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()

        assert "42 CFR part 2 prohibits unauthorized" in text
        assert "Consent given on" in text

    def test_not_to_the_agency_that_holds_it(self, s, client):
        client.force_login(s.world.advocate.account)
        text = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()

        assert "us-ferpa@1" not in text

    def test_not_after_the_request_that_read_it(self, s, client):
        client.force_login(s.world.officer.account)
        client.get(reverse("cases:case", args=[s.case.pk]))

        assert FERPA not in client.get(reverse("cases:caseload")).content.decode()

    @pytest.mark.parametrize("shape", ["", "print", "csv", "json"])
    def test_with_what_somebody_else_would_see(self, s, client, shape):
        client.force_login(s.world.coordinator.account)
        page = reverse("cases:who", args=[s.case.pk])
        asked = {"agency": str(s.world.police_agency.pk), "format": shape}
        answer = client.get(page, asked)

        assert "us-ferpa@1" in answer.content.decode() or shape == "json"
        assert FERPA in answer.content.decode()
        if shape == "json":
            [notice] = json.loads(answer.content)["notices"]
            assert (notice["id"], notice["version"], notice["verified"]) == ("us-ferpa", 1, "S")


class TestRecorded:
    def test_in_the_list_the_ledger_and_the_receipt(self, s, client):
        made = disclosures.record_disclosure(
            actor=s.world.coordinator,
            file=s.victim,
            categories=["incident.facts", "plan.safety"],
            method="share",
            basis="consent",
            recipient=s.world.police_agency,
            at=NOON,
        )

        assert made.notices == ["us-ferpa@1"]
        assert '"notices":["us-ferpa@1"]' in LedgerEntry.objects.get(pk=made.entry_id).body
        assert '"notices":["us-ferpa@1"]' in receipts.receipt(made)
        client.force_login(s.world.coordinator.account)
        assert "us-ferpa@1" in client.get(reverse("cases:disclosures", args=[s.case.pk])).content.decode()

    def test_none_that_the_recipient_may_not_know_of(self, s):
        """The police are told nothing of the plan: neither its law, nor in a receipt that it was named."""
        Entry.objects.filter(file=s.victim, category="plan.safety").update(regimes="us-vawa")
        made = disclosures.record_disclosure(
            actor=s.world.coordinator,
            file=s.victim,
            categories=["plan.safety"],
            method="share",
            basis="consent",
            recipient=s.world.probation_agency,
            at=NOON,
        )
        said = receipts.receipt(made)

        assert made.notices == []
        assert "us-vawa" in made.regimes
        assert "vawa" not in said
        assert "plan.safety" not in said
        assert '"basis":"consent"' not in said

    def test_none_to_the_person(self, s):
        made = disclosures.record_disclosure(
            actor=s.world.coordinator, file=s.victim, categories=["incident.facts"], method="print", basis="self", at=NOON
        )  # fmt: skip

        assert made.notices == []
        assert Disclosure.objects.get(pk=made.pk).told == []
