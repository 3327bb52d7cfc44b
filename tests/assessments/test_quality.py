"""How assessments are made: overrides and dissent kept and listed, warnings, agreement. Nobody is ranked."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.assessments.models import Assessment
from egide.assessments.rules.agreement import statistics
from egide.assessments.rules.catalogue import find
from egide.assessments.rules.differing import differs
from egide.assessments.services import record_second_score
from egide.cases.queries import quality
from egide.common.errors import NotVisible
from egide.ledger.models import Entry
from egide.partners.models import Role
from egide.sharing import services as sharing
from tests.assessments.sheets import answers, odara_with
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member, train

JUDGEMENTS, WARNINGS, AGREEMENT = (
    "cases:quality-judgements", "cases:quality-warnings", "cases:quality-agreement",
)  # fmt: skip


class TestDiffers:
    @pytest.mark.parametrize(
        ("band", "judgement", "said", "found"),
        [
            ("severe", "high", "", ""),
            ("severe", "extreme", "", "higher"),
            ("severe", "raised", "", "lower"),
            ("variable", "extreme", "", "higher"),
            ("extreme", "lower", "", "lower"),
            ("severe", "not_known", "", ""),
            (None, "high", "", ""),
            # What the assessor says comes first.
            ("severe", "high", "higher", "higher"),
            ("severe", "raised", "same", ""),
            ("severe", "raised", "apart", ""),
            (None, "high", "lower", "lower"),
            ("severe", "not_known", "higher", ""),
        ],
    )
    def test_says_where_a_judgement_stands(self, band, judgement, said, found):
        danger = find("danger-assessment")

        assert differs(danger, band=band, judgement=judgement, said=said) == found

    @pytest.mark.parametrize(
        ("band", "judgement", "found"),
        [("7-13", "raised", "lower"), ("7-13", "high", ""), ("5-6", "extreme", "")],
    )
    def test_a_band_that_bears_no_level_says_nothing_by_itself(self, band, judgement, found):
        assert differs(find("odara"), band=band, judgement=judgement, said="") == found

    def test_a_tool_used_elsewhere_differs_only_as_it_is_said(self):
        assert differs(None, band=None, judgement="high", said="") == ""
        assert differs(None, band=None, judgement="high", said="higher") == "higher"


class TestStatistics:
    def test_is_cohens_kappa(self):
        """The textbook table: 20 both yes, 15 both no, 5 and 10 otherwise: 0.70 agreed, 0.50 by chance."""
        counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
        cells = [cell for cell, number in counts.items() for _each in range(number)]
        sheets = [({"1": first}, {"1": second}) for first, second in cells]

        found = statistics(sheets)

        assert (found.pairs, found.compared, found.agreed, found.percent) == (50, 50, 35, 70)
        assert found.kappa == pytest.approx(0.4)

    def test_is_one_when_always_alike_and_below_zero_when_never(self):
        assert statistics([({"1": "yes", "2": "no"}, {"1": "yes", "2": "no"})]).kappa == 1
        assert statistics([({"1": "yes", "2": "no"}, {"1": "no", "2": "yes"})]).kappa == -1

    def test_is_not_defined_when_both_always_said_the_same(self):
        assert statistics([({"1": "no"}, {"1": "no"})]).kappa is None
        assert statistics([]).kappa is None

    @pytest.mark.parametrize(("pairs", "is_shown"), [(4, False), (5, True), (6, True)])
    def test_a_small_group_is_not_shown(self, pairs, is_shown):
        assert statistics([({"1": "no"}, {"1": "yes"})] * pairs).is_shown is is_shown

    def test_unknown_is_an_answer_and_what_one_left_out_of_a_checklist_is_none(self):
        pair = ({"1": "unknown", "2": "no"}, {"1": "refused"})

        assert (statistics([pair]).compared, statistics([pair]).agreed) == (2, 0)
        assert statistics([pair], is_partial=True).compared == 1


@pytest.fixture
def second(file, world, odara):
    def make(first, *, present=6, actor=None, **changes):
        return record_second_score(
            file=file, assessment_id=first.pk, answers=odara_with(odara, present=present, unknown=2),
            actor=actor or world.coordinator, at=NOON, **changes,
        )  # fmt: skip

    return make


def page(client, name, member, language="en"):
    return sign_in(client, member, language).get(reverse(name))


@pytest.mark.django_db
class TestJudgements:
    def test_an_override_is_listed_with_its_reason(self, client, world, record, case):
        record(present=8, unknown=0, judgement="raised", judgement_reason="He moved to another country.")
        record(present=8, unknown=0, judgement="high", judgement_reason="Agrees with the tool.")

        html = page(client, JUDGEMENTS, world.coordinator).content.decode()

        assert "He moved to another country." in html
        assert "Lower than the score suggests" in html
        assert "Agrees with the tool." not in html
        assert case.reference in html

    def test_what_the_assessor_says_is_listed_where_the_tool_says_nothing(self, client, world, record):
        record(present=2, unknown=0, judgement="high", judgement_reason="Stalking.", difference="higher")

        assert (
            "Higher than the score suggests" in page(client, JUDGEMENTS, world.coordinator).content.decode()
        )

    def test_dissent_of_the_second_scorer_is_listed_and_both_are_kept(self, client, world, record, second):
        first = record(judgement="high", judgement_reason="Escalation.")
        second(first, judgement="raised", judgement_reason="One source only.")

        html = page(client, JUDGEMENTS, world.coordinator).content.decode()

        assert "One source only." in html
        assert f"{world.advocate.person_name} judged: High" in html
        assert Assessment.objects.completed().count() == 2

    def test_is_in_the_order_of_time_whatever_the_scores(self, client, world, record):
        for number, (present, judgement) in enumerate([(7, "lower"), (13, "raised"), (9, "extreme")]):
            record(
                present=present, unknown=0, judgement=judgement, judgement_reason=f"Reason {number}.",
                at=NOON + number * DAY,
            )  # fmt: skip

        html = page(client, JUDGEMENTS, world.coordinator).content.decode()

        assert html.index("Reason 2.") < html.index("Reason 1.") < html.index("Reason 0.")

    @pytest.mark.parametrize("name", [JUDGEMENTS, WARNINGS, AGREEMENT])
    def test_is_not_there_for_others(self, client, world, record, name):
        record(present=8, judgement="lower", judgement_reason="Gone.")
        for member in (world.advocate, world.officer, world.chair, a_member(world.lead, Role.ADMINISTRATOR)):
            assert page(client, name, member).status_code == 404

    @pytest.mark.parametrize("name", [JUDGEMENTS, WARNINGS, AGREEMENT])
    def test_says_nothing_of_cases_of_another_programme_or_one_is_recused_from(
        self, client, world, record, case, second, name
    ):
        second(record(present=8, unknown=0, judgement="lower", judgement_reason="Secret reason."))
        recused = a_member(world.lead, Role.COORDINATOR, areas=[world.area])
        sharing.recuse(
            case_id=case.pk, membership=recused, reason_code="relative", actor=world.second, at=NOON
        )

        for member in (World("edm").coordinator, recused):
            answer = page(client, name, member)
            html = answer.content.decode()
            assert answer.status_code == 200
            assert case.reference not in html
            assert "Secret reason." not in html
            assert "0 assessments were looked at" in html or "The 0 latest pairs" in html

    def test_reading_leaves_a_trace_on_each_file_and_no_figure(self, client, world, record, file):
        record(present=8, judgement="lower", judgement_reason="Gone.")
        before = Entry.objects.count()

        page(client, JUDGEMENTS, world.coordinator)

        made = [json.loads(one.body) for one in Entry.objects.order_by("pk")[before:]]
        opened = [one for one in made if one["action"] == "sharing.opened"]
        assert [one["subject"] for one in opened] == [str(file.pk)]
        assert opened[0]["counts"] == {"risk.assessment.summary": 1}

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_has_its_empty_state(self, client, world, language):
        html = page(client, JUDGEMENTS, world.coordinator, language).content.decode()

        assert ("No judgement differs" if language == "en" else "Aucun jugement ne diffère") in html

    def test_goes_on_to_older_ones(self, client, world, record, monkeypatch):
        monkeypatch.setattr(quality, "PAGE", 2)
        for number in range(3):
            record(
                present=8, unknown=0, judgement="lower", judgement_reason=f"Reason {number}.",
                at=NOON + number * DAY,
            )  # fmt: skip
        first = page(client, JUDGEMENTS, world.coordinator).content.decode()
        older = client.get(reverse(JUDGEMENTS) + "?page=2").content.decode()

        assert ("Reason 2." in first, "Reason 0." in first) == (True, False)
        assert ("Reason 2." in older, "Reason 0." in older) == (False, True)


@pytest.mark.django_db
class TestWarnings:
    def test_lists_missing_and_lapsed_certificates_and_who_a_tool_was_not_made_for(
        self, client, world, record
    ):
        train(world.chair, course="odara-101")
        train(world.second, course="odara-101", until=NOON - DAY)
        record(certificate_valid=False)
        record(actor=world.second)
        record(actor=world.chair, population="outside")
        record(actor=world.chair)

        html = page(client, WARNINGS, world.coordinator).content.decode()

        assert html.count("did not hold a valid certificate") == 1
        assert html.count("had lapsed") == 1
        assert html.count("was not made for people like this person") == 1

    def test_says_when_nothing_is_to_be_seen(self, client, world):
        assert "has a warning" in page(client, WARNINGS, world.coordinator).content.decode()


@pytest.mark.django_db
class TestAgreement:
    def test_is_shown_by_tool_and_agency_with_counts(self, client, world, record, second):
        for _pair in range(5):
            second(record(present=6, unknown=2), present=5)

        html = page(client, AGREEMENT, world.coordinator).content.decode()

        # Item 6 differs (yes, no), item 8 too (unknown, no); 6 unknown shifts to 6 and 7.
        assert "5" in html
        assert world.lead.short_name in html
        assert "of 65" in html

    def test_of_fewer_than_five_pairs_shows_no_figure(self, client, world, record, second):
        for _pair in range(4):
            second(record())

        html = page(client, AGREEMENT, world.coordinator).content.decode()

        assert "fewer than 5" in html
        assert "of 52" not in html

    def test_has_its_empty_state(self, client, world):
        assert "scored by two people yet" in page(client, AGREEMENT, world.coordinator).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", [JUDGEMENTS, WARNINGS, AGREEMENT])
def test_a_page_costs_the_same_however_many_there_are(client, world, record, second, name):
    second(record(judgement="lower", judgement_reason="Gone."))
    sign_in(client, world.coordinator)
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for number in range(4):
        other = world.active(given=f"Anne{number}")
        from egide.cases.services.entries import subject_file

        record(file=subject_file(other), case_id=other.pk, judgement="lower", judgement_reason="Gone.")
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(name))

    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    costs = [sum(not q["sql"].startswith(control) for q in each.captured_queries) for each in (few, many)]
    assert costs[0] == costs[1] <= 12


def test_absent_and_forbidden_are_one(world):
    with pytest.raises(NotVisible):
        from egide.cases.permissions import check_can_review_quality

        check_can_review_quality(None)


test_absent_and_forbidden_are_one = pytest.mark.django_db(test_absent_and_forbidden_are_one)
assert answers  # the other sheets are made with it
