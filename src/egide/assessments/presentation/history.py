"""Every assessment of a file: a drawing per tool that gives numbers, then the list, each in its own words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from egide.assessments import library, queries, wording
from egide.assessments.lifecycle import State
from egide.assessments.presentation.results import judgement_label
from egide.assessments.queries import Summary
from egide.assessments.rules.cards import Card
from egide.assessments.rules.catalogue import UnknownInstrumentError
from egide.assessments.rules.definition import Definition, DefinitionError


def history_points(summaries: Iterable[Summary], *, instrument: str) -> list[dict[str, Any]]:
    """Answer the points of `assessment_drawing` for one instrument: in force, first scorers, oldest first.

    A tool that gives no number has none: nothing is drawn of it.
    """
    return [
        {
            "on": _used_on(each),
            "raw": each.raw,
            "lo": each.low,
            "hi": each.high,
            "unknown": each.unknown,
        }
        for each in summaries
        if each.instrument == instrument
        and each.state == State.COMPLETED
        and not each.is_second
        and each.raw is not None
    ]


def tool_names(summaries: Sequence[Summary]) -> dict[UUID, str]:
    """Answer the short name of the tool of each assessment, in the words it was made with."""
    texts = queries.by_digest({each.made_with for each in summaries if each.made_with})
    known = ((each, _made_with(each, texts)) for each in summaries)
    return {each.id: wording.in_language(one.short) if one else each.instrument for each, one in known}


def _used_on(summary: Summary) -> date | datetime:
    said = summary.result.get("assessed_on")
    return date.fromisoformat(said) if said else summary.scored_at


def history_context(
    summaries: Sequence[Summary], *, address: Callable[[UUID], str] | None = None
) -> dict[str, Any]:
    """Answer what `assessments/_history.html` needs: per instrument a drawing, then every assessment.

    Args:
        address: gives the page of one assessment; dates are not links without it.
    """
    texts = queries.by_digest({each.made_with for each in summaries if each.made_with})
    drawings = []
    for code in sorted({each.instrument for each in summaries}):
        points = history_points(summaries, instrument=code)
        # The scale of the latest one: earlier versions of a tool are drawn on it, and listed with their own words.
        latest = next(each for each in reversed(summaries) if each.instrument == code)
        drawn = points and _drawing(_made_with(latest, texts), points)
        if drawn:
            drawings.append(drawn)
    return {
        "drawings": drawings,
        "assessments": [
            _history_line(each, _made_with(each, texts), href=address(each.id) if address else "")
            for each in reversed(summaries)
        ],
    }


def _drawing(made_with: Definition | Card | None, points: list[dict[str, Any]]) -> dict[str, Any] | None:
    if made_with is None:
        return None
    is_card = isinstance(made_with, Card)
    return {
        "title": wording.in_language(made_with.short),
        "points": points,
        "maximum": made_with.maximum,
        "bands": [
            {"lo": band.low, "hi": band.high, "label": wording.in_language(band.label)}
            for band in (() if is_card else made_with.bands)  # type: ignore[union-attr]
            if band.low < band.high  # a band of one score says what the axis says
        ],
    }


def _history_line(summary: Summary, made_with: Definition | Card | None, *, href: str) -> dict[str, Any]:
    return {
        "href": href,
        "on": summary.scored_at,
        "instrument": wording.in_language(made_with.short) if made_with else summary.instrument,
        "has_judgement": made_with is None or made_with.kind != "checklist",
        "judgement": judgement_label(summary.judgement),
        "reason": summary.judgement_reason,
        "score": range_text(summary),
        "unknown": summary.unknown,
        "band": gave(summary, made_with),
        "assessor": summary.assessor_name,
        "agency": summary.agency_name,
        "state": "replaced" if summary.state == State.REPLACED else "second" if summary.is_second else "",
    }


def gave(summary: Summary, made_with: Definition | Card | None) -> str:
    """Say what a tool gave beside its number: a band, a level, an outcome, its own words; nothing of a checklist."""
    if isinstance(made_with, Card):
        level = made_with.level(summary.result.get("level", ""))
        return wording.in_language(level.label) if level else str(summary.result.get("words", ""))
    if made_with is not None and not made_with.is_summed:
        return str(wording.OUTCOMES.get(summary.outcome, ""))
    known = made_with is not None and summary.band in [band.code for band in made_with.bands]
    return wording.band_label(made_with, summary.band) if made_with and known else _("Undetermined")


def range_text(summary: Summary) -> str:
    """Say the possible scores; nothing of a tool that gives no number."""
    if summary.raw is None:
        return ""
    if summary.low == summary.high:
        return str(summary.raw)
    return _("%(low)d to %(high)d") % {"low": summary.low, "high": summary.high}


def _made_with(summary: Summary, texts: Mapping[str, Definition | Card]) -> Definition | Card | None:
    """Answer the very text an assessment was made with; None when it is gone: figures stay readable without it."""
    if summary.made_with:
        return texts.get(summary.made_with)
    try:
        return library.find(summary.instrument, version=summary.version)
    except (UnknownInstrumentError, DefinitionError):
        return None
