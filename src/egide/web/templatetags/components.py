"""The components a template can use; see docs/components.md. Each shows itself on the gallery page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from egide.common import clock, dates
from egide.web import fieldgroup
from egide.web.icons import ICONS

register = template.Library()
SOON = timedelta(days=3)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw an icon; hidden from screen readers unless it has a label."""
    shapes = mark_safe(ICONS[name])  # noqa: S308 - our own drawings
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, shapes
        )
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', shapes
    )


def _wrapped(name: str, content: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"components/{name}.html", {"content": mark_safe(content), **context}))  # noqa: S308


@register.simple_block_tag
def page_head(content: str, title: str, caption: str = "", note: str = "") -> SafeString:
    """Head of a page: small caption, title, note, buttons."""
    return _wrapped("page_head", content, title=title, caption=caption, note=note)


@register.simple_block_tag
def panel(
    content: str,
    title: str = "",
    note: str = "",
    link_text: str = "",
    link_href: str = "",
    tone: str = "",
    flush: bool = False,
    level: int = 2,
    id: str = "",
) -> SafeString:
    """Frame one subject of a page."""
    return _wrapped(
        "panel",
        content,
        title=title,
        note=note,
        link_text=link_text,
        link_href=link_href,
        tone=tone,
        flush=flush,
        level=level,
        id=id,
    )


@register.simple_block_tag
def details(content: str, summary: str, open: bool = False) -> SafeString:
    """Keep something one click away."""
    return _wrapped("details", content, summary=summary, open=open)


@register.simple_block_tag
def wishes(content: str, title: str = "", missing: bool = False) -> SafeString:
    """The victim's own wishes."""
    return _wrapped("wishes", content, title=title, missing=missing)


@register.simple_block_tag
def withheld_panel(content: str, title: str, rule_text: str = "", rule_href: str = "") -> SafeString:
    """Something the reader may know of and not read."""
    return _wrapped(
        "withheld", content, title=title, rule_text=rule_text, rule_href=rule_href, text="", compact=False
    )


@register.simple_block_tag(takes_context=True)
def form_page(
    context: Any,
    content: str,
    form: Form | None = None,
    action: str = "",
    method: str = "post",
    autosave: str = "",
    multipart: bool = False,
    id: str = "",
    confirm_leave: bool = True,
) -> SafeString:
    """Write a whole form: token, idempotency key, the hat it is typed under, error summary."""
    return mark_safe(  # noqa: S308
        render_to_string(
            "components/form_page.html",
            {
                "content": mark_safe(content),  # noqa: S308
                "form": form,
                "action": action,
                "method": method,
                "autosave": autosave,
                "multipart": multipart or (form is not None and form.is_multipart()),
                "id": id,
                "confirm_leave": confirm_leave,
                "csrf_token": context.get("csrf_token", ""),
                "acting_for": context.get("acting_for"),
            },
        )
    )


@register.simple_tag
def error_summary(*forms: Any) -> SafeString:
    """List the errors of the page, each leading to its field; nothing when all is well."""
    found = []
    for form in forms:
        if not form or not getattr(form, "is_bound", False):
            continue
        found += [{"text": text, "href": ""} for text in form.non_field_errors()]
        for name, errors in form.errors.items():
            if name != "__all__":
                bound = form[name]
                found += [
                    {"text": fieldgroup.named(bound, text), "href": f"#{fieldgroup.first_id(bound)}"}
                    for text in errors
                ]
    return mark_safe(render_to_string("components/error_summary.html", {"errors": found}))  # noqa: S308


