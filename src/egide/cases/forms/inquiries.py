"""The shape of a request from outside."""

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words
from egide.cases.models import IdentityCheck, InquirySide


class InquiryForm(forms.Form):
    """What somebody outside asks, and how one knows who they are."""

    side = choice(
        _("On whose behalf"),
        InquirySide.choices,
        hint=_("If you are not sure, choose “Not known”. The answer is the same."),
        error=_("Say on whose behalf it is asked."),
    )
    identity_check = choice(
        _("How do you know who asks"),
        IdentityCheck.choices,
        hint=_("Never by the telephone number, address or e-mail they give you today."),
        error=_("Say how you made sure, or that you did not."),
    )
    asker = forms.CharField(
        label=_("Who asks"), max_length=160, error_messages={"required": _("Write who asks.")}
    )
    about = forms.CharField(label=_("About whom, as they say it"), max_length=160, required=False)
    asked = words(_("What they ask, in their words"), rows=3, error=_("Write what they ask."))
    reply_to = forms.CharField(label=_("Where the answer goes"), max_length=300, required=False)
    language = forms.ChoiceField(
        label=_("Language of the answer"), choices=[("en", _("English")), ("fr", _("French"))]
    )
