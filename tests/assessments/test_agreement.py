import pytest

from egide.assessments.rules.agreement import Difference, agreement
from tests.assessments.sheets import answers


def test_two_identical_sheets_agree_on_everything(odara):
    sheet = answers(odara, yes="1 2", unknown="3")

    found = agreement(odara, sheet, dict(reversed(sheet.items())))

    assert (found.percent, found.agreed, found.compared, found.differences) == (100, 13, 13, ())


def test_differences_are_named_in_the_order_of_the_sheet(odara):
    first, second = answers(odara, yes="1 10"), answers(odara, yes="10", unknown="2")

    found = agreement(odara, first, second)

    assert found.differences == (Difference("1", "yes", "no"), Difference("2", "no", "unknown"))
    assert found.percent == 84  # 11 of 13, rounded down


def test_unknown_and_refused_are_different_answers(odara):
    assert agreement(odara, answers(odara, unknown="1"), answers(odara, refused="1")).agreed == 12


@pytest.mark.parametrize("differing", range(14))
def test_is_a_hundred_percent_only_when_nothing_differs(odara, differing):
    codes = " ".join(str(number) for number in range(1, differing + 1))

    found = agreement(odara, answers(odara), answers(odara, yes=codes))

    assert (found.percent == 100) is (differing == 0)


def test_is_the_same_whoever_scores_first(danger):
    first, second = answers(danger, yes="2 3"), answers(danger, yes="2", unknown="3")

    assert agreement(danger, first, second).percent == agreement(danger, second, first).percent