@register.simple_tag
def field(
    bound: BoundField,
    label: str = "",
    label_size: str = "",
    hint: str = "",
    inline: bool = False,
    small: bool = True,
    width: str = "",
    prefix: str = "",
    suffix: str = "",
    optional: bool = False,
    rows: int = 0,
    heading: bool = False,
    reveals: str = "",
) -> SafeString:
    """Write a whole field group: label, hint, error, control."""
    if bound.is_hidden:
        return mark_safe(str(bound))  # noqa: S308 - drawn by Django
    found = fieldgroup.context(bound, hint=hint, optional=optional, rows=rows)
    found |= {
        "label": label or bound.label,
        "label_size": label_size,
        "inline": inline,
        "small": small,
        "width": str(width),
        "prefix": prefix,
        "suffix": suffix,
        "heading": heading,
        "reveals": [_revealed(bound, part) for part in reveals.split(";") if part.strip()],
    }
    return mark_safe(render_to_string("components/field.html", found))  # noqa: S308


def _revealed(bound: BoundField, part: str) -> dict[str, Any]:
    choice, _colon, names = part.strip().partition(":")
    fields = [bound.form[name.strip()] for name in names.split(",")]
    return {"choice": choice, "name": bound.html_name, "fields": [field(each) for each in fields]}


@register.simple_tag
def fields(form: Form, only: str = "", but: str = "") -> SafeString:
    """Write every visible field in order, then the hidden ones."""
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    left_out = {name.strip() for name in but.split(",")}
    parts = [
        field(bound)
        for bound in form
        if not bound.is_hidden and (not wanted or bound.name in wanted) and bound.name not in left_out
    ]
    parts += [mark_safe(str(bound)) for bound in form.hidden_fields()]  # noqa: S308
    return mark_safe("".join(parts))  # noqa: S308


#: The units a span of time is said in, longest first, with their seconds.
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def _span(unit: str, count: int) -> str:
    if unit == "day":
        return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}
    if unit == "hour":
        return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}


