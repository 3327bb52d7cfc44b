"""Forms of the question whether two files are of one person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words
from egide.cases.models import SameAnswer


class SamePersonForm(forms.Form):
    """Say whether it is one person, and why."""

    answer = choice(
        _("Is it the same person?"), SameAnswer.choices, error=_("Say whether it is the same person.")
    )
    reason = words(
        _("Why"),
        hint=_("What you checked, and how. Your colleagues of the programme read it; no other agency does."),
        rows=3,
        error=_("Write the reason of your answer."),
    )


class UnlinkForm(forms.Form):
    """Take a link back, and say why."""

    reason = words(_("Why you unlink them"), rows=3, error=_("Write the reason of your answer."))
