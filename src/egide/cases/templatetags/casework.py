"""Tags of casework's own templates."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.translation import gettext_lazy

from egide.cases import resuming
from egide.cases.models.work import TaskKind
from egide.common.text import localized

register = template.Library()
#: A person's training in one course: the words, and the tone of their badge.
TRAINING = {
    "valid": (gettext_lazy("Valid"), "success"),
    "soon": (gettext_lazy("Lapses soon"), "warning"),
    "lapsed": (gettext_lazy("Lapsed"), "late"),
    "never": (gettext_lazy("Never recorded"), "late"),
}


@register.inclusion_tag("components/badge.html")
def training_badge(state: str) -> dict[str, Any]:
    """Say in words whether a training is valid."""
    text, tone = TRAINING[state]
    return {"text": text, "tone": tone}


@register.filter
def last_day(until: datetime) -> datetime:
    """The last moment before something is no longer valid: its last day, as one says it."""
    return until - timedelta(seconds=1)


@register.simple_tag
def draft_address(form: str = "", case: Any = None, file: Any = None) -> str:
    """Where a form keeps its draft; empty when it keeps none."""
    return resuming.draft_address(form, *(one.pk if one else None for one in (case, file))) if form else ""


#: How sure a text of a standard is, in words (`rules.standard_file.MARKS`).
CONFIDENCE = {
    "V2": gettext_lazy("read in two sources"),
    "V1": gettext_lazy("read in one source"),
    "S": gettext_lazy("from the founders’ brief"),
    "O": gettext_lazy("our own proposal"),
}


@register.filter
def confidence(mark: str) -> str:
    """The words of a mark of confidence."""
    return str(CONFIDENCE[mark])


@register.filter
def words(thing: Any, field: str) -> str:
    """What a thing written in both languages says in the reader's."""
    return localized(thing, field)


@register.filter
def deadline_label(kind: str) -> str:
    """The words of a kind of date."""
    return str(TaskKind(kind).label) if kind else ""
