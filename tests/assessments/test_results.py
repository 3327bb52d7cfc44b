"""What a tool used elsewhere gave: in its own words, sealed, of every tool, and without any of its items."""

import datetime
import json

import pytest
from django.db import connection

from egide.assessments import presentation
from egide.assessments.forms import ResultForm
from egide.assessments.models import Assessment
from egide.assessments.queries import history, latest_summaries, open_assessment
from egide.assessments.rules import cards
from egide.assessments.services import Result, record_result, record_second_score
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners.models import Role
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

TODAY = NOON.date()


def said(**changes):
    return Result(
        **{
            "assessed_on": TODAY - DAY,
            "is_own": False,
            "assessor_words": "Dr Marie Cyr, psychologist",
            "level": "moderate",
            "words": "moderate risk, no imminent concern",
            "reference": "HC-2026-118",
            "text": "Three scenarios were discussed with the team.",
            "judgement": "raised",
            "judgement_reason": "He has support, and lost his work.",
            **changes,
        }
    )


@pytest.fixture
def result(file, case, world):
    def make(instrument="hcr-20-v3", *, actor=None, **changes):
        return record_result(
            file=file, case_id=case.pk, instrument=instrument, result=said(**changes),
            actor=actor or world.advocate, at=NOON,
        )  # fmt: skip

    return make


@pytest.mark.django_db
class TestRecordResult:
    def test_keeps_what_the_tool_gave_and_who_used_it(self, result, file, world):
        made = result()

        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)
        assert opened.summary.result == {
            "figures": {},
            "level": "moderate",
            "words": "moderate risk, no imminent concern",
            "assessed_on": (TODAY - DAY).isoformat(),
            "is_own": False,
            "assessor_words": "Dr Marie Cyr, psychologist",
            "reference": "HC-2026-118",
            "text": "Three scenarios were discussed with the team.",
        }
        assert (opened.summary.raw, opened.summary.judgement) == (None, "raised")
        assert (opened.answers, opened.definition.code) == ({}, "hcr-20-v3")

    def test_needs_no_right_for_what_was_used_elsewhere(self, result):
        assert result("vera-2r", level="low").is_result

    def test_keeps_nothing_in_clear_and_leaves_a_trace_without_a_figure(self, result, file):
        result()

        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM assessments_assessment")
            row = repr([bytes(c) if isinstance(c, memoryview) else c for c in cursor.fetchone()])
        for secret in ("moderate", "Cyr", "HC-2026", "scenarios", "raised"):
            assert secret not in row
        entry = json.loads(Entry.objects.order_by("-pk").first().body)
        assert entry["action"] == "assessments.result_recorded"
        assert (entry["subject"], entry["details"]) == (str(file.pk), {"instrument": "hcr-20-v3"})

    @pytest.mark.parametrize(
        "changes",
        [
            {"assessed_on": TODAY + DAY},
            {"level": "", "words": " "},
            {"level": "scarlet"},
            {"figures": {"score": 3}},
            {"assessor_words": " "},
            {"judgement_reason": ""},
            {"judgement": "certain"},
            {"words": "x" * 201},
            {"text": "x" * 5_001},
            {"difference": "much"},
            {"population": "perhaps"},
        ],
    )
    def test_refuses_what_says_nothing_or_cannot_be(self, result, changes):
        with pytest.raises(Refused):
            result(**changes)

        assert not Assessment.objects.exists()

    @pytest.mark.parametrize(("score", "is_kept"), [(-1, False), (0, True), (13, True), (14, False)])
    def test_a_figure_stays_in_the_range_of_the_tool(self, result, score, is_kept):
        if is_kept:
            assert result("odara", level="", figures={"score": score}).pk
        else:
            with pytest.raises(Refused):
                result("odara", level="", figures={"score": score})

    def test_a_tool_of_ours_has_no_result_from_elsewhere(self, result):
        for code in ("ntac-guide", "protective-factors", "tarot"):
            with pytest.raises(NotVisible):
                result(code)

    @pytest.mark.parametrize("role", [Role.REFERRER, Role.ADMINISTRATOR, Role.EVALUATOR])
    def test_is_recorded_by_people_who_assess(self, result, world, role):
        with pytest.raises(PermissionDenied):
            result(actor=a_member(world.lead, role))

    def test_takes_no_second_scorer(self, result, file, world):
        with pytest.raises(Refused):
            record_second_score(
                file=file, assessment_id=result().pk, answers={}, actor=world.coordinator, at=NOON
            )

    def test_stays_unknown_to_an_uninvolved_agency(self, result, file):
        made = result()

        with pytest.raises(NotVisible):
            open_assessment(assessment_id=made.pk, file=file, actor=World("edm").coordinator, at=NOON)

    def test_without_a_number_opens_no_way_in(self, result, file, world):
        result()
        result("odara", level="", figures={"score": 9})

        found = latest_summaries(file=file, actor=world.advocate, at=NOON)
        assert [(one.instrument, one.low, one.high) for one in found] == [("odara", 9, 9)]

    def test_is_listed_with_its_own_words(self, result, file, world):
        result()
        result("lap", level="screened-in-belief", words="")

        lines = presentation.history_context(history(file=file, actor=world.advocate, at=NOON))["assessments"]

        assert {(line["instrument"], line["score"], line["band"]) for line in lines} == {
            ("HCR-20 V3", "", "Moderate"),
            ("LAP", "", "Screened in, by belief"),
        }


class TestResultForm:
    def data(self, **changes):
        return {
            "assessed_on": "2026-11-01", "who": "own", "words": "High", "judgement": "not_known", **changes,
        }  # fmt: skip

    def test_gives_what_the_service_takes(self):
        form = ResultForm(cards.cards()["grille-danger-fr"], self.data(figure_yes="13", figure_red="0"))

        assert form.is_valid(), form.errors
        assert form.record.figures == {"yes": 13, "red": 0}
        assert (form.record.assessed_on, form.record.is_own) == (datetime.date(2026, 11, 1), True)

    def test_asks_no_item_of_the_tool(self):
        form = ResultForm(cards.cards()["lap"])

        assert not [name for name in form.fields if name.startswith(("answer_", "note_"))]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"words": ""}, "words"),
            ({"who": "other"}, "assessor_words"),
            ({"assessed_on": ""}, "assessed_on"),
            ({"figure_score": "14"}, "figure_score"),
            ({"judgement": "high"}, "judgement_reason"),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, changes, field):
        form = ResultForm(cards.cards()["odara"], self.data(**changes))

        assert list(form.errors) == [field]
