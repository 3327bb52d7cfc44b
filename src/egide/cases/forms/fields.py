"""Fields every form of casework uses."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from egide.cases.services.entries import LONGEST_TEXT

YES_NO_UNKNOWN = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known"))]
LANGUAGES = [
    ("en", _("English")),
    ("fr", _("French")),
    ("mic", _("Mi’kmaq")),
    ("mal", _("Wolastoqey")),
    ("ar", _("Arabic")),
    ("es", _("Spanish")),
    ("uk", _("Ukrainian")),
    ("other", _("Another language")),
]


def words(
    label: Any, *, hint: Any = "", rows: int = 4, required: bool = True, error: Any = None
) -> forms.CharField:
    """Make a field for free text, as long as an entry may be."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": error or _("Write this before going on."),
            "max_length": _("This text is too long: at most 20,000 characters. Nothing you typed was lost."),
        },
    )


def choice(
    label: Any, choices: Any, *, hint: Any = "", required: bool = True, error: Any = None
) -> forms.ChoiceField:
    """Make radio buttons, none of them preselected."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=hint,
        required=required,
        widget=forms.RadioSelect,
        error_messages={"required": error or _("Choose one of the answers.")},
    )


def several(
    label: Any, choices: Any, *, hint: Any = "", required: bool = True, error: Any = None
) -> forms.MultipleChoiceField:
    """Make checkboxes, none of them ticked."""
    return forms.MultipleChoiceField(
        label=label,
        choices=choices,
        help_text=hint,
        required=required,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": error or _("Choose at least one.")},
    )


def day(label: Any, *, hint: Any = "", required: bool = True) -> forms.DateField:
    """Make a date in the browser's own picker; typed as YYYY-MM-DD where there is none."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": _("Write the date as year, month, day: 2026-11-23."),
            "required": _("Give a date."),
        },
    )


def unserved() -> forms.BooleanField:
    """Make the box that says an order waits to be served: for who knows of it, not for the side it binds."""
    return forms.BooleanField(
        label=_("Made without notice, and not served yet"),
        help_text=_(
            "For an order only. Until somebody records that it was served, those who work only with the person "
            "it binds see nothing of it."
        ),
        required=False,
    )


def end_of(date: Any) -> datetime:
    """Answer the end of the working day, local time."""
    return timezone.make_aware(datetime.combine(date, time(16, 30)))
