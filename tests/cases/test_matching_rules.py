"""Comparing two records: symmetric, silent about what is unknown, and never further off for agreeing more."""

import dataclasses
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egide.cases.rules import matching
from egide.cases.rules.matching import FIELDS, UNKNOWN, Band, Comparison, Ground, Known, band_of, compare
from egide.cases.rules.matching_data import CHANCES, POSSIBLE_FROM, VERY_LIKELY_FROM

#: From the closest to the furthest; what is unknown stands between what agrees and what differs.
ORDER = {
    field: [*list(levels)[:-1], UNKNOWN, list(levels)[-1]]
    for field, levels in CHANCES.items()
    if field != "born_year"
}
NAMES = st.sampled_from(
    ["", "Marie", "Marie-Ève", "M.", "Ève", "Luc", "Le Blanc", "LeBlanc", "Blanc", "Thériault-Roy", "Theriault", "Terriault",
     "Roy", "O’Neil", "Bill", "William", "Nguyễn", "d’Amours", "St-Pierre", "Saint Pierre", "Ólafur", "王", "x"]
)  # fmt: skip
KNOWN = st.builds(
    Known,
    given=NAMES,
    family=NAMES,
    born=st.one_of(
        st.sampled_from(["", "1984", "1985", "1984-01-01", "1984-02-03", "1984-03-02", "1985-02-03", "1948-02-03", "?"]),
        st.dates().map(str),
    ),
    phones=st.lists(st.sampled_from(["", "506-555-0101", "+1 506 555 0101", "5550102", "0101"]), max_size=2).map(tuple),
    addresses=st.lists(
        st.sampled_from(["", "12, rue Union, E2L 1A1", "12 Union St.", "14 Union Street", "E2L 4Z6", "Moncton"]), max_size=2
    ).map(tuple),
)  # fmt: skip


def level(field, one, other):
    return next(
        g.level for g in compare(one, other).grounds if g.field == field or g.field == f"{field}_year"
    )


@settings(max_examples=400, deadline=None)
@given(KNOWN, KNOWN)
def test_is_the_same_in_both_directions(one, other):
    assert compare(one, other) == compare(other, one)


@settings(max_examples=200, deadline=None)
@given(KNOWN, KNOWN, st.sampled_from(FIELDS))
def test_what_is_unknown_of_either_counts_nothing(one, other, field):
    name = {"phone": "phones", "address": "addresses"}.get(field, field)
    without = dataclasses.replace(one, **{name: type(getattr(one, name))()})
    grounds = compare(without, other).grounds

    [ground] = [g for g in grounds if g.field == field]
    assert ground.level == UNKNOWN
    assert matching.weight(grounds) == pytest.approx(
        matching.weight([g for g in grounds if g.field != field])
    )


def test_agreeing_more_in_any_field_never_makes_it_less_likely():
    bands = [Band.UNLIKELY, Band.POSSIBLE, Band.VERY_LIKELY]
    for levels in itertools.product(*(ORDER[field] for field in FIELDS)):
        here = dict(zip(FIELDS, levels, strict=True))
        band = band_of([Ground(*one) for one in here.items()])
        for field in FIELDS:
            place = ORDER[field].index(here[field])
            if place:
                closer = here | {field: ORDER[field][place - 1]}
                raised = band_of([Ground(*one) for one in closer.items()])
                assert bands.index(raised) >= bands.index(band), (here, field)


def test_the_shares_of_each_field_make_one_whole_and_agreeing_weighs_more():
    for field, levels in CHANCES.items():
        assert math.fsum(c.m for c in levels.values()) == pytest.approx(1), field
        assert math.fsum(c.u for c in levels.values()) == pytest.approx(1), field
        weights = [matching.weight([Ground(field, one)]) for one in levels]
        assert weights == sorted(weights, reverse=True), field
        assert weights[0] > 0 > weights[-1], field


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (VERY_LIKELY_FROM + 0.01, Band.VERY_LIKELY), (VERY_LIKELY_FROM, Band.VERY_LIKELY),
        (VERY_LIKELY_FROM - 0.01, Band.POSSIBLE), (POSSIBLE_FROM + 0.01, Band.POSSIBLE),
        (POSSIBLE_FROM, Band.POSSIBLE), (POSSIBLE_FROM - 0.01, Band.UNLIKELY),
    ],
)  # fmt: skip
def test_each_limit_belongs_to_the_band_above_it(monkeypatch, total, band):
    monkeypatch.setattr(matching, "weight", lambda _grounds: total)

    assert band_of([Ground("given", "same"), Ground("born", "same")]) is band


def people(**changed):
    she = Known("Marie-Ève", "Thériault", "1984-02-13", ("506-555-0101",), ("12, rue Union, E2L 1A1",))
    return she, dataclasses.replace(she, **changed)


