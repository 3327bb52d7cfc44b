"""Every number we ship, against domain/instruments.md §1 and §2."""

import pytest

from egide.assessments.rules.catalogue import UnknownInstrumentError, catalogue, find
from egide.assessments.rules.scoring import score
from tests.assessments.sheets import ODARA_ITEMS, answers, odara_with

DANGER_POINTS = {
    "1": 1, "2": 5, "3": 4, "3a": -3, "4": 4, "5": 3, "6": 3, "7": 3, "8": 2, "9": 2, "10": 1, "11": 1,
    "12": 1, "13": 1, "14": 1, "15": 1, "16": 1, "17": 1, "18": 1, "19": 1, "20": 0,
}  # fmt: skip


def test_two_scored_sheets_and_two_unscored_guides_ship():
    assert catalogue().errors == ()
    assert {each.code: each.is_summed for each in catalogue().definitions} == {
        "danger-assessment": True,
        "ntac-guide": False,
        "odara": True,
        "protective-factors": False,
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("odara", "odara"),
        ("ODARA", "odara"),
        ("ervco", "odara"),
        ("DA", "danger-assessment"),
        ("Danger Assessment", "danger-assessment"),
        ("danger_assessment", "danger-assessment"),
    ],
)
def test_an_instrument_answers_to_its_usual_names(name, code):
    assert find(name).code == code


@pytest.mark.parametrize("name", ["", "lap", "../odara", "odara.yaml"])
def test_another_name_is_refused(name):
    with pytest.raises(UnknownInstrumentError):
        find(name)


def test_a_version_that_is_not_there_is_refused():
    with pytest.raises(UnknownInstrumentError):
        find("odara", version="1999")


class TestOdara:
    def test_has_thirteen_items_of_one_point(self, odara):
        assert [item.code for item in odara.items] == ODARA_ITEMS
        assert {item.points for item in odara.items} == {1}
        assert (odara.minimum, odara.maximum) == (0, 13)

    @pytest.mark.parametrize("code", ODARA_ITEMS)
    def test_each_item_alone_scores_one(self, odara, code):
        assert score(odara, answers(odara, yes=code)).raw == 1

    @pytest.mark.parametrize(
        ("raw", "band"),
        [
            (0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5-6"), (6, "5-6"), (7, "7-13"),
            (8, "7-13"), (12, "7-13"), (13, "7-13"),
        ],
    )  # fmt: skip
    def test_each_score_falls_in_the_published_group(self, odara, raw, band):
        found = score(odara, odara_with(odara, present=raw))

        assert (found.raw, found.low, found.high, found.band) == (raw, raw, raw, band)
        assert found.is_determined

    def test_original_norms_are_those_of_ontario_in_the_1990s(self, odara):
        norms = odara.norm_sets[0]

        assert [row.outcome_rate for row in norms.rows] == [5, 10, 20, 27, 41, 59, 70]
        assert [row.share for row in norms.rows] == [11, 16, 21, 19, 13, 13, 7]
        assert [row.lower for row in norms.rows] == [0, 11, 27, 48, 67, 80, 93]
        assert [row.higher for row in norms.rows] == [89, 73, 52, 33, 20, 7, 0]
        assert (norms.place.en, norms.period.en, norms.mean, norms.median) == ("Ontario", "1990s", 2.9, 3)

    def test_the_original_table_holds_together(self, odara):
        rows = odara.norm_sets[0].rows

        assert sum(row.share for row in rows) == 100
        for row in rows:
            assert abs(row.lower + row.share + row.higher - 100) <= 1

    def test_old_ranks_are_superseded_and_the_new_table_is_not_invented(self, odara):
        old, new = odara.norm_sets

        assert not old.are_ranks_current
        assert (new.sample, new.mean, new.median, new.rows) == (884, 5.5, 5, ())


class TestDangerAssessment:
    def test_has_the_published_items_and_points(self, danger):
        assert {item.code: item.points for item in danger.items} == DANGER_POINTS
        assert (danger.minimum, danger.maximum) == (-3, 37)

    @pytest.mark.parametrize(("code", "points"), DANGER_POINTS.items())
    def test_each_item_alone_scores_its_weight(self, danger, code, points):
        found = score(danger, answers(danger, yes=code))

        assert (found.raw, found.low, found.high) == (points, points, points)

    def test_agrees_with_the_published_formula(self, danger):
        """Σ yes(1..19) + 4·q2 + 3·(q3+q4) + 2·(q5+q6+q7) + (q8+q9) − 3·q3a."""
        formula = {str(number): 1 for number in range(1, 20)}
        formula["2"] += 4
        for code in ("3", "4"):
            formula[code] += 3
        for code in ("5", "6", "7"):
            formula[code] += 2
        for code in ("8", "9"):
            formula[code] += 1
        formula |= {"3a": -3, "20": 0}

        assert {item.code: item.points for item in danger.items} == formula

    def test_the_whole_sheet_scores_the_maximum(self, danger):
        assert score(danger, answers(danger, others="yes", no="3a")).raw == 37

    def test_only_the_box_scores_the_minimum(self, danger):
        assert score(danger, answers(danger, yes="3a")).raw == -3

    def test_item_20_is_not_scored(self, danger):
        assert not danger.item("20").is_scored

    @pytest.mark.parametrize(
        ("raw", "present", "band"),
        [
            (-3, "3a", "variable"),
            (0, "", "variable"),
            (7, "5 6 1", "variable"),
            (8, "2 5", "increased"),
            (9, "2 5 1", "increased"),
            (13, "2 5 6 8", "increased"),
            (14, "2 5 6 7", "severe"),
            (15, "2 5 6 7 1", "severe"),
            (17, "2 5 6 7 8 1", "severe"),
            (18, "2 3 4 5 8", "extreme"),
            (19, "2 3 4 5 8 1", "extreme"),
            (37, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "extreme"),
        ],
    )
    def test_each_threshold_at_it_and_on_both_sides(self, danger, raw, present, band):
        found = score(danger, answers(danger, yes=present))

        assert (found.raw, found.band) == (raw, band)

    def test_the_administrator_is_told_what_was_not_verified(self, danger):
        assert "one source" in danger.verification.en
        assert "une source" in danger.verification.fr


@pytest.mark.parametrize("code", ["odara", "danger-assessment"])
def test_every_text_is_in_both_languages_with_french_spacing(code):
    definition = find(code)
    texts = [
        definition.titles, definition.short, definition.validity.notes, definition.rights.note,
        definition.verification, definition.certificate, definition.evidence, definition.limits,
        *(item.label for item in definition.items),
        *(item.hint for item in definition.items if item.hint),
        *(norms.caveat for norms in definition.norm_sets),
        *(band.label for band in definition.bands),
    ]  # fmt: skip

    for text in texts:
        assert text.en
        assert text.fr
        for mark in " ;", " :", " !", " ?", "« ", " »":
            assert mark not in text.fr
