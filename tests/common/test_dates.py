"""Dates as each language writes them, whatever our own catalogues say elsewhere."""

import datetime

import pytest
from django.template import Context, Template
from django.utils import formats, translation

from egide.common import dates


@pytest.mark.parametrize("month", range(1, 13))
def test_french_months_begin_small(month):
    """A word of one of our catalogues that is also a month would be taken for it everywhere."""
    with translation.override("fr"):
        written = formats.date_format(datetime.date(2026, month, 2), "DATE_FORMAT")

    assert written == written.lower()


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("fr", datetime.date(2026, 12, 1), "1er décembre 2026"),
        ("fr", datetime.date(2026, 12, 11), "11 décembre 2026"),
        ("fr", datetime.date(2026, 12, 31), "31 décembre 2026"),
        ("en", datetime.date(2026, 12, 1), "1 December 2026"),
    ],
)
def test_only_the_first_of_a_month_is_an_ordinal_and_only_in_french(language, day, written):
    with translation.override(language):
        assert dates.said(day) == written
        assert Template('{{ day|date:"DATE_FORMAT" }}').render(Context({"day": day})) == written


def test_a_moment_of_the_first_is_said_with_its_hour_and_codes_stay_codes():
    moment = datetime.datetime(2026, 12, 1, 8, 5)
    with translation.override("fr"):
        assert dates.said(moment, "DATETIME_FORMAT") == "1er décembre 2026 à 8\u00a0h\u00a005"
        assert dates.said(moment, "MONTH_DAY_FORMAT").startswith("1er déc")
        assert dates.filtered(moment, "Y-m-d") == "2026-12-01"
        assert dates.filtered(datetime.date(1926, 1, 1), "l") == "vendredi"
        assert dates.filtered(None, "DATE_FORMAT") == ""
