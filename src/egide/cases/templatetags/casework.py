"""Tags of casework's own templates."""

from typing import Any

from django import template
from django.urls import reverse

from egide.cases.models.work import TaskKind

register = template.Library()


@register.simple_tag
def draft_address(form: str = "", case: Any = None) -> str:
    """Where a form keeps its draft; empty when it keeps none."""
    if not form:
        return ""
    address = reverse("cases:draft", args=[form])
    return f"{address}?about={case.pk}" if case else address


@register.filter
def deadline_label(kind: str) -> str:
    """The words of a kind of date."""
    return str(TaskKind(kind).label) if kind else ""
