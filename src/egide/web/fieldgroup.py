"""What the `field` tag needs to draw one field of an ordinary Django form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.forms import BoundField, widgets
from django.utils.translation import gettext as _

#: The first class that fits says how a widget is drawn; what fits none draws itself, in a group of its own.
_KINDS: tuple[tuple[type[widgets.Widget], str], ...] = (
    (widgets.SelectDateWidget, "date_boxes"),
    (widgets.CheckboxSelectMultiple, "checkboxes"),
    (widgets.RadioSelect, "radios"),
    (widgets.CheckboxInput, "checkbox"),
    (widgets.Select, "select"),
    (widgets.Textarea, "textarea"),
    (widgets.Input, "input"),
)
#: The browser's own date and time boxes; they speak one format, whatever the language of the page.
_NATIVE: tuple[tuple[type[widgets.Widget], str, str], ...] = (
    (widgets.DateTimeInput, "datetime-local", "%Y-%m-%dT%H:%M"),
    (widgets.DateInput, "date", "%Y-%m-%d"),
    (widgets.TimeInput, "time", "%H:%M"),
)
_BUILT_HERE = {"type", "rows", "cols", "autocomplete", "id", "name", "value", "class", "style", "maxlength"}
#: Kinds made of several controls, named together by a legend.
SEVERAL = ("radios", "checkboxes", "date_boxes", "own")


def kind_of(widget: widgets.Widget) -> str:
    """Answer how this widget is drawn: the name of a branch of `components/field.html`."""
    return next((name for cls, name in _KINDS if isinstance(widget, cls)), "own")


def first_id(bound: BoundField) -> str:
    """Answer the id of the control an error of this field leads to."""
    kind = kind_of(bound.field.widget)
    if kind in ("radios", "checkboxes"):
        return f"{bound.auto_id}_0"
    if kind == "date_boxes":
        return f"{bound.auto_id}_day"
    return str(bound.id_for_label or bound.auto_id) if kind == "own" else str(bound.auto_id)


def named(bound: BoundField, error: str) -> str:
    """Answer an error as a summary says it: Django's own words name no field, so its label goes before them."""
    general = {
        str(words)
        for cls in type(bound.field).__mro__
        for words in getattr(cls, "default_error_messages", {}).values()
    }
    return f"{bound.label} – {error}" if error in general else error


def context(bound: BoundField, *, hint: str, optional: bool, rows: int) -> dict[str, Any]:
    """Answer what `components/field.html` says of a field: its kind, value, options, error and attributes."""
    widget = bound.field.widget
    kind = kind_of(widget)
    hint = hint or str(bound.help_text or "")
    value = bound.value()
    described = " ".join(
        f"{bound.auto_id}-{part}" for part, is_there in (("hint", hint), ("error", bound.errors)) if is_there
    )
    may_be_empty = not bound.field.required and kind in ("input", "textarea", "select", "date_boxes")
    kind_of_input = _input_type(widget)
    return {
        "kind": kind,
        "several": kind in SEVERAL,
        "id": bound.auto_id,
        "name": bound.html_name,
        "hint": hint,
        "errors": list(bound.errors),
        "described": described,
        "optional": optional or may_be_empty,
        "rows": rows or widget.attrs.get("rows", 4),
        "type": kind_of_input,
        "value": _shown(widget, value) if kind in ("input", "textarea") else "",
        "groups": _groups(bound, value) if kind in ("radios", "checkboxes", "select") else [],
        "multiple": kind == "select" and bool(getattr(widget, "allow_multiple_selected", False)),
        "boxes": _boxes(bound, value) if kind == "date_boxes" else [],
        "own": bound.as_widget(attrs={"class": "govuk-input"}) if kind == "own" else "",
        "is_checked": kind == "checkbox" and bool(value),
        # Told of the bound, a browser cuts what is pasted without a word; of a long text the answer says so.
        "maxlength": ""
        if kind_of_input == "file" or kind == "textarea"
        else getattr(bound.field, "max_length", None) or "",
        "autocomplete": widget.attrs.get("autocomplete", "off"),
        "attributes": _attributes(bound),
    }


def _input_type(widget: widgets.Widget) -> str:
    native = next((name for cls, name, _format in _NATIVE if isinstance(widget, cls)), "")
    return str(widget.attrs.get("type") or native or getattr(widget, "input_type", "text"))


def _shown(widget: widgets.Widget, value: Any) -> str:
    if isinstance(widget, widgets.PasswordInput) and not widget.render_value:
        return ""  # a password is never sent back to the page
    if isinstance(value, datetime | date | time):
        for cls, name, wanted in _NATIVE:
            if isinstance(widget, cls) and _input_type(widget) == name:
                return value.strftime(wanted)
    shown = None if value is None else widget.format_value(value)
    return "" if shown is None else str(shown)


def _attributes(bound: BoundField) -> dict[str, str]:
    """Answer the widget's other attributes: a bound, a step, a list of file types, `data-…`; never a script."""
    given = {**bound.field.widget.attrs, **({"disabled": True} if bound.field.disabled else {})}
    if bound.errors:
        given["aria-invalid"] = "true"
    return {
        name: "" if value is True else str(value)
        for name, value in given.items()
        if name not in _BUILT_HERE and not name.startswith("on") and value is not False and value is not None
    }


def _groups(bound: BoundField, value: Any) -> list[dict[str, Any]]:
    """Answer the options by group; those outside any group make groups without a label."""
    widget: Any = bound.field.widget
    formatted = widget.format_value(value)
    chosen = {str(each) for each in (formatted if isinstance(formatted, list | tuple) else [formatted])}
    hints: Mapping[str, Any] = getattr(widget, "option_hints", {})
    groups: list[dict[str, Any]] = []
    number = 0
    for code, label in widget.choices:
        is_group = isinstance(label, list | tuple)
        if is_group or not groups or groups[-1]["label"]:
            groups.append({"label": str(code) if is_group else "", "options": [], "number": len(groups)})
        for option, text in label if is_group else [(code, label)]:
            key = "" if option is None else str(option)
            groups[-1]["options"].append(
                {
                    "value": key,
                    "label": text,
                    "id": f"{bound.auto_id}_{number}",
                    "checked": key in chosen,
                    "hint": hints.get(key, ""),
                }
            )
            number += 1
    return groups


def _boxes(bound: BoundField, value: Any) -> list[dict[str, str]]:
    """Answer the day, month and year boxes, holding what was typed, even when it is no date."""
    widget: Any = bound.field.widget
    shown = widget.format_value(value)
    made = []
    for part, label, width in (("day", _("Day"), "2"), ("month", _("Month"), "2"), ("year", _("Year"), "4")):
        name = f"{bound.html_name}_{part}"
        typed = bound.form.data.get(name) if bound.form.is_bound else shown.get(part)
        made.append(
            {
                "id": f"{bound.auto_id}_{part}",
                "name": name,
                "label": label,
                "width": width,
                "value": "" if typed is None else str(typed),
            }
        )
    return made