@pytest.mark.parametrize(
    ("changed", "band"),
    [
        ({}, Band.VERY_LIKELY),
        ({"phones": (), "addresses": ()}, Band.VERY_LIKELY),
        # Names alone are possible, never more, however alike.
        ({"born": "", "phones": (), "addresses": ()}, Band.POSSIBLE),
        ({"born": "", "phones": (), "addresses": (), "family": "Terriot"}, Band.POSSIBLE),
        ({"born": "", "phones": (), "addresses": (), "family": "Cyr"}, Band.UNLIKELY),
        ({"born": "1990-07-08", "phones": (), "addresses": ()}, Band.UNLIKELY),
        # A relative under the same roof: same name and telephone, another birth date, or another first name.
        ({"born": "1959-07-08"}, Band.POSSIBLE),
        ({"given": "Zoé"}, Band.POSSIBLE),
        ({"given": "Zoé", "born": "2009-07-08"}, Band.UNLIKELY),
        ({"family": "Roy", "phones": (), "addresses": ()}, Band.POSSIBLE),
    ],
)
def test_what_one_would_say_of_two_records(changed, band):
    assert compare(*people(**changed)).band is band


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Marie-Ève", "Marie Eve", "same"), ("Anne-Marie", "Annemarie", "same"), ("Marie-Ève", "Marie", "alike"),
        ("Marie-Ève", "Marie-Claude", "different"), ("Bill", "William", "alike"), ("Jos", "Joseph", "alike"),
        ("Stéphane", "Stephan", "alike"), ("M.", "Marie", "initial"), ("M.", "Luc", "different"),
        ("Catherine", "Kathryn", "alike"), ("Luc", "", UNKNOWN), ("", "", UNKNOWN), ("Ian", "Ann", "different"),
    ],
)  # fmt: skip
def test_first_names(one, other, expected):
    assert level("given", Known(given=one), Known(given=other)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("LeBlanc", "Le Blanc", "same"), ("LeBlanc", "Blanc", "alike"), ("D’Amours", "Damours", "same"),
        ("St-Pierre", "Saint Pierre", "same"), ("Thériault", "Theriault", "same"), ("Thériault", "Terriault", "alike"),
        ("Boudreau", "Boudreault", "alike"), ("Gautreau", "Gautreaux", "alike"), ("Arseneau", "Arsenault", "alike"),
        ("Thériault", "Thériault-Roy", "alike"), ("LeBlanc", "White", "alike"), ("O’Neil", "ONeil", "same"),
        ("Macdonald", "McDonald", "same"), ("Theirault", "Theriault", "alike"), ("Roy", "Ray", "different"),
        ("Cormier", "Cyr", "different"), ("Doucet", "Doucette", "alike"),
    ],
)  # fmt: skip
def test_family_names(one, other, expected):
    assert level("family", Known(family=one), Known(family=other)) == expected


def test_names_written_in_each_others_place_are_alike():
    swapped = compare(Known("Thériault", "Anne"), Known("Anne", "Theriault"))

    assert [g.level for g in swapped.grounds[:2]] == ["alike", "alike"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1984-02-03", "1984-02-03", "same"), ("1984-02-03", "1984-03-02", "swapped"), ("1984-02-03", "1985-02-03", "year_near"),
        ("1984-02-03", "1986-02-03", "near"), ("1984-02-03", "1948-02-03", "near"), ("1984-02-03", "1951-02-03", "different"),
        ("1984-02-03", "1984-02-08", "near"), ("1984-02-03", "1984-05-03", "near"), ("1984-02-03", "1984-05-08", "different"),
        ("1984", "1984-02-03", "same"), ("1984", "1985", "near"), ("1984", "1986", "different"), ("1984-01-01", "1984-02-03", "same"),
        ("", "1984", UNKNOWN), ("last year", "1984", UNKNOWN), ("1984-13-40", "1984", "same"),
    ],
)  # fmt: skip
def test_birth_dates(one, other, expected):
    assert level("born", Known(born=one), Known(born=other)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("506-555-0101", "+1 (506) 555 0101", "same"), ("555-0101", "1 506 555 0101", "same"),
        ("506-555-0101", "506-555-0102", "different"), ("0101", "506-555-0101", UNKNOWN), ("", "506-555-0101", UNKNOWN),
    ],
)  # fmt: skip
def test_telephones_by_their_last_figures(one, other, expected):
    assert level("phone", Known(phones=(one,)), Known(phones=(other,))) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("12, rue Union, Saint John", "12 Union St.", "same"), ("E2L 1A1", "Saint John E2L1A1", "same"),
        ("12, rue Union", "14, rue Union", "near"), ("E2L 1A1", "E2L 4Z6", "near"), ("12, rue Union", "9 Main Street", "different"),
        ("Moncton", "Moncton", UNKNOWN), ("12, rue Union", "E2L 1A1", UNKNOWN),
    ],
)  # fmt: skip
def test_addresses_coarsely(one, other, expected):
    assert level("address", Known(addresses=(one,)), Known(addresses=(other,))) == expected


def test_a_comparison_holds_words_and_no_figure():
    found = compare(*people())

    assert {f.name for f in dataclasses.fields(Comparison)} == {"band", "grounds"}
    assert all(isinstance(g.field, str) and isinstance(g.level, str) for g in found.grounds)


def test_nothing_but_names_birth_and_how_one_is_reached_is_compared():
    """Not belief, origin, language, sex or diagnosis."""
    assert {f.name for f in dataclasses.fields(Known)} == {"given", "family", "born", "phones", "addresses"}
    assert set(CHANCES) == {*FIELDS, "born_year"}
