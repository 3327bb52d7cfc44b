"""The report of a health professional to the prosecutor, condition by condition."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, day, words
from egide.cases.models import Agreement

#: Asked unless she agrees.
CONDITIONS = ("why_not_agreed", "is_danger_immediate", "danger", "is_under_hold", "hold")


class NotYetForm(forms.Form):
    """It is not safe yet to tell her: why, and when it is looked at again."""

    why = words(
        _("Why it is not safe yet"),
        hint=_("Sealed: you alone read it again."),
        error=_("Write why it is not safe yet."),
    )
    until = day(_("Look at it again on"), hint=_("Within thirty days. It comes back to your day then."))


class ProsecutorForm(forms.Form):
    """Her agreement first; then, without it, the two conditions of the law, each with its reasons."""

    #: The conditions are asked only without her agreement: the browser demands nothing.
    use_required_attribute = False
    is_adult = forms.BooleanField(
        label=_("She is an adult"),
        error_messages={
            "required": _("For a minor, another door: the authorities are told without any agreement.")
        },
    )
    agreement = choice(
        _("Does she agree that you report?"),
        Agreement.choices,
        hint=_("Ask her, alone, before anything else. If she agrees, nothing more is asked."),
        error=_("Say whether she agrees."),
    )
    why_not_agreed = words(
        _("How you sought her agreement, or why you could not"),
        rows=3,
        error=_("Write how her agreement was sought, or why it could not be."),
    )
    is_danger_immediate = forms.BooleanField(
        label=_("The violence within the couple puts her life in immediate danger"),
        error_messages={
            "required": _("Without an immediate danger to her life, this law asks for her agreement.")
        },
    )
    danger = words(
        _("What makes you judge so"),
        rows=3,
        error=_("Write what makes you judge her life in immediate danger."),
    )
    is_under_hold = forms.BooleanField(
        label=_("She cannot protect herself, because of the hold (emprise) of whoever does it"),
        error_messages={"required": _("Without such a hold, this law asks for her agreement.")},
    )
    hold = words(_("What shows this hold"), rows=3, error=_("Write what shows this hold."))
    court = forms.CharField(
        label=_("The prosecutor (procureur de la République) of which court"),
        max_length=120,
        help_text=_("The judicial court of the place. It is addressed to nobody else."),
        error_messages={"required": _("Write which court’s prosecutor it is for.")},
    )
    person = words(
        _("Who she is, and how she can be reached without danger"),
        rows=2,
        error=_("Write who the person is."),
    )
    facts = words(
        _("The facts"),
        hint=_("What you found and when; what she told you, in her words. No opinion on who is guilty."),
        error=_("Write the facts."),
    )
    is_in_conscience = forms.BooleanField(
        label=_("I judge this in conscience and good faith. I know it is a right and not a duty."),
        error_messages={"required": _("Confirm that you judge it in conscience.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("agreement") == Agreement.GIVEN:
            for name in CONDITIONS:
                self.fields[name].required = False
