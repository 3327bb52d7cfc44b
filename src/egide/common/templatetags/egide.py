"""Template vocabulary every module uses."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from egide.common import http, idempotency, text

register = template.Library()


@register.filter
def localized(thing: Any, field: str) -> str:
    """`{{ agency|localized:"name" }}`: the name in the reader's language."""
    return text.localized(thing, field)


@register.filter
def colon(label: Any) -> str:
    """`<b>{{ role|colon }}</b> {{ name }}`: the colon as the reader's language sets it apart."""
    return text.with_colon(label)


@register.simple_tag
def address(name: str, pk: Any) -> str:
    """`{% address "cases:case" case.pk %}`: as `url`, for the lines of a list."""
    return http.address(name, pk)


@register.simple_tag(takes_context=True)
def idempotency_key(context: Any) -> SafeString:
    """Two hidden fields: a repeated submission is recognised, and so is one sent under another hat than it was typed."""
    hat = context.get("acting_for") or getattr(getattr(context, "request", None), "actor", None)
    return format_html(
        '<input type="hidden" name="{}" value="{}">{}',
        idempotency.FIELD,
        idempotency.new_key(),
        format_html('<input type="hidden" name="{}" value="{}">', http.HAT_FIELD, hat.pk) if hat else "",
    )


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """`{{ levels|get:category }}`: a value by a key held in a variable; empty when absent."""
    return mapping.get(key, "")
