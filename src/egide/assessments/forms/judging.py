"""What whoever used a tool thinks themselves: the same questions for every tool."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.assessments.lifecycle import Difference, Judgement, Population
from egide.assessments.services import LONGEST_REASON


class ReasonField(forms.CharField):
    """Shown as needed, and not asked of a judgement that is "not yet known": the sheet's `clean` says."""

    def validate(self, value: Any) -> None:
        """Leave an empty reason to the sheet."""


class JudgementForm(forms.Form):
    """What whoever used a tool thinks themselves, and what limits the result: the same for every tool."""

    judgement = forms.ChoiceField(
        label=gettext_lazy("Your judgement"),
        choices=Judgement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Give your judgement. “Not yet known” is one.")},
    )
    judgement_reason = ReasonField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Your reasons count as much as a score. You may differ from it."),
    )
    difference = forms.ChoiceField(
        label=gettext_lazy("Beside the score, your judgement is"),
        choices=Difference.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "A judgement that differs is kept with its reasons, and nobody has to correct it."
        ),
    )
    population = forms.ChoiceField(
        label=gettext_lazy("Was this tool made for people like this person?"),
        choices=Population.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("If not, the result is kept all the same, with a warning beside it."),
    )
    certificate_valid = forms.TypedChoiceField(
        label=gettext_lazy("Do you hold a valid certificate for this tool?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Without one the assessment is kept all the same, with a warning beside it."),
    )

    def clean(self) -> dict[str, Any]:
        """Add what only the whole form shows: a judgement without reasons."""
        super().clean()
        has_judgement = self.cleaned_data.get("judgement") not in (None, "", Judgement.NOT_KNOWN)
        if has_judgement and self.cleaned_data.get("judgement_reason") == "":
            self.add_error("judgement_reason", _("Say why: your reasons count as much as a score."))
        return self.cleaned_data


def day(label: Any, *, required: bool = True, error: Any = "") -> forms.DateField:
    """Make a date in the browser's own picker; typed as YYYY-MM-DD where there is none."""
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": error or gettext_lazy("Write the date as year, month, day: 2026-11-23."),
            "required": gettext_lazy("Give a date."),
        },
    )
