"""Forms about what left the application."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice
from egide.common import clock
from egide.common.text import localized
from egide.sharing.rules.categories import CATEGORIES, STORED

Choices = Sequence[tuple[str, Any]]


class HandingForm(forms.Form):
    """Something to be read aloud or handed over; or that left already."""

    agency = forms.ChoiceField(
        label=_("To whom"), choices=[], error_messages={"required": _("Say to which agency.")}
    )
    role = choice(_("About whom"), [], error=_("Say whose file it is from."))
    method = choice(
        _("How"),
        [
            ("aloud", _("Read aloud, or by telephone")),
            ("print", _("On paper")),
            ("export", _("In a file or a message")),
        ],
    )
    categories = forms.MultipleChoiceField(
        label=_("What"),
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of information.")},
    )
    has_left = forms.BooleanField(
        label=_("It has left already, and cannot be taken back: record it as it happened"), required=False
    )
    basis = forms.ChoiceField(
        label=_("On what basis it left"),
        help_text=_("Only for what has left already: before that, the rules say on what basis."),
        choices=[],
        required=False,
    )

    def __init__(
        self, *args: Any, agencies: Choices = (), roles: Choices = (), bases: Choices = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        titles = sorted(((slug, localized(CATEGORIES[slug], "title")) for slug in STORED), key=lambda p: p[1])
        self.fields["agency"].choices = [("", "—"), *agencies]  # type: ignore[attr-defined]
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["basis"].choices = [("", "—"), *bases]  # type: ignore[attr-defined]
        self.fields["categories"].choices = titles  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        """What has left already says on what basis."""
        data = super().clean()
        if data and data.get("has_left") and not data.get("basis"):
            self.add_error("basis", _("Say on what basis."))
        return data


class SuspensionForm(forms.Form):
    """An agency asked that the person be not told of disclosures to it, for a time."""

    agency = forms.ChoiceField(
        label=_("Which agency asked"), choices=[], error_messages={"required": _("Say which agency asked.")}
    )
    official_role = forms.CharField(
        label=_("Office of whoever asked"),
        max_length=80,
        help_text=_("Such as “inspector on duty”; never a name."),
        error_messages={"required": _("Write the office of whoever asked; never their name.")},
    )
    is_written = choice(
        _("How they asked"),
        [("yes", _("In writing")), ("no", _("Orally: 30 days at most"))],
    )
    reference = forms.CharField(label=_("Their reference"), max_length=80, required=False)
    until = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Say until when."), "invalid": _("Write a day, such as 2027-01-31.")},
    )

    def __init__(self, *args: Any, agencies: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "—"), *agencies]  # type: ignore[attr-defined]

    def clean_until(self) -> Any:
        day = self.cleaned_data["until"]
        if day <= clock.today():
            raise forms.ValidationError(_("Choose a day to come."))
        return day
