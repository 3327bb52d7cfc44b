"""What is known of each tool: bilingual, marked, and never an item of it."""

import pytest

from egide.assessments.rules import cards
from egide.assessments.rules.cards import PARTS
from egide.assessments.rules.catalogue import catalogue
from egide.assessments.rules.definition import DefinitionError
from egide.partners.rules.training import courses

EVERY = sorted(cards.cards().values(), key=lambda card: card.code)
#: The tools of domain/instruments.md.
ASKED = {
    "odara", "danger-assessment", "danger-assessment-r", "danger-assessment-i", "danger-assessment-5", "lap",
    "dash-safelives", "dash-police", "sara-v3", "b-safer", "trap-18", "vera-2r", "erg22", "hcr-20-v3", "wavr-21",
    "viogen", "grille-danger-fr", "cstag", "romania-form", "bulgaria-algorithm", "improdova", "ntac-guide",
    "protective-factors",
}  # fmt: skip


def test_every_tool_of_the_field_notes_has_a_card():
    assert set(cards.cards()) >= ASKED


def test_every_sheet_that_ships_has_a_card():
    assert {one.code for one in catalogue().definitions} <= set(cards.cards())


@pytest.mark.parametrize("card", EVERY, ids=lambda card: card.code)
class TestCard:
    def test_says_everything_in_both_languages_with_its_mark(self, card):
        texts = [
            card.titles,
            card.short,
            card.rights_note,
            card.rights_holder,
            *(card.facts[part].text for part in PARTS),
        ]
        texts += [one.label for one in (*card.figures, *card.levels)]

        assert set(card.facts) == set(PARTS)
        for text in texts:
            assert text.en
            assert text.fr
            for mark in " ;", " :", " !", " ?", "« ", " »", "'":
                assert mark not in text.fr, text.fr

    def test_says_where_it_was_read(self, card):
        assert card.sources

    def test_names_a_course_that_exists_and_opens_nothing(self, card):
        if card.course:
            assert courses()[card.course].is_certificate

    def test_answers_to_its_own_name_alone(self, card):
        for name in (card.code, card.code.upper().replace("-", " "), *card.aliases):
            assert cards.find(name) == card


def test_an_external_tool_holds_no_item():
    for card in EVERY:
        assert not {"items", "answers", "points", "bands"} & set(vars(card))


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("odara", {"score": (0, 13)}),
        ("danger-assessment", {"score": (-3, 37)}),
        ("dash-safelives", {"ticks": (0, 24)}),
        ("grille-danger-fr", {"yes": (0, 23), "red": (0, 5)}),
        ("lap", {}),
        ("hcr-20-v3", {}),
    ],
)
def test_a_figure_has_the_published_range(code, figures):
    assert {one.code: (one.low, one.high) for one in cards.cards()[code].figures} == figures


def test_a_card_that_is_not_whole_is_refused_with_its_place():
    text = cards.cards()["lap"].text.replace("  mark: V2", "  mark: certain", 1)

    with pytest.raises(DefinitionError) as caught:
        cards.parse_text(text)

    assert caught.value.where == "purpose.mark"
