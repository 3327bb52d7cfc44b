"""The geometry of the drawings. Text is escaped; colours are classes; every drawing has its table."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from egide.common import dates

WIDTH = 720


@dataclass
class Picture:
    """One drawing: its SVG, the point it makes in words, and its table."""

    title: str
    description: str
    svg: SafeString
    headers: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    legend: str = ""

    @property
    def is_wide(self) -> bool:
        """Whether it scrolls sideways on a phone, where its words would be too small to read."""
        return f'viewBox="0 0 {WIDTH} ' in self.svg


def _svg(
    height: int, shapes: Sequence[str], *, title: str, description: str, width: int = WIDTH
) -> SafeString:
    body = "".join(shapes)
    return mark_safe(  # noqa: S308 - every text below was escaped where it was placed
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}. {escape(description)}">{body}</svg>'
    )


def _text(x: float, y: float, words: Any, *, css: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _rect(x: float, y: float, width: float, height: float, css: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" class="{css}"/>'


def _dot(x: float, y: float, radius: float, css: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{css}"/>'


def _day(value: Any) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


def _said(value: Any) -> str:
    return _day_said(_day(value), get_language() or "") if value else ""


@lru_cache(maxsize=4096)
def _day_said(day: date, language: str) -> str:
    return dates.said(day, "MONTH_DAY_FORMAT")


def timeline(
    *, lanes: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]], now: Any, title: str
) -> Picture:
    """Draw lanes of dots and bars over time."""
    if not events:
        return Picture(title, _("Nothing has happened yet."), mark_safe(""))
    today = _day(now)
    days = [_day(e["start"]) for e in events] + [_day(e["end"]) for e in events if e.get("end")] + [today]
    first, last = min(days), max(days) + timedelta(days=2)
    span = max((last - first).days, 7)
    left, right, step = 84, WIDTH - 16, 46
    bottom = 26 + step * len(lanes)

    def x(value: Any) -> float:
        return left + (right - left) * (_day(value) - first).days / span

    shapes = _months(first, span, x, bottom)
    for row, lane in enumerate(lanes):
        y = 30 + step * row
        shapes.append(_text(0, y + 5, lane["label"], css="lane"))
        shapes.append(_line(left, y, right, y, "grid"))
        mine = [e for e in events if e["lane"] == lane["key"]]
        for number, event in enumerate(mine):
            shapes += _event(event, x, y, is_last=number == len(mine) - 1, today=today)
    shapes.append(_line(x(today), 8, x(today), bottom, "now"))
    shapes.append(_text(x(today) - 4, 10, _("today"), css="t2", anchor="end"))
    description = ngettext("%(count)d event", "%(count)d events", len(events)) % {"count": len(events)}
    labels = {lane["key"]: lane["label"] for lane in lanes}
    rows = [
        [_said(e["start"]), labels.get(e["lane"], ""), e["label"], e.get("text", "")]
        for e in sorted(events, key=lambda e: _day(e["start"]))
    ]
    return Picture(
        title,
        description,
        _svg(bottom + 30, shapes, title=title, description=description),
        [_("Date"), _("Kind"), _("What"), _("Detail")],
        rows,
    )


def _months(first: date, span: int, x: Any, bottom: float) -> list[str]:
    """Mark up to seven round dates along the axis."""
    shapes = [_line(84, bottom, WIDTH - 16, bottom, "axis")]
    every = max(1, round(span / 6))
    for number in range(0, span + 1, every):
        day = first + timedelta(days=number)
        shapes.append(_line(x(day), 18, x(day), bottom, "grid"))
        if x(day) < WIDTH - 50:
            shapes.append(_text(x(day), bottom + 18, dates.said(day, "MONTH_DAY_FORMAT"), css="t2"))
    return shapes


def _event(event: Mapping[str, Any], x: Any, y: float, *, is_last: bool, today: date) -> list[str]:
    title = f"<title>{escape(event['label'])}, {escape(_said(event['start']))}</title>"
    kind = {"fact": "fact", "plan": "plan"}.get(event.get("kind", ""), "work")
    if kind == "plan":
        end = event.get("end") or today
        bar = _rect(
            x(event["start"]), y - 9, x(end) - x(event["start"]), 18, "plan" if is_last else "plan-old"
        )
        words = _text(x(event["start"]) + 6, y + 4, event["label"], css="on-plan t2" if is_last else "t2")
        return [f"<g>{title}{bar}{words if x(end) - x(event['start']) > 90 else ''}</g>"]
    if kind == "fact":
        return [f"<g>{title}{_dot(x(event['start']), y, 7, 'fact')}</g>"]
    return [f"<g>{title}{_rect(x(event['start']) - 6, y - 6, 12, 12, 'work')}</g>"]


def assessments(
    *, points: Sequence[Mapping[str, Any]], maximum: int, bands: Sequence[Mapping[str, Any]], title: str
) -> Picture:
    """Draw each assessment: a point for what is known, a bar for how far the unknowns could lead."""
    width, top, bottom, left = 400, 16, 150, 34
    lowest = min([0, *(p["lo"] for p in points)])

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - lowest) / max(maximum - lowest, 1)

    shapes = []
    for band in bands:
        shapes.append(_rect(left, y(band["hi"]), width - left, y(band["lo"]) - y(band["hi"]), "band"))
        shapes.append(_text(width - 6, y(band["hi"]) + 14, band["label"], css="t2", anchor="end"))
    for value in sorted({0, maximum, *(b["lo"] for b in bands)}):
        shapes += [
            _line(left, y(value), width, y(value), "grid"),
            _text(left - 8, y(value) + 4, value, css="t2", anchor="end"),
        ]
    step = (width - left) / max(len(points), 1)
    for number, point in enumerate(points):
        x = left + step * (number + 0.5)
        shapes.append(_rect(x - 5, y(point["hi"]), 10, y(point["lo"]) - y(point["hi"]), "soft"))
        shapes.append(_dot(x, y(point["raw"]), 7, "work"))
        shapes.append(_text(x, bottom + 20, _said(point["on"]), css="t2", anchor="middle"))
        shapes.append(_text(x, bottom + 36, _unknown(point["unknown"]), css="t2", anchor="middle"))
    description = _("The point is what is known; the bar goes to where the unknown answers could lead.")
    reminder = _("The score does not decide.")  # not inside an f-string: translations are not gathered there
    return Picture(
        title,
        description,
        _svg(bottom + 46, shapes, title=title, description=description, width=width),
        [_("Date"), _("Known"), _("Unknown"), _("Possible")],
        [[_said(p["on"]), p["raw"], p["unknown"], f"{p['lo']} – {p['hi']}"] for p in points],
        legend=f"{description} {reminder}",
    )


def _unknown(count: int) -> str:
    return (
        ngettext("%(count)d unknown", "%(count)d unknown", count) % {"count": count}
        if count
        else _("all known")
    )


#: How a pile is built, from the ground: what is done first, what is late on top.
_PILE = (("done", "work"), ("todo", "soft"), ("blocked", "guarded"), ("late", "late"))


def progress(*, points: Sequence[Mapping[str, Any]], title: str, legend: str = "") -> Picture:
    """Draw how many actions are done, to do, blocked and late, at each of some days."""
    if not points:
        return Picture(title, _("No action has been given yet."), mark_safe(""))
    top, bottom, left, right = 16, 156, 34, WIDTH - 170
    highest = max(sum(point[key] for key, _css in _PILE) for point in points) or 1
    step = (right - left) / len(points)
    wide = min(step * 0.7, 48)
    shapes = [
        shape
        for value in sorted({0, highest})
        for y in [bottom - (bottom - top) * value / highest]
        for shape in (_line(left, y, right, y, "grid"), _text(left - 8, y + 4, value, css="t2", anchor="end"))
    ]
    middles: dict[str, float] = {}
    for number, point in enumerate(points):
        x, y = left + step * (number + 0.5), float(bottom)
        for key, css in _PILE:
            height = (bottom - top) * point[key] / highest
            y -= height
            if height:
                shapes.append(_rect(x - wide / 2, y, wide, height, css))
                middles[key] = y + height / 2
        shapes.append(_text(x, bottom + 18, _said(point["on"]), css="t2", anchor="middle"))
    last = points[-1]
    said = _counts(last)
    at = float(bottom) + 16
    for key, _css in _PILE:
        if last[key]:
            at = min(middles[key] + 4, at - 16)
            shapes.append(_text(right + 10, at, said[key]))
    description = ", ".join(said[key] for key, _css in _PILE if last[key]) or _("Nothing is left to do.")
    return Picture(
        title,
        description,
        _svg(bottom + 28, shapes, title=title, description=description),
        [_("Date"), _("Done"), _("To do"), _("Cannot go on"), _("Late")],
        [[_said(point["on"]), *(point[key] for key, _css in _PILE)] for point in points],
        legend=legend,
    )


def _counts(point: Mapping[str, Any]) -> dict[str, str]:
    said = {
        "done": ngettext("%(count)d done", "%(count)d done", point["done"]),
        "todo": ngettext("%(count)d to do", "%(count)d to do", point["todo"]),
        "blocked": ngettext("%(count)d cannot go on", "%(count)d cannot go on", point["blocked"]),
        "late": ngettext("%(count)d late", "%(count)d late", point["late"]),
    }
    return {key: words % {"count": point[key]} for key, words in said.items()}


def people(*, nodes: Sequence[Mapping[str, Any]], links: Sequence[Mapping[str, Any]], title: str) -> Picture:
    """Draw people around the one the case is about."""
    width = 400
    centre = next((n for n in nodes if n.get("kind") == "centre"), nodes[0] if nodes else None)
    others = [n for n in nodes if n is not centre]
    # Around the centre, beginning on the right.
    turn = 2 * math.pi / max(len(others), 1)
    places = {
        n["key"]: (200 + 130 * math.cos(turn * i), 105 + 78 * math.sin(turn * i))
        for i, n in enumerate(others)
    }
    if centre is not None:
        places[centre["key"]] = (200 if len(others) > 1 else 130, 105)
    # As high as the people stand, and no higher: a circle above, a role below.
    highest = min((y for _x, y in places.values()), default=0)
    places = {key: (x, y - highest + 36) for key, (x, y) in places.items()}
    height = round(max((y for _x, y in places.values()), default=0)) + 56
    shapes = []
    for link in links:
        if link["from"] in places and link["to"] in places:
            css = "link guarded" if link.get("guarded") else "link"
            shapes.append(_line(*places[link["from"]], *places[link["to"]], css))
    for node in nodes:
        x, y = places[node["key"]]
        if node.get("kind") == "guarded":
            shapes.append(f'<rect x="{x - 52}" y="{y - 22}" width="104" height="44" rx="4" class="guarded"/>')
            shapes += [
                _text(x, y - 2, node["label"], anchor="middle"),
                _text(x, y + 14, node["role"], css="t2", anchor="middle"),
            ]
            continue
        is_centre = node is centre
        shapes.append(_dot(x, y, 25 if is_centre else 20, "centre" if is_centre else "node"))
        shapes.append(
            _text(x, y + 5, _initials(node["label"]), css="on-dark" if is_centre else "", anchor="middle")
        )
        shapes.append(_text(x, y + 42, node["role"], css="t2", anchor="middle"))
    description = ngettext("%(count)d person or case", "%(count)d people or cases", len(nodes)) % {
        "count": len(nodes)
    }
    labels = {n["key"]: n["label"] or n["role"] for n in nodes}
    rows = [[n["label"], n["role"], n.get("note", "")] for n in nodes]
    rows += [
        [f"{labels.get(link['from'], '')} – {labels.get(link['to'], '')}", link["label"], ""]
        for link in links
    ]
    return Picture(
        title,
        description,
        _svg(height, shapes, title=title, description=description, width=width),
        [_("Who"), _("As"), _("Note")],
        rows,
    )


def _initials(name: str) -> str:
    parts = [p for p in str(name).replace(".", " ").split() if p]
    return ". ".join(p[0] for p in parts[:2]) + "." if parts else "?"


def range_bar(
    *, known: int, low: int, high: int, maximum: int, marks: Sequence[Mapping[str, Any]], title: str = ""
) -> SafeString:
    """Draw one bar: dark to what is known, light to what is possible, with marks."""
    width, left, right = 400, 6, 394
    lowest = min(0, low)

    def x(value: float) -> float:
        return left + (right - left) * (value - lowest) / max(maximum - lowest, 1)

    words = title or _("Known %(known)s, possible from %(low)s to %(high)s, of %(maximum)s") % {
        "known": known,
        "low": low,
        "high": high,
        "maximum": maximum,
    }
    shapes = [
        _rect(left, 10, right - left, 16, "band"),
        _rect(x(lowest), 10, x(max(known, lowest)) - x(lowest), 16, "work"),
        _rect(x(low), 10, x(high) - x(low), 16, "soft"),
        _rect(x(lowest), 10, x(min(low, known)) - x(lowest), 16, "work"),
        _line(x(known), 6, x(known), 30, "axis"),
    ]
    for mark in marks:
        shapes += [
            _line(x(mark["value"]), 4, x(mark["value"]), 32, "now"),
            _text(min(x(mark["value"]), 330), 46, mark["label"], css="t2"),
        ]
    height = 52 if marks else 34
    return mark_safe(  # noqa: S308
        f'<div class="drawing"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(words)}">'
        f"{''.join(shapes)}</svg></div>"
    )
