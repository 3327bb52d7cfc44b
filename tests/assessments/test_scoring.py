import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.assessments.rules.catalogue import find
from egide.assessments.rules.definition import Missing, Trigger
from egide.assessments.rules.scoring import (
    AnswerError,
    Problem,
    complete_with_unknown,
    is_triggered,
    score,
)
from tests.assessments.sheets import answers, odara_with

DEFINITIONS = {code: find(code) for code in ("odara", "danger-assessment")}


def is_pair_impossible(sheet):
    return sheet.get("3") == "yes" and sheet.get("3a") == "yes"


@st.composite
def sheets(draw, most_open=21):
    """A definition and a complete, possible sheet for it."""
    definition = DEFINITIONS[draw(st.sampled_from(sorted(DEFINITIONS)))]
    sheet = {item.code: draw(st.sampled_from(item.answers)) for item in definition.items}
    if is_pair_impossible(sheet):
        sheet["3a"] = "no"
    still_open = [code for code, answer in sheet.items() if answer in ("unknown", "refused")]
    for code in still_open[most_open:]:
        sheet[code] = "no"
    return definition, sheet


def completions(definition, sheet):
    """Yield every sheet in which each open answer became a yes or a no, where that is possible."""
    still_open = [code for code, answer in sheet.items() if answer in ("unknown", "refused")]
    for choice in itertools.product(["yes", "no"], repeat=len(still_open)):
        complete = sheet | dict(zip(still_open, choice, strict=True))
        if not (definition.code == "danger-assessment" and is_pair_impossible(complete)):
            yield complete


class TestRange:
    @settings(max_examples=150, deadline=None)
    @given(sheets(most_open=7))
    def test_is_that_of_every_completion(self, case):
        definition, sheet = case

        found = score(definition, sheet)

        raws = [score(definition, complete).raw for complete in completions(definition, sheet)]
        assert (found.low, found.high) == (min(raws), max(raws))

    @settings(max_examples=200, deadline=None)
    @given(sheets(), st.randoms())
    def test_holds_the_raw_score_of_any_completion(self, case, chance):
        definition, sheet = case
        found = score(definition, sheet)

        complete = {
            code: chance.choice(["yes", "no"]) if answer in ("unknown", "refused") else answer
            for code, answer in sheet.items()
        }
        if is_pair_impossible(complete) and definition.code == "danger-assessment":
            complete["3a" if sheet["3a"] != "yes" else "3"] = "no"

        assert found.low <= score(definition, complete).raw <= found.high

    @settings(max_examples=200, deadline=None)
    @given(sheets(), st.data())
    def test_narrows_when_an_answer_is_added(self, case, data):
        definition, sheet = case
        still_open = [code for code, answer in sheet.items() if answer in ("unknown", "refused")]
        if not still_open:
            return
        code = data.draw(st.sampled_from(still_open))
        better = sheet | {code: data.draw(st.sampled_from(["yes", "no"]))}
        if is_pair_impossible(better) and definition.code == "danger-assessment":
            better[code] = "no"

        before, after = score(definition, sheet), score(definition, better)

        assert before.low <= after.low <= after.high <= before.high
        assert after.unknown == before.unknown - 1
        if before.is_determined:
            assert after.band == before.band

    @settings(max_examples=200, deadline=None)
    @given(sheets())
    def test_stays_within_the_instrument(self, case):
        definition, sheet = case

        found = score(definition, sheet)

        assert definition.minimum <= found.low <= found.high <= definition.maximum
        assert found.low <= found.raw <= found.high

    @pytest.mark.parametrize(
        ("sheet", "expected"),
        [
            ({"unknown": "3 3a"}, (0, -3, 4)),
            ({"yes": "3", "unknown": "3a"}, (4, 4, 4)),
            ({"yes": "3a", "unknown": "3"}, (-3, -3, -3)),
            ({"unknown": "3a"}, (0, -3, 0)),
            ({"unknown": "3"}, (0, 0, 4)),
            ({"refused": "3", "unknown": "3a"}, (0, -3, 4)),
            ({"yes": "2 5", "unknown": "3a"}, (8, 5, 8)),
        ],
    )
    def test_never_counts_an_impossible_pair(self, danger, sheet, expected):
        found = score(danger, answers(danger, **sheet))

        assert (found.raw, found.low, found.high) == expected

    def test_of_odara_ends_at_raw_plus_unknown(self, odara):
        for present, unknown in [(0, 0), (0, 13), (6, 2), (3, 5), (13, 0)]:
            found = score(odara, odara_with(odara, present=present, unknown=unknown))

            assert (found.low, found.high) == (present, present + unknown)


