"""Forms of a change of lead agency."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words
from egide.cases.models import Programme


class LeadChangeForm(forms.Form):
    """Which programme would lead, and why."""

    programme = choice(_("Which agency would lead"), [])
    reason = words(
        _("Why"),
        hint=_("Kept in the file. The agency asked reads it only if the consent lets it."),
        error=_("Say why another agency should lead."),
    )

    def __init__(self, *args: Any, programmes: Sequence[Programme] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programme"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), f"{one.lead_agency} ({one})") for one in programmes
        ]
