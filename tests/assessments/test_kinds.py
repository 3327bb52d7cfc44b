"""What is not added up stays so: rules, structured judgements, checklists. Every line here is fictional."""

import pytest
import yaml

from egide.assessments.rules.definition import DefinitionError
from egide.assessments.rules.reading import parse, parse_text
from egide.assessments.rules.scoring import AnswerError, finding
from tests.assessments.sheets import JUDGED, MINIMAL, RULE, answers

BOATS = parse_text(RULE)
GARDEN = parse_text(JUDGED)


@pytest.mark.parametrize(
    ("present", "others", "believes", "outcome"),
    [
        # The published test vectors of domain/instruments.md §3.1.
        ("2", "no", False, "by_rule"),
        ("4 5 7 8", "no", False, "by_rule"),
        ("4 5 7", "no", False, "not_met"),
        ("4 5 7", "no", True, "by_judgement"),
        ("", "unknown", False, "not_answered"),
        # At the threshold, on both sides, and what is open.
        ("1", "no", True, "by_rule"),
        ("3", "unknown", False, "by_rule"),
        ("4 5 6", "no", False, "not_met"),
        ("4 5 6 7", "unknown", False, "by_rule"),
        ("4 5 6", "unknown", False, "undetermined"),
        ("", "no", False, "not_met"),
        ("", "refused", False, "not_answered"),
        ("", "refused", True, "by_judgement"),
    ],
)
def test_a_rule_is_met_as_it_is_written(present, others, believes, outcome):
    sheet = answers(BOATS, others=others, yes=present)

    assert finding(BOATS, sheet, believes=believes).outcome == outcome


def test_not_answered_is_never_no():
    sheet = answers(BOATS, yes="4 5 7", unknown="1 2 3")

    assert finding(BOATS, sheet).outcome == "undetermined"


def test_belief_meets_nothing_where_the_tool_does_not_say_so():
    data = yaml.safe_load(RULE)
    data["triggers"] = data["triggers"][:2]
    definition = parse(data)

    assert finding(definition, answers(definition), believes=True).outcome == "not_met"


def test_a_structured_judgement_counts_what_is_open_and_nothing_else():
    found = finding(GARDEN, {"A": "there", "B": "omitted"})

    assert (found.unknown, found.outcome) == (1, "")
    assert not hasattr(found, "raw")


@pytest.mark.parametrize(
    ("sheet", "code"),
    [({"A": "there"}, "missing_item"), ({"A": "yes", "B": "there"}, "unknown_answer"),
     ({"A": "there", "B": "perhaps"}, "answer_not_allowed")],
)  # fmt: skip
def test_a_structured_judgement_is_answered_in_its_own_words(sheet, code):
    with pytest.raises(AnswerError) as caught:
        finding(GARDEN, sheet)

    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_checklist_may_stay_half_filled():
    data = yaml.safe_load(JUDGED) | {"kind": "checklist"}
    del data["relevance"]

    assert finding(parse(data), {"A": "omitted"}).unknown == 1


def changed(text, **changes):
    data = yaml.safe_load(text)
    for key, value in changes.items():
        if value is ...:
            del data[key]
        else:
            data[key] = value
    return data


@pytest.mark.parametrize(
    ("text", "changes", "where"),
    [
        (RULE, {"triggers": ...}, "triggers"),
        (RULE, {"bands": [{"code": "a", "min": 0, "max": 1, "label": {"en": "A", "fr": "A"}}]}, "bands"),
        (RULE, {"score": {"formula": "sum", "min": 0, "max": 0}}, "score"),
        (RULE, {"evidence": ...}, "evidence"),
        (RULE, {"limits": ...}, "limits"),
        (RULE, {"missing": {"policy": "max_missing", "max": 1}}, "missing"),
        (MINIMAL, {"triggers": [{"any_of": ["1"]}]}, "triggers"),
        (MINIMAL, {"answers": [{"code": "a", "label": {"en": "A", "fr": "A"}}]}, "answers"),
        (MINIMAL, {"evidence": ...}, "evidence"),
        (JUDGED, {"answers": ...}, "answers"),
        (JUDGED, {"answers": [{"code": "there", "label": {"en": "There", "fr": "Là"}}]}, "items[1].answers"),
        (JUDGED, {"score": {"formula": "sum", "min": 0, "max": 0}}, "score"),
        (JUDGED, {"norm_sets": []}, "norm_sets"),
        (JUDGED, {"excludes": [["A", "B"]]}, "excludes"),
        (JUDGED, {"groups": [{"code": "g", "title": {"en": "G", "fr": "G"}}]}, "items[0].group"),
        (JUDGED, {"course": "Not A Slug"}, "course"),
        (JUDGED, {"banner": {"en": "only"}}, "banner.fr"),
    ],
)
def test_names_the_place_of_what_a_kind_does_not_take(text, changes, where):
    with pytest.raises(DefinitionError) as caught:
        parse(changed(text, **changes))

    assert caught.value.where == where


def test_points_in_what_is_not_added_up_are_refused():
    for text in (RULE, JUDGED):
        data = yaml.safe_load(text)
        data["items"][0]["points"] = {"yes": 3}

        with pytest.raises(DefinitionError) as caught:
            parse(data)

        assert caught.value.where == "items[0].scored"


def test_every_item_of_an_own_vocabulary_can_stay_open():
    data = yaml.safe_load(JUDGED)
    data["items"][1]["answers"] = ["there"]

    with pytest.raises(DefinitionError) as caught:
        parse(data)

    assert caught.value.where == "items[1].answers"
