"""Tags of casework's own templates."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from egide.cases.lifecycle import Level, State
from egide.cases.models.work import TaskKind

register = template.Library()


@register.simple_tag
def draft_address(form: str = "", case: Any = None, file: Any = None) -> str:
    """Where a form keeps its draft; empty when it keeps none."""
    if not form:
        return ""
    address = reverse("cases:draft", args=[form])
    about = {"about": case, "file": file}
    asked = urlencode({name: one.pk for name, one in about.items() if one})
    return f"{address}?{asked}" if asked else address


@register.filter
def deadline_label(kind: str) -> str:
    """The words of a kind of date."""
    return str(TaskKind(kind).label) if kind else ""


@register.filter
def state_label(state: str) -> str:
    """The words of a stage; `get_state_display` would translate every stage to find one."""
    return str(State(state).label)


@register.filter
def level_label(level: str) -> str:
    """The words of a level set by people."""
    return str(Level(level).label)
