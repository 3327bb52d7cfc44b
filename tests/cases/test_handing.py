"""Reading aloud and handing over are decided before they happen; what left anyway is recorded, and seen as such."""

import json

import pytest
from django.urls import reverse

from egide.cases.models import Entry, Task
from egide.cases.services import handing
from egide.common import idempotency
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing.models import Consent, Disclosure
from tests.conftest import NOON
from tests.factories import a_member
from tests.sharing.situations import situation


@pytest.fixture
def s(world, noon):
    made = situation(world, agencies=[world.police_agency, world.probation_agency])
    Disclosure.objects.all().delete()
    return made


def asked(s, **more):
    return {
        "case_id": s.case.pk,
        "role": "victim",
        "recipient_id": s.world.police_agency.pk,
        "method": "aloud",
        "categories": ["incident.facts"],
        "actor": s.world.coordinator,
        "at": NOON,
        **more,
    }


class TestHandOver:
    def test_records_what_the_rules_let_leave_on_the_basis_they_say(self, s):
        [made] = handing.hand_over(**asked(s))

        assert (made.method, made.basis, made.categories) == ("aloud", "consent", ["incident.facts"])
        assert made.consent == Consent.objects.get()
        assert (made.told, made.is_against_rules) == (["incident.facts"], False)

    def test_says_the_notice_that_goes_along(self, s):
        Entry.objects.filter(file=s.victim, category="incident.facts").update(regimes="us-ferpa")
        [made] = handing.hand_over(**asked(s))

        assert made.notices == ["us-ferpa@1"]

    @pytest.mark.parametrize("category", ["plan.safety", "location.confidential"])
    @pytest.mark.parametrize("method", sorted(handing.NEEDS))
    def test_refuses_what_a_page_would_not_show_and_records_nothing(self, s, category, method):
        with pytest.raises(Refused, match="Do not pass this on"):
            handing.hand_over(**asked(s, categories=["incident.facts", category], method=method))

        assert not Disclosure.objects.exists()

    def test_a_copy_asks_for_more_than_hearing(self, s):
        """The table lets the police read what contact is safe here, and take no copy."""
        chosen = {"categories": ["contact.safe"]}
        handing.hand_over(**asked(s, **chosen))

        for method in ("print", "export"):
            with pytest.raises(Refused):
                handing.hand_over(**asked(s, method=method, **chosen))

    def test_what_the_file_does_not_hold_is_refused(self, s):
        Entry.objects.filter(file=s.victim, category="health.general").delete()
        with pytest.raises(Refused, match="holds nothing of this kind"):
            handing.hand_over(**asked(s, categories=["health.general"]))

    def test_a_stranger_to_the_case_gets_nothing(self, s):
        with pytest.raises(Refused):
            handing.hand_over(**asked(s, recipient_id=s.people["stranger"].agency_id))

    def test_is_for_who_supports_the_person(self, s):
        with pytest.raises(PermissionDenied):
            handing.hand_over(**asked(s, actor=s.world.officer))
        with pytest.raises(NotVisible):
            handing.hand_over(**asked(s, actor=s.people["stranger"]))

    @pytest.mark.parametrize("flaw", [{"role": "reporter"}, {"recipient_id": new_id()}])
    def test_what_is_not_there_is_absent(self, s, flaw):
        with pytest.raises(NotVisible):
            handing.hand_over(**asked(s, **flaw))


class TestWhatLeft:
    def test_against_the_rules_is_recorded_marked_and_looked_at(self, s):
        before = Task.objects.filter(case=s.case).count()
        made = handing.record_what_left(
            basis="serious_imminent_threat", **asked(s, categories=["plan.safety"])
        )

        body = json.loads(LedgerEntry.objects.get(pk=made.entry_id).body)
        assert made.is_against_rules
        assert body["result"] == "denied"
        assert body["rules"]
        assert Task.objects.filter(case=s.case).count() == before + 1

    def test_within_the_rules_is_a_disclosure_like_any_other(self, s):
        before = Task.objects.filter(case=s.case).count()
        made = handing.record_what_left(basis="consent", **asked(s))

        assert not made.is_against_rules
        assert made.consent is not None
        assert Task.objects.filter(case=s.case).count() == before


class TestPage:
    def typed(self, s, **more):
        return {
            "agency": str(s.world.police_agency.pk),
            "role": "victim",
            "method": "aloud",
            "categories": ["plan.safety"],
            idempotency.FIELD: str(new_id()),
            **more,
        }

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "Do not pass this on"), ("fr", "Ne transmettez pas ceci")]
    )
    def test_a_refusal_names_the_rule_and_keeps_what_was_chosen(self, s, client, language, words):
        client.force_login(s.world.coordinator.account)
        client.cookies["egide_language"] = language
        page = reverse("cases:disclosure-new", args=[s.case.pk])
        text = client.post(page, self.typed(s)).content.decode()

        assert words in text
        assert f'value="{s.world.police_agency.pk}" selected' in text
        assert not Disclosure.objects.exists()

    def test_what_left_needs_its_basis_and_is_shown_as_against_the_rules(self, s, client):
        client.force_login(s.world.coordinator.account)
        page = reverse("cases:disclosure-new", args=[s.case.pk])
        assert client.post(page, self.typed(s, has_left="on")).status_code == 422
        sent = client.post(page, self.typed(s, has_left="on", basis="consent"))

        assert sent.status_code == 302
        assert "The rules keep it" in client.get(sent.headers["Location"]).content.decode()

    def test_a_double_click_is_one_disclosure(self, s, client):
        client.force_login(s.world.coordinator.account)
        page = reverse("cases:disclosure-new", args=[s.case.pk])
        typed = self.typed(s, categories=["incident.facts"])
        client.post(page, typed)
        client.post(page, typed)

        assert Disclosure.objects.count() == 1

    def test_it_is_absent_to_who_may_not_know_of_the_case(self, s, client):
        client.force_login(a_member(s.people["stranger"].agency).account)

        assert client.get(reverse("cases:disclosure-new", args=[s.case.pk])).status_code == 404
