"""Bilingual data: fields in pairs (`name_en`, `name_fr`) shown in the reader's language."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def localized(thing: Any, field: str) -> str:
    """Answer `field` in the active language, in the other one when it is empty.

    Args:
        thing: a model or a mapping with `<field>_en` and `<field>_fr`.
    """
    language = (get_language() or "en")[:2]
    order = ("fr", "en") if language == "fr" else ("en", "fr")
    for code in order:
        value = (
            thing.get(f"{field}_{code}") if isinstance(thing, dict) else getattr(thing, f"{field}_{code}", "")
        )
        if value:
            return str(value)
    return ""


def with_colon(label: Any) -> str:
    """Answer what comes before an explanation, with the colon and the space the reader's language puts there."""
    return _("%(label)s:") % {"label": label}
