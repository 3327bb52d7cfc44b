"""Forms of the decision table."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.cases.queries.tables import Choice, level_choices
from egide.sharing.proposing import LONGEST_REASON
from egide.sharing.rules.table import LETTERS
from egide.sharing.wording import BASES, LEVELS


def _reason(label: Any, hint: Any, error: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": error},
    )


class RowForm(forms.Form):
    """Choose, for one kind of information on one basis, what each sector may have at most."""

    def __init__(self, *args: Any, cells: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in cells:
            if one.is_fixed:
                continue
            hints = []
            if one.now != one.chosen:
                hints.append(_("Now: %(level)s.") % {"level": str(LEVELS[one.now]).lower()})
            if one.why_not:
                hints.append(str(one.why_not))
            self.fields[one.name] = forms.ChoiceField(
                label=one.title,
                choices=level_choices(one.levels),
                initial=LETTERS[one.chosen],
                help_text=" ".join(hints),
            )


class WhereForm(forms.Form):
    """Choose a basis and a kind of information, to change one more row."""

    basis = forms.ChoiceField(label=gettext_lazy("On which basis"), choices=list(BASES.items()))
    row = forms.ChoiceField(label=gettext_lazy("Which information"))

    def __init__(self, *args: Any, rows: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = list(rows)  # type: ignore[attr-defined]


class ProposeForm(forms.Form):
    """Why the table should change."""

    reason = _reason(
        gettext_lazy("Why"),
        gettext_lazy(
            "Anyone may read it once the change is in force. About the table, never about a person."
        ),
        gettext_lazy("Say why, in a few sentences."),
    )


class RefuseForm(forms.Form):
    """Why a proposal is refused."""

    reason = _reason(
        gettext_lazy("Why you refuse it"),
        gettext_lazy("Privacy officers read it; it is not published."),
        gettext_lazy("Say why, so that a better change can be proposed."),
    )
