"""A critical development."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice, day, words
from egide.cases.models.file import Kind
from egide.cases.rules.protocol import Protocol
from egide.common.text import localized


class DevelopmentForm(forms.Form):
    """What happened, to whom, when, and how it is known."""

    code = choice(_("What happened"), [], error=_("Choose what happened."))
    about = choice(_("About whom"), [], error=_("Say about whom."))
    happened_on = day(_("When it happened, or when you learnt of it"))
    kind = choice(
        _("Is it a fact, something said, or an opinion?"), Kind.choices, error=_("Say which it is.")
    )
    text = words(_("What you know of it"), rows=3, error=_("Write what happened."))

    def __init__(self, *args: Any, protocol: Protocol, files: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            (one.code, localized(one, "title")) for one in protocol.developments
        ]
        self.fields["about"].choices = files  # type: ignore[attr-defined]
