"""Dates as each language writes them, whatever our own catalogues say elsewhere."""

import datetime

import pytest
from django.utils import formats, translation


@pytest.mark.parametrize("month", range(1, 13))
def test_french_months_begin_small(month):
    """A word of one of our catalogues that is also a month would be taken for it everywhere."""
    with translation.override("fr"):
        written = formats.date_format(datetime.date(2026, month, 2), "DATE_FORMAT")

    assert written == written.lower()
