"""From columns to referrals: every mistake at once, by row and column, without repeating what was there."""

import datetime
import io
from pathlib import Path

import pytest
from django.utils import translation

from egide.cases.importing import check, read
from egide.cases.importing.columns import COLUMNS
from egide.cases.importing.mapping import DAY_FIRST, MONTH_FIRST, parse_day

DATA = Path(__file__).with_name("data")
TODAY = datetime.date(2026, 11, 23)


def checked(name, **options):
    with (DATA / name).open("rb") as file:
        return check(read(file, name), today=TODAY, **options)


def one_row(**cells):
    """Check one row with these columns beside those that are needed."""
    row = {"victim_family": "Roy", "incident": "Menaces.", **cells}
    text = "\t".join(row) + "\n" + "\t".join(row.values()) + "\n"
    return check(read(io.BytesIO(text.encode()), "x.csv"), today=TODAY)


class TestFiles:
    def test_a_french_export_with_line_breaks_and_a_repeat(self):
        found = checked("police.csv")

        assert not found.errors
        assert (found.count, found.repeats) == (4, 1)
        [(line, first), (_line, second), (_other, third)] = found.rows
        assert line == 2
        assert first.victim.given_name == "Marie-Ève"
        assert first.incident == "A menacé avec un couteau;\nles enfants étaient là."
        assert first.indicators == ("weapon", "children")
        assert first.person_of_concern.born_on == datetime.date(1984, 3, 14)
        assert first.is_emergency
        assert second.person_of_concern is None
        assert third.incident == '=HYPERLINK("x")'

    def test_a_clean_english_export(self):
        found = checked("police_clean.csv")

        assert not found.errors
        assert found.ignored == ["Unit"]
        assert [row.external_id for row in found.referrals] == [f"2026-00010{n}" for n in range(1, 6)]
        assert found.referrals[2].victim.phone == "+1 506-555-0113"
        assert found.referrals[3].reasons.startswith("=Not a formula")
        assert found.referrals[3].victim.language == "fr"
        assert found.referrals[4].incident_on == datetime.date(2026, 11, 5)

    def test_a_windows_export_in_french(self):
        found = checked("police_windows.csv")

        assert not found.errors
        assert not found.ignored
        assert found.referrals[0].victim.given_name == "Hélène"
        assert found.referrals[0].incident_on == datetime.date(2026, 10, 23)
        assert [row.victim_informed for row in found.referrals] == ["yes", "unknown", "yes"]

    def test_json_flat_and_nested(self):
        found = checked("police.json")

        assert not found.errors
        first, second = found.referrals
        assert (first.victim.given_name, first.victim.born_on) == ("Zoé", datetime.date(1990, 1, 2))
        assert first.indicators == ("death_threat", "stalking")
        assert second.is_emergency
        assert second.person_of_concern.family_name == "Exemple"

    def test_every_mistake_of_a_bad_export_is_named(self):
        found = checked("police_mixed.csv")

        assert (found.count, len(found.rows), found.repeats) == (12, 4, 1)
        assert [(error.line, error.column) for error in found.errors] == [
            (5, "Victim Last Name"), (6, "Incident Date"), (6, "Victim DOB"), (7, "Victim Language"), (7, "Accused DOB"),
            (7, "Risk Indicators"), (7, "Emergency"), (8, "Incident Number"), (9, "Incident Number"), (10, "Incident Date"),
            (13, ""),
        ]  # fmt: skip
        assert "row 9" in found.errors[7].message
        assert "row 8" in found.errors[8].message

    def test_in_the_readers_language_and_without_what_was_there(self):
        with translation.override("fr"):
            said = [str(error) for error in checked("police_bad.csv").errors]

        assert said[0].startswith("Ligne 2, Naissance victime")
        assert not any("peut-être" in text or "telepathy" in text or "1990" in text for text in said)

    def test_missing_columns_are_named_as_the_reader_would_and_a_person_on_the_first_line_is_not(self):
        data = b"Roy,Anne,Threats\nDoe,Joan,More\n"
        with translation.override("fr"):
            found = check(read(io.BytesIO(data), "x.csv"), today=TODAY)

        [error] = found.errors
        assert error.line == 0
        assert "nom_victime" in str(error)
        assert "Anne" not in str(error)
        assert not found.ignored

    def test_two_columns_for_one_thing_are_refused(self):
        found = one_row(nom_victime="Roy")

        assert [error.column for error in found.errors] == ["nom_victime"]


