import pytest
from django.http import QueryDict
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.assessments.forms import SheetForm, given_answers, preview
from egide.assessments.rules.catalogue import find
from egide.assessments.rules.scoring import score
from tests.assessments.sheets import answers, odara_with


def data_of(sheet, **others):
    """Answer a form's data for a sheet, with a judgement."""
    data = QueryDict(mutable=True)
    for code, answer in sheet.items():
        data[f"answer_{code}"] = answer
    data.update({"judgement": "high", "judgement_reason": "She is afraid.", **others})
    return data


class TestSheetForm:
    def test_selects_nothing_by_itself(self, odara):
        form = SheetForm(odara)

        assert all(form[name].value() in (None, "") for name in form.fields)
        assert "checked" not in str(form["answer_1"])
        assert "checked" not in str(form["judgement"])

    def test_gives_what_the_service_takes(self, odara):
        sheet = odara_with(odara, present=6, unknown=2)
        form = SheetForm(
            odara, data_of(sheet, note_1=" File 24 ", source_1="records", certificate_valid="no")
        )

        assert form.is_valid(), form.errors
        assert form.record == {
            "answers": sheet,
            "notes": {"1": "File 24"},
            "sources": {"1": "records"},
            "judgement": "high",
            "judgement_reason": "She is afraid.",
            "certificate_valid": False,
            "details": {},
            "difference": "",
            "population": "",
            "believes": False,
        }
        assert form.score == score(odara, sheet)

    def test_nobody_has_to_say_whether_they_hold_a_certificate(self, odara):
        form = SheetForm(odara, data_of(answers(odara)))

        assert form.is_valid()
        assert form.record["certificate_valid"] is None

    def test_names_each_item_without_an_answer(self, odara):
        sheet = answers(odara)
        del sheet["4"], sheet["9"]

        form = SheetForm(odara, data_of(sheet))

        assert not form.is_valid()
        assert form.errors == {
            "answer_4": ["Item 4 has no answer. “Unknown” is an answer."],
            "answer_9": ["Item 9 has no answer. “Unknown” is an answer."],
        }

    def test_names_the_items_that_exclude_each_other(self, danger):
        form = SheetForm(danger, data_of(answers(danger, yes="3 3a")))

        assert not form.is_valid()
        assert form.errors == {"answer_3": ["Items 3 and 3a cannot both be yes. Change one of them."]}

    def test_says_it_in_french(self, danger):
        with translation.override("fr"):
            form = SheetForm(danger, data_of(answers(danger, yes="3 3a")))
            assert "Les questions 3 et 3a" in form.errors["answer_3"][0]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"judgement": ""}, "judgement"),
            ({"judgement": "certain"}, "judgement"),
            ({"judgement_reason": "  "}, "judgement_reason"),
            ({"judgement_reason": "x" * 5001}, "judgement_reason"),
            ({"answer_1": "maybe"}, "answer_1"),
            ({"answer_1": "not_applicable"}, "answer_1"),
            ({"note_1": "x" * 501}, "note_1"),
            ({"note_1": "\x00"}, "note_1"),
            ({"source_1": "gossip"}, "source_1"),
            ({"certificate_valid": "perhaps"}, "certificate_valid"),
        ],
    )
    def test_puts_each_error_on_its_field_and_loses_nothing(self, odara, changes, field):
        data = data_of(answers(odara, yes="2"), note_2="Seen by a neighbour", **changes)

        form = SheetForm(odara, data)

        assert list(form.errors) == [field]
        assert len(form.errors[field]) == 1
        assert (form["answer_2"].value(), form["note_2"].value()) == ("yes", "Seen by a neighbour")
        assert form[field].value() == changes[field]

    def test_not_yet_known_needs_no_reason(self, odara):
        assert SheetForm(
            odara, data_of(answers(odara), judgement="not_known", judgement_reason="")
        ).is_valid()

    def test_takes_a_draft_back(self, odara):
        form = SheetForm(odara, initial={"answer_1": "unknown", "note_1": "Not asked yet"})

        assert (form["answer_1"].value(), form["note_1"].value()) == ("unknown", "Not asked yet")
        assert 'value="unknown"' in str(form["answer_1"])

    def test_asks_about_a_certificate_only_when_the_tool_needs_one(self, odara):
        from dataclasses import replace

        form = SheetForm(replace(odara, requires_certificate=False), data_of(answers(odara)))

        assert "certificate_valid" not in form.fields
        assert form.is_valid()
        assert form.record["certificate_valid"] is None


class TestPreview:
    def test_counts_what_is_not_answered_yet_as_unknown(self, odara):
        found = preview(odara, {"answer_1": "yes", "answer_2": "no"})

        assert (found.raw, found.unknown, found.low, found.high) == (1, 11, 1, 12)

    def test_leaves_out_what_is_not_an_answer(self, odara):
        assert preview(odara, {"answer_1": "maybe", "answer_99": "yes"}) == preview(odara, {})

    def test_is_nothing_while_two_answers_exclude_each_other(self, danger):
        assert preview(danger, {"answer_3": "yes", "answer_3a": "yes"}) is None

    def test_agrees_with_the_score_once_complete(self, danger):
        sheet = answers(danger, yes="2 3", unknown="10")

        assert preview(danger, data_of(sheet)) == score(danger, sheet)

    @settings(max_examples=100, deadline=None)
    @given(st.dictionaries(st.sampled_from([f"answer_{n}" for n in range(15)]), st.text(max_size=8)))
    def test_survives_anything(self, data):
        assert preview(find("odara"), data).unknown >= 0

    def test_given_answers_are_those_of_the_sheet(self, odara):
        assert given_answers(odara, {"answer_1": "refused", "answer_2": ["yes"], "note_1": "yes"}) == {
            "1": "refused"
        }
