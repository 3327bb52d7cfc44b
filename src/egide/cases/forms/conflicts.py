"""Forms of conflicts of interest."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice
from egide.cases.models.conflicts import TIES
from egide.cases.services.recusing import reasons


class TieForm(forms.Form):
    """One person a member says they are tied to."""

    given_name = forms.CharField(
        label=_("First name"),
        max_length=80,
        error_messages={"required": _("Give both a first name and a family name.")},
    )
    family_name = forms.CharField(
        label=_("Family name"),
        max_length=80,
        error_messages={"required": _("Give both a first name and a family name.")},
    )
    tie = choice(_("What ties you to this person"), TIES, error=_("Say what ties you to this person."))


class AgencyOutForm(forms.Form):
    """Keep a whole agency out of a case."""

    reason_code = choice(_("What kind of conflict it is"), [], error=_("Say what kind of conflict it is."))
    is_understood = forms.BooleanField(
        label=_("I have read what this changes"),
        error_messages={"required": _("Read what this changes, then confirm.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_code"].choices = list(reasons())  # type: ignore[attr-defined]


class ChooseOutForm(forms.Form):
    """Choose the agency to look at; nothing is done yet."""

    agency = forms.ChoiceField(label=_("Agency"), choices=[])

    def __init__(self, *args: Any, agencies: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agency"].choices = [("", "—"), *agencies]  # type: ignore[attr-defined]
