"""Drawings: SVG made on the server, each with a description and its table under it."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from egide.web import drawing

register = template.Library()


def _drawn(picture: drawing.Picture) -> SafeString:
    return mark_safe(render_to_string("components/drawing.html", {"picture": picture}))  # noqa: S308


@register.simple_tag
def timeline_drawing(lanes: Any, events: Any, now: Any, title: str = "") -> SafeString:
    """What happened, what was done, what is planned, over time."""
    return _drawn(
        drawing.timeline(lanes=list(lanes), events=list(events), now=now, title=title or _("Timeline"))
    )


@register.simple_tag
def assessment_drawing(points: Any, maximum: int, bands: Any = (), title: str = "") -> SafeString:
    """Assessments over time: the point is what is known, the bar how far the unknowns could lead."""
    return _drawn(
        drawing.assessments(
            points=list(points), maximum=maximum, bands=list(bands or ()), title=title or _("Assessments")
        )
    )


@register.simple_tag
def progress_drawing(points: Any, title: str = "", legend: str = "") -> SafeString:
    """How far actions are, day after day: done, to do, blocked, late."""
    return _drawn(drawing.progress(points=list(points), title=title or _("Progress"), legend=legend))


@register.simple_tag
def people_drawing(nodes: Any, links: Any, title: str = "") -> SafeString:
    """People of a case and how they are linked; a guarded link says only that it is there."""
    return _drawn(drawing.people(nodes=list(nodes), links=list(links), title=title or _("People and links")))


@register.simple_tag
def range_drawing(known: int, lo: int, hi: int, maximum: int, marks: Any = (), title: str = "") -> SafeString:
    """One bar: what is known, and how far the answer could reach."""
    return mark_safe(  # noqa: S308
        drawing.range_bar(known=known, low=lo, high=hi, maximum=maximum, marks=list(marks or ()), title=title)
    )
