"""Who works on a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import words


class TeamForm(forms.Form):
    """Bring an agency in, because it knows something or can do something."""

    agency = forms.ChoiceField(
        label=_("Agency"), choices=[], error_messages={"required": _("Choose an agency.")}
    )
    reason = words(
        _("What this agency knows or can do"),
        hint=_("Without need, nobody reads. What is written here is part of the file."),
        rows=3,
        error=_("Write what this agency knows or can do."),
    )

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = agencies  # type: ignore[attr-defined]
