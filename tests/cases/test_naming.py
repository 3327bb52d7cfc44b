"""A name, a number or an address is found in words however it is written there; what is of many people is not."""

import pytest

from egide.cases.rules.naming import Somebody, holds, tells_of, values

SHE = Somebody(
    names=("Anne-Marie", "Le Blanc", "O’Neil", "Ben"),
    places=(
        "12, rue de l’Union, app. 3, Saint John, E2L 1A1",
        "+1 506 555 0101, 506-555-0202 since 2026-11-01",
    ),
)


@pytest.mark.parametrize(
    "said",
    [
        "LeBlanc ran", "Le Blanc ran", "Mrs BLANC ran", "ONeil", "o'neil", "Neil", "AnneMarie", "Ben came",
        "O\u00adNeil", "Le\u200bBlanc", "506.555.0101", "(506) 555-0101", "5550202", "1 506 555\n0202",
        "at 12 Union St.", "12, RUE DE L'UNION", "rue de l'Union", "Union Street", "e2l1a1",
    ],
)  # fmt: skip
def test_is_found(said):
    assert tells_of(f"He wrote: {said}.", somebody=SHE)


@pytest.mark.parametrize(
    "said",
    [
        "He lives in Saint John.", "rue Main", "14 Main Street", "the union met at 12", "506 555 0303",
        "On 2026-11-01 he came.", "Des amis de la rue", "Saint Anselme",
    ],
)  # fmt: skip
def test_what_is_of_many_is_not(said):
    assert not tells_of(said, somebody=SHE)


def test_a_street_alone_may_be_told_of_a_danger_its_number_not():
    assert not tells_of("on Union Street", somebody=SHE, with_streets=False)
    assert tells_of("at 12 Union Street", somebody=SHE, with_streets=False)


def test_a_name_that_may_be_said_is_not_found():
    assert not tells_of("Mr Leblanc", somebody=Somebody(names=("Le Blanc",)), but_not=("Leblanc", "Blanc"))


def test_a_place_without_a_street_is_found_by_its_first_words():
    place = Somebody(places=("Maison de l’Harmonie, Moncton",))

    assert tells_of("à la maison de l'harmonie", somebody=place)
    assert not tells_of("à Moncton", somebody=place)


def test_nothing_is_found_of_nobody():
    assert not tells_of("Anyone 12 rue Union", somebody=Somebody(names=("", " "), places=("", "-")))


def test_a_reference_is_found_in_any_case():
    assert holds("see nb 2026 0001", "NB-2026-0001")
    assert not holds("see it", "")


def test_values_are_what_is_read_at_any_depth():
    content = {"text": "a\nb", "more": [{"phone": 5065550101, "yes": True}, ("c",)], "none": None}

    assert list(values(content)) == ["a\nb", "5065550101", "c"]
