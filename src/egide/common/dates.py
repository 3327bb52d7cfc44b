"""Days and moments as a reader's language says them: Django's own, with French's « 1er »."""

from datetime import date, datetime
from typing import Any

from django.template.defaultfilters import date as plain_filter
from django.utils import formats
from django.utils.translation import get_language


def said(value: date | datetime, form: str = "DATE_FORMAT") -> str:
    """Answer a day or a moment by one of the named forms of `config.formats`.

    Source: French says the first of a month as an ordinal (« 1er décembre »), and only that day.
    """
    return _ordinal(formats.date_format(value, form), value, form)


def said_of(day: str) -> str:
    """Answer a day kept as 2026-12-01, as `said` does; whatever else it is, as it is."""
    try:
        return said(date.fromisoformat(day))
    except ValueError:
        return day


def filtered(value: Any, form: str | None = None) -> str:
    """Answer what Django's `date` filter does, the first of a month said as French says it."""
    text = str(plain_filter(value, form))
    return _ordinal(text, value, form or "DATE_FORMAT") if isinstance(value, date) else text


def _ordinal(text: str, value: date, form: str) -> str:
    is_first = value.day == 1 and (get_language() or "").startswith("fr") and text.startswith("1")
    begins_with_day = is_first and formats.get_format(form).startswith("j")
    return f"1er{text[1:]}" if begins_with_day else text
