"""Forms of finished work that is returned, and answered for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, words
from egide.cases.models.supervision import How


class ReturnForm(forms.Form):
    """Why the work is returned."""

    reasons = words(
        _("Why you return it, and what you ask"),
        hint=_(
            "About the work, and not about the person who did it. Kept with the case: who did it and those who "
            "supervise read it, as far as each may read the work itself."
        ),
        error=_("Write why it is returned, and what you ask."),
    )


class AnswerForm(forms.Form):
    """A new version, or reasons for standing by the work."""

    how = choice(_("Your answer"), How.choices, error=_("Say whether you made a new version or stand by it."))
    text = words(
        _("In your words"),
        hint=_("Needed when you stand by your work. Differing is allowed: say what you saw."),
        required=False,
    )
