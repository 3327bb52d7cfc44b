"""Words that came with a threat."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from egide.cases.forms.fields import choice
from egide.cases.forms.fields import words as words_field


class ExpressionForm(forms.Form):
    """Which threat, which words, and why they are needed."""

    threat = choice(_("Which threat they came with"), [], error=_("Choose the threat."))
    words = words_field(_("The words, as they were said"), rows=3, error=_("Write the words."))
    reason = words_field(
        _("Why the threat cannot be understood without them"), rows=2, error=_("Say why they are needed.")
    )

    def __init__(self, *args: Any, threats: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["threat"].choices = threats  # type: ignore[attr-defined]
