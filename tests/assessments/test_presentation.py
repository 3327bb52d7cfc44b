"""What templates are given, and what readers then see."""

import pytest
from django.utils import translation

from egide.assessments import presentation
from egide.assessments.presentation import Door
from egide.assessments.queries import history, open_assessment
from egide.assessments.services import record_second_score
from tests.assessments.sheets import answers, odara_with
from tests.assessments.test_forms import data_of
from tests.conftest import NOON
from tests.factories import DAY

DOOR = Door(label="7: one of three doors", low=7, high=13)


class TestDoor:
    @pytest.mark.parametrize(
        ("low", "high", "beginning"),
        [
            (7, 7, "Every possible"),
            (7, 13, "Every possible"),
            (6, 6, "No possible"),
            (0, 6, "No possible"),
            (6, 7, "With what is unknown"),
            (0, 13, "With what is unknown"),
        ],
    )
    def test_says_where_the_range_stands(self, low, high, beginning):
        assert DOOR.sentence(low=low, high=high).startswith(beginning)

    def test_always_recalls_judgement_when_the_score_does_not_open_it(self):
        for low, high in [(0, 6), (6, 7)]:
            assert "Professional judgement opens the same door." in DOOR.sentence(low=low, high=high)


class TestSheetContext:
    def test_gives_every_row_as_it_was_typed(self, odara):
        sheet = odara_with(odara, present=6, unknown=2)
        del sheet["13"]
        form = presentation.sheet_form(odara, data=data_of(sheet, note_1="File 24"))
        form.is_valid()

        context = presentation.sheet_context(odara, form, action="/x/", doors=[DOOR])

        rows = context["rows"]
        assert [row["number"] for row in rows] == [item.code for item in odara.items]
        assert (rows[0]["value"], rows[0]["note"], rows[0]["error"]) == ("yes", "File 24", "")
        assert rows[12]["error"] == "Item 13 has no answer. “Unknown” is an answer."
        assert (context["so_far"]["lo"], context["so_far"]["hi"]) == (6, 9)
        assert context["so_far"]["waiting_text"] == "1 item has no answer yet."

    def test_an_untouched_sheet_is_wholly_open(self, danger):
        context = presentation.sheet_context(danger, presentation.sheet_form(danger), action="/x/")["so_far"]

        assert (context["known"], context["lo"], context["hi"], context["waiting"]) == (0, -3, 37, 21)
        assert context["verdict"] == "Undetermined"

    def test_says_which_answers_exclude_each_other(self, danger):
        context = presentation.so_far_context(danger, {"answer_3": "yes", "answer_3a": "yes"})

        assert not context["is_possible"]
        assert "3 and 3a" in context["impossible_text"]

    def test_norms_come_with_place_years_and_caveat(self, odara):
        norms = presentation.so_far_context(odara, data_of(odara_with(odara, present=6, unknown=2)))["norms"]

        assert norms[0]["label"] == "Original norms (Ontario, 1990s)"
        assert norms[0]["rates"] == ["59 % of those who scored 5 to 6", "70 % of those who scored 7 to 13"]
        assert "not this person’s chance" in norms[0]["caveat"]
        assert all(one["caveat"] for one in norms)

    def test_speaks_french(self, odara):
        with translation.override("fr"):
            context = presentation.sheet_context(odara, presentation.sheet_form(odara), action="/x/")

            assert context["rows"][0]["choices"][2] == ("unknown", "Inconnu")
            assert context["so_far"]["norms"][1]["centre"] == "Médiane 5, moyenne 5,5."


@pytest.mark.django_db
class TestResult:
    def test_gives_the_judgement_and_the_range(self, record, file, world):
        opened = open_assessment(assessment_id=record().pk, file=file, actor=world.advocate, at=NOON)

        context = presentation.result_context(opened, doors=[DOOR])

        assert context["judgement"] == "High"
        assert (context["score"]["known"], context["score"]["lo"], context["score"]["hi"]) == (6, 6, 8)
        assert context["lines"][0]["source"] == "Police or court records"
        assert "Nobody said" in context["warnings"][0]

    def test_shows_where_two_scorers_differ(self, record, file, world, odara):
        first = record(present=6, unknown=0)
        record_second_score(
            file=file, assessment_id=first.pk, answers=odara_with(odara, present=5),
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        opened = open_assessment(assessment_id=first.pk, file=file, actor=world.advocate, at=NOON)

        context = presentation.result_context(opened)

        assert (context["agreement"]["percent"], context["agreement"]["count"]) == (92, 1)
        assert [(line["first"], line["second"]) for line in context["lines"] if line["first"]] == [
            ("Yes", "No")
        ]

    def test_says_that_answers_are_withheld(self, record, file, world):
        opened = open_assessment(assessment_id=record().pk, file=file, actor=world.officer, at=NOON)

        context = presentation.result_context(opened)

        assert context["are_answers_withheld"]
        assert context["lines"] == []


@pytest.mark.django_db
class TestHistory:
    def test_points_are_first_scorers_in_force_oldest_first(self, record, file, world, odara, danger):
        old = record(present=3, unknown=0, at=NOON - 30 * DAY)
        record(present=4, unknown=0, at=NOON - 20 * DAY, replaces=old.pk)
        newer = record(at=NOON)
        record(instrument="danger-assessment", answers=answers(danger), notes={}, sources={})
        record_second_score(
            file=file, assessment_id=newer.pk, answers=answers(odara), actor=world.coordinator, at=NOON
        )

        summaries = history(file=file, actor=world.advocate, at=NOON)
        points = presentation.history_points(summaries, instrument="odara")

        assert [(p["raw"], p["lo"], p["hi"], p["unknown"]) for p in points] == [(4, 4, 4, 0), (6, 6, 8, 2)]

    def test_lists_everything_latest_first(self, record, file, world):
        old = record(present=3, unknown=0, at=NOON - 30 * DAY)
        record(at=NOON, replaces=old.pk)

        context = presentation.history_context(
            history(file=file, actor=world.advocate, at=NOON), address=lambda pk: f"/a/{pk}/"
        )

        assert [(line["state"], line["score"], line["band"]) for line in context["assessments"]] == [
            ("", "6 to 8", "Undetermined"),
            ("replaced", "3", "3"),
        ]
        assert context["assessments"][1]["href"] == f"/a/{old.pk}/"
        assert [drawing["maximum"] for drawing in context["drawings"]] == [13]

    def test_an_empty_history_is_empty(self):
        assert presentation.history_context([]) == {"drawings": [], "assessments": []}
