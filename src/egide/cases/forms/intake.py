"""Deciding on a referral."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words
from egide.cases.forms.safety import weapons_field, weapons_words


class TriageForm(forms.Form):
    """Accept, or propose no further action; always with a reason.

    Args:
        asks_for_consent: what comes next in the programme: the person’s consent, or what the team finds out.
    """

    outcome = choice(
        _("Your decision"),
        [
            ("accept", _("Accept: contact the person safely and ask for consent")),
            ("no_action", _("Propose no further action: a second person will read it")),
        ],
        error=_("Choose what happens with this referral."),
    )
    reason = words(_("Reason"), error=_("Write the reason of your decision."))
    weapons = weapons_field()
    weapons_known = weapons_words()

    def __init__(self, *args: Any, asks_for_consent: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_for_consent:
            accept, other = self.fields["outcome"].choices  # type: ignore[attr-defined]
            words_of = _("Accept: the team finds out more, then decides whether it goes on")
            self.fields["outcome"].choices = [(accept[0], words_of), other]  # type: ignore[attr-defined]


class SecondReaderForm(forms.Form):
    """The second reading of a proposal to do nothing more."""

    outcome = choice(
        _("Your reading"),
        [("confirm", _("Confirm: no further action")), ("return", _("Return it to triage"))],
        error=_("Choose whether you confirm it."),
    )
    reason = words(_("Reason"), error=_("Write the reason of your decision."))


class AgainForm(forms.Form):
    """Bring a referral that was not taken back to triage."""

    reason = words(_("What is new"), error=_("Write what is new."))