def _clock(due: datetime, at: datetime) -> tuple[str, str, int]:
    """Answer the state, and how far the date is, in one unit."""
    gap = (due - at).total_seconds()
    state = "late" if gap < 0 else "soon" if gap <= SOON.total_seconds() else "plain"
    unit, seconds = next((pair for pair in _UNITS if abs(gap) >= pair[1]), _UNITS[-1])
    return state, unit, max(1, int(abs(gap) // seconds))


@lru_cache(maxsize=4096)
def _words(language: str, state: str, unit: str, count: int) -> str:
    said = {"time": _span(unit, count)}
    return _("%(time)s late") % said if state == "late" else _("%(time)s left") % said


@lru_cache(maxsize=4096)
def _chip(language: str, state: str, unit: str, count: int, day: date) -> SafeString:
    return format_html(
        '<span class="clock clock--{}"><b>{}{}</b> <span class="quiet small">{}</span></span>',
        state,
        format_html("{} ", icon("clock")) if state == "late" else "",
        _words(language, state, unit, count),
        dates.said(day, "MONTH_DAY_FORMAT"),
    )


@register.simple_tag(name="clock")
def clock_chip(due: datetime | None = None, at: datetime | None = None) -> SafeString | str:
    """A clock chip: late, soon, or plain; nothing when there is no date. As `clock_chip.html`, made faster."""
    if not due:
        return ""
    return _chip(get_language() or "", *_clock(due, at or clock.now()), timezone.localtime(due).date())


@register.simple_tag
def clock_words(due: datetime | None = None, at: datetime | None = None) -> str:
    """Only the words: "3 days late"."""
    return _words(get_language() or "", *_clock(due, at or clock.now())) if due else ""


@register.simple_tag
def is_late(due: datetime | None = None, at: datetime | None = None) -> bool:
    """Say whether a date is past."""
    return bool(due and at and due < at)


@register.filter
def missing(value: Any) -> Any:
    """The value, or "Not recorded" in grey."""
    if value in (None, "", [], ()):
        return format_html('<span class="quiet">{}</span>', _("Not recorded"))
    return value


#: What modules call a level: words, or figures from 0 (not yet known) up.
_LEVELS = {
    **{name: name for name in ("lower", "raised", "high", "extreme")},
    "1": "lower",
    "2": "raised",
    "3": "high",
}
MOST_UNITS = 100


@register.filter
def level_name(value: Any) -> str:
    """The level's own name; "unknown" for 0, an empty value and whatever is not a level."""
    return _LEVELS.get(str(value), "unknown")


@register.filter
def units(count: Any) -> range:
    """As many turns of a loop as the count says: 100 at most, none when it is not a number."""
    try:
        return range(min(int(count), MOST_UNITS))
    except (TypeError, ValueError):
        return range(0)


@register.filter
def labelled(cells: Iterable[Any], headers: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Each cell of a row with the header of its column; an empty one when there are fewer headers."""
    row = list(cells)
    names = [*headers, *([""] * len(row))]
    return list(zip(row, names, strict=False))


@register.simple_tag
def plain_table(caption: str, headers: Iterable[Any], rows: Iterable[Iterable[Any]]) -> SafeString:
    """`table.html` for many rows of words, made faster: the same table."""
    names = [str(header) for header in headers]
    return format_html(
        '<table class="table table--dense"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        caption,
        format_html_join("", '<th scope="col">{}</th>', ((name,) for name in names)),
        mark_safe("".join(_table_row(row, names) for row in rows)),  # noqa: S308 - each cell was escaped
    )


def _table_row(row: Iterable[Any], names: list[str]) -> str:
    cells = [
        f'<td data-label="{escape(name)}">{conditional_escape(formats.localize(cell))}</td>'
        if name
        else f"<td>{conditional_escape(formats.localize(cell))}</td>"
        for cell, name in labelled(row, names)
    ]
    return f"<tr>{''.join(cells)}</tr>"


@register.filter
def moment(value: date | datetime | None) -> str:
    """A day as a day, a moment with its time, in the reader's language and zone; empty when there is none."""
    if not value:
        return ""
    if isinstance(value, datetime):
        here = timezone.localtime(value) if timezone.is_aware(value) else value
        return dates.said(here, "DATETIME_FORMAT")
    return dates.said(value, "DATE_FORMAT")


@register.simple_tag(takes_context=True)
def query_with(context: Any, **changes: Any) -> str:
    """This page's query string with keys changed; None removes one."""
    query: QueryDict = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}" if query else "?"


@register.simple_tag(takes_context=True)
def pager(context: Any, page: Any, name: str = "from", of: str = "") -> SafeString:
    """The way to the rest of a list, and back to its beginning; nothing where all of it is shown."""
    if not (page.next or page.is_later):
        return mark_safe("")
    shown = {
        "next_href": query_with(context, **{name: page.next}) if page.next else "",
        "previous_href": query_with(context, **{name: None}) if page.is_later else "",
        "previous_text": _("First page"),
        "of": of,
    }
    return mark_safe(render_to_string("components/pagination.html", shown))  # noqa: S308


@register.simple_block_tag(takes_context=True)
def service_navigation(context: Any, content: str) -> SafeString:
    """The service navigation; its content names the entry a page belongs to, when the address does not say."""
    site = context.get("frame")
    entries = site.nav(content.strip()) if site and site.user else []
    return mark_safe(render_to_string("components/navigation.html", {"entries": entries}))  # noqa: S308


@register.simple_block_tag
def side_column(content: str) -> SafeString:
    """The side column, when a page fills it."""
    if not content.strip():
        return mark_safe("")
    return mark_safe(f'<div class="stack">{content}</div>')  # noqa: S308


@lru_cache(maxsize=256)
def _level(level: str, label: str) -> SafeString:
    return mark_safe(render_to_string("components/level.html", {"level": level, "label": label}))  # noqa: S308


@register.simple_tag
def level_glyph(level: str, label: Any) -> SafeString:
    """`level.html` for lists, drawn once for each level and language."""
    return _level(str(level), str(label))
