"""Forms of emergency access."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words


class EmergencyForm(forms.Form):
    """Open one case now, because a life is at risk."""

    reference = forms.CharField(
        label=_("Reference of the case"),
        max_length=20,
        help_text=_("Exactly as it was given to you, such as FRE-4TQ8Z."),
        error_messages={"required": _("Write the reference: there is no search here.")},
    )
    reason = words(
        _("Whose life is at risk now, and why you cannot wait"),
        hint=_("A privacy officer reads this within three working days."),
        error=_("Write whose life is at risk now, and why you cannot wait."),
    )
    is_understood = forms.BooleanField(
        label=_("I know that this is recorded, that the case lead is told at once, and that I answer for it"),
        error_messages={"required": _("Confirm that you know this is recorded and reviewed.")},
    )


class ReviewForm(forms.Form):
    """What the review of an emergency access found."""

    outcome = choice(
        _("What the review found"),
        [
            ("justified", _("Justified: a life was at risk and this was the way")),
            ("training", _("Training needed: another way was open")),
            ("misuse", _("Misuse")),
        ],
    )


class NameUserForm(forms.Form):
    """Name one more person for emergency access."""

    membership = forms.ChoiceField(label=_("Who"), choices=[])

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["membership"].choices = [("", "—"), *people]  # type: ignore[attr-defined]