class TestBand:
    @pytest.mark.parametrize(
        ("present", "unknown", "band"),
        [
            (7, 6, "7-13"),  # met whatever the unknowns
            (6, 1, None),
            (6, 0, "5-6"),
            (5, 1, "5-6"),
            (5, 2, None),
            (4, 1, None),
        ],
    )
    def test_is_given_only_when_the_whole_range_is_in_it(self, odara, present, unknown, band):
        found = score(odara, odara_with(odara, present=present, unknown=unknown))

        assert found.band == band
        assert found.is_determined is (band is not None)

    @pytest.mark.parametrize(
        ("sheet", "band"),
        [
            ({"yes": "5 6 1", "unknown": "20"}, "variable"),
            ({"yes": "5 6 1", "unknown": "10"}, None),
            ({"yes": "2 5", "unknown": "3a"}, None),  # raw 8, but 5 remains possible
            ({"yes": "2 3 4 5 8", "unknown": "3a 10 11"}, "extreme"),
        ],
    )
    def test_of_the_danger_assessment_counts_negative_points(self, danger, sheet, band):
        assert score(danger, answers(danger, **sheet)).band == band

    def test_norms_are_the_rows_the_range_touches(self, odara):
        found = score(odara, odara_with(odara, present=6, unknown=2))

        assert [row.band for row in found.norms[0].rows] == ["5-6", "7-13"]


class TestAnswers:
    def test_unknown_and_refused_both_stay_open(self, odara):
        found = score(odara, answers(odara, yes="1 2", unknown="3", refused="4 5"))

        assert (found.raw, found.unknown, found.high) == (2, 3, 5)

    def test_not_applicable_counts_zero_where_the_item_allows_it(self, odara):
        found = score(odara, answers(odara, yes="1", not_applicable="12"))

        assert (found.raw, found.unknown, found.low, found.high) == (1, 0, 1, 1)

    def test_not_applicable_is_refused_elsewhere(self, odara):
        with pytest.raises(AnswerError) as caught:
            score(odara, answers(odara, not_applicable="1"))

        assert caught.value.problems == (Problem("answer_not_allowed", "1", "not_applicable"),)

    def test_the_order_of_items_is_irrelevant(self, danger):
        sheet = answers(danger, yes="2 3 5", unknown="3a 10 11", refused="18")
        shuffled = list(sheet.items())
        random.Random(7).shuffle(shuffled)

        assert score(danger, dict(shuffled)) == score(danger, sheet)

    def test_a_missing_item_is_never_a_no(self, odara):
        sheet = answers(odara)
        del sheet["4"]

        with pytest.raises(AnswerError) as caught:
            score(odara, sheet)

        assert caught.value.problems == (Problem("missing_item", "4"),)

    @pytest.mark.parametrize("answer", ["", "YES", "true", "1", "maybe", "na"])
    def test_another_answer_is_refused(self, odara, answer):
        with pytest.raises(AnswerError) as caught:
            score(odara, answers(odara) | {"1": answer})

        assert caught.value.problems == (Problem("unknown_answer", "1", answer),)

    @pytest.mark.parametrize("code", ["0", "14", "1 ", "01", "3a"])
    def test_another_item_is_refused(self, odara, code):
        with pytest.raises(AnswerError) as caught:
            score(odara, answers(odara) | {code: "no"})

        assert caught.value.problems == (Problem("unknown_item", code),)

    def test_left_him_and_never_lived_together_exclude_each_other(self, danger):
        with pytest.raises(AnswerError) as caught:
            score(danger, answers(danger, yes="3 3a"))

        assert caught.value.problems == (Problem("impossible_pair", "3", "3a"),)

    def test_everything_wrong_is_named_at_once(self, danger):
        sheet = answers(danger, yes="3 3a") | {"7": "perhaps", "99": "yes"}
        del sheet["1"]

        with pytest.raises(AnswerError) as caught:
            score(danger, sheet)

        assert [(p.code, p.item) for p in caught.value.problems] == [
            ("missing_item", "1"),
            ("unknown_answer", "7"),
            ("impossible_pair", "3"),
            ("unknown_item", "99"),
        ]


