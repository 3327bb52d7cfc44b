"""Deciding on a referral."""

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words


class TriageForm(forms.Form):
    """Accept, or propose no further action; always with a reason."""

    outcome = choice(
        _("Your decision"),
        [
            ("accept", _("Accept: contact the person safely and ask for consent")),
            ("no_action", _("Propose no further action: a second person will read it")),
        ],
        error=_("Choose what happens with this referral."),
    )
    reason = words(_("Reason"), error=_("Write the reason of your decision."))


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
