"""Fields every form of casework uses."""

from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.http import QueryDict
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

#: What a person needs to be reached, heard and helped (`rules.needs`).
SPECIAL_NEEDS = [
    ("interpreter", _("An interpreter")),
    ("sign_language", _("Sign language")),
    ("disability", _("Arrangements for a disability")),
    ("age", _("Support that fits a great or a young age")),
    ("refugee", _("Advice on refugee status or papers")),
    ("substance", _("Support with alcohol or drugs")),
]


class Shared(forms.Form):
    """A form of something several people write: it says what its words began from, so that nobody's are replaced unseen."""

    based_on = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_moved = False

    def go_on_from(self, last: Any) -> None:
        """Begin from what stands now: its words were just shown beside these."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("based_on")] = str(last or "")
        self.data = data


def words(
    label: Any,
    *,
    hint: Any = "",
    rows: int = 4,
    required: bool = True,
    error: Any = None,
    longest: int = LONGEST_TEXT,
    too_long: Any = None,
) -> forms.CharField:
    """Make a field for free text, as long as an entry may be, or shorter; `too_long` then says how long."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={
            "required": error or _("Write this before going on."),
            "max_length": too_long
            or _("This text is too long: at most 20,000 characters. Nothing you typed was lost."),
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


def special_needs() -> forms.MultipleChoiceField:
    """Make the boxes of what the person needs; each makes its task in the programme."""
    return several(
        _("What the person needs to be reached and heard"),
        SPECIAL_NEEDS,
        hint=_("Only what you know or were told. An interpreter is booked before anybody calls."),
        required=False,
    )