class TestProration:
    @settings(max_examples=100, deadline=None)
    @given(sheets())
    def test_never_happens_with_what_we_ship(self, case):
        definition, sheet = case

        found = score(definition, sheet)

        assert found.prorated is None
        assert found.raw == sum(item.points for item in definition.items if sheet[item.code] == "yes")

    def test_reads_an_imported_table_and_changes_nothing_else(self, odara):
        licensed = replace(odara, missing=Missing(policy="prorate_table", table=((1, 6, 7),)))
        sheet = odara_with(odara, present=6, unknown=1)

        with_table, without = score(licensed, sheet), score(odara, sheet)

        assert with_table.prorated == 7
        assert replace(with_table, prorated=None) == without

    def test_has_no_value_beyond_the_table(self, odara):
        licensed = replace(odara, missing=Missing(policy="prorate_table", table=((1, 6, 7),)))

        assert score(licensed, odara_with(odara, present=6, unknown=2)).prorated is None

    @pytest.mark.parametrize(("unknown", "band"), [(1, "7-13"), (2, "7-13"), (3, None)])
    def test_too_many_open_answers_withhold_the_band(self, odara, unknown, band):
        strict = replace(odara, missing=Missing(policy="max_missing", most=2))

        assert score(strict, odara_with(odara, present=7, unknown=unknown)).band == band


class TestAskedOnlyIf:
    @pytest.fixture
    def conditional(self, odara):
        items = tuple(replace(item, only_if="1") if item.code == "2" else item for item in odara.items)
        return replace(odara, items=items)

    def test_may_be_left_out_when_it_is_not_asked(self, conditional):
        sheet = answers(conditional)
        del sheet["2"]

        assert score(conditional, sheet).raw == 0

    @pytest.mark.parametrize("parent", ["yes", "unknown", "refused"])
    def test_is_needed_when_it_is_or_may_be_asked(self, conditional, parent):
        sheet = answers(conditional) | {"1": parent}
        del sheet["2"]

        with pytest.raises(AnswerError):
            score(conditional, sheet)

    def test_cannot_be_present_without_its_condition(self, conditional):
        with pytest.raises(AnswerError) as caught:
            score(conditional, answers(conditional, yes="2"))

        assert caught.value.problems == (Problem("not_asked", "2", "1"),)

    def test_range_knows_the_condition(self, conditional):
        found = score(conditional, answers(conditional, unknown="1", yes="2"))

        assert (found.raw, found.low, found.high) == (1, 2, 2)


class TestSoFar:
    def test_unanswered_items_are_open(self, odara):
        found = score(odara, complete_with_unknown(odara, {"1": "yes", "2": "no"}))

        assert (found.raw, found.unknown, found.high) == (1, 11, 12)


class TestTriggers:
    @pytest.mark.parametrize(
        ("sheet", "judgement", "expected"),
        [
            ({"yes": "1"}, False, True),
            ({}, False, False),
            ({}, True, True),
            ({"unknown": "1"}, False, None),
            ({"yes": "4 5"}, False, True),
            ({"yes": "4", "unknown": "5"}, False, None),
            ({"yes": "4", "refused": "6 7"}, False, None),
            ({"yes": "4"}, False, False),
        ],
    )
    def test_leave_the_unknown_undetermined(self, odara, sheet, judgement, expected):
        triggers = (
            Trigger(items=("1",)),
            Trigger(items=("4", "5", "6", "7"), count=2),
            Trigger(is_judgement=True),
        )
        definition = replace(odara, triggers=triggers)

        assert is_triggered(definition, answers(odara, **sheet), judgement=judgement) is expected
