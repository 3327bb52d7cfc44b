"""Forms of the end of a consent."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice
from egide.cases.models import EndNotice
from egide.cases.services.cascading import LONGEST_LAW


class AcknowledgeForm(forms.Form):
    """What an agency did with what it held."""

    answer = choice(
        _("What was done with what your agency held"),
        EndNotice._meta.get_field("answer").flatchoices,
        error=_("Say what was done with what your agency held."),
    )
    law = forms.CharField(
        label=_("The law that requires to keep it"),
        required=False,
        max_length=LONGEST_LAW,
        help_text=_(
            "Only if you keep some: the act and its section. Write nothing of the person or of what was shared."
        ),
    )
    has_told_others = forms.BooleanField(
        label=_("Those it was passed on to were told too, or it was passed on to nobody"),
        error_messages={"required": _("First tell those your agency passed it on to.")},
    )

    def clean(self) -> dict[str, Any]:
        """A law goes with the answer that keeps, and with no other."""
        data = super().clean() or {}
        if data.get("answer") == "kept" and not data.get("law", "").strip():
            self.add_error("law", _("Name the law that requires your agency to keep it."))
        return data


class RelayForm(AcknowledgeForm):
    """The same, as the programme was told it by letter or by telephone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].label = _("What the agency says it did with what it held")