BAD = {
    "victim_family": ["", "x" * 81, "a\x07b"],
    "incident": ["", "x" * 20_001],
    "victim_given": ["x" * 81, "a\x1bb"],
    "victim_phone": ["5" * 41],
    "victim_address": ["x" * 201],
    "external_id": ["x" * 41],
    "victim_born_on": [
        "03/04/1990",
        "1990-13-01",
        "30 février",
        "45000",
        "1990",
        "2027-01-01",
        "01/02/90",
        "2026115",
    ],
    "incident_on": ["2026-11-24", "yesterday"],
    "victim_language": ["klingon", "xx"],
    "is_emergency": ["perhaps", "2"],
    "is_unserved": ["perhaps", "2"],
    "victim_informed": ["maybe"],
    "indicators": ["telepathy", "weapon; telepathy"],
    "concern_born_on": ["1990-01-01"],
    "reasons": ["x" * 20_001],
    "children": ["x" * 20_001],
    "police_orders": ["x" * 20_001],
    "safe_contact": ["x" * 20_001],
    "concern_given": ["x" * 81],
    "concern_family": ["x" * 81],
}


@pytest.mark.parametrize(
    ("column", "value"), [(name, value) for name, values in BAD.items() for value in values]
)
def test_each_kind_of_bad_cell_is_one_mistake_in_its_column(column, value):
    found = one_row(**{column: value})

    assert [(error.line, error.column) for error in found.errors] == [(2, column)]
    assert not found.rows
    assert not value or value not in found.errors[0].message


def test_every_column_has_its_bad_cells():
    assert set(BAD) == {column.code for column in COLUMNS}


def test_lone_surrogates_of_json_are_not_text():
    data = b'[{"victim_family": "\\ud800", "incident": "x"}]'

    assert check(read(io.BytesIO(data), "x.json"), today=TODAY).bad_lines == {1}


def test_text_has_one_form_and_names_one_line():
    found = one_row(victim_given="Zoe\u0301")

    assert found.referrals[0].victim.given_name == "Zoé"
    data = b'nom_victime,adresse_victime,resume\nRoy,"1, rue\r\nFictive","a\r\nb"\n'
    [content] = check(read(io.BytesIO(data), "x.csv"), today=TODAY).referrals
    assert (content.victim.address, content.incident) == ("1, rue Fictive", "a\nb")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-23", datetime.date(2026, 11, 23)),
        ("2026/1/5", datetime.date(2026, 1, 5)),
        ("20261105", datetime.date(2026, 11, 5)),
        ("23/11/2026", datetime.date(2026, 11, 23)),
        ("11/23/2026", datetime.date(2026, 11, 23)),
        ("05/05/2026", datetime.date(2026, 5, 5)),
        ("2026-11-23T08:00:00Z", datetime.date(2026, 11, 23)),
        ("23/11/2026 8:05 PM", datetime.date(2026, 11, 23)),
        ("03/04/2026", "ambiguous"),
        ("2026-02-30", None),
        ("0001-01-01", None),
        ("1899-12-31", None),
        ("2026-11-23 or so", None),
        ("٢٠٢٦-١١-٢٣", None),
        ("hier", None),
        ("", None),
    ],
)
def test_dates_are_read_when_only_one_reading_is_possible(text, found):
    assert parse_day(text) == found


@pytest.mark.parametrize(
    ("order", "found"), [(DAY_FIRST, datetime.date(2026, 4, 3)), (MONTH_FIRST, datetime.date(2026, 3, 4))]
)
def test_the_files_maker_may_say_the_order(order, found):
    assert parse_day("03/04/2026", dates=order) == found
