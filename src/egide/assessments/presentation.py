"""Contexts ready for the templates of this module; pages belong to `cases`, which includes the fragments.

`sheet_form` then `sheet_context` → `assessments/_sheet.html`; `so_far_context` as `so_far` →
`assessments/_so_far.html`; `result_context` as `result` → `assessments/_result.html`;
`history_context` as `history` → `assessments/_history.html`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from egide.assessments import library, wording
from egide.assessments.forms import ANSWER, NOTE, SOURCE, SheetForm, given_answers, preview
from egide.assessments.lifecycle import Judgement, Source, State
from egide.assessments.queries import OpenedAssessment, Summary
from egide.assessments.rules.catalogue import UnknownInstrumentError
from egide.assessments.rules.definition import OPEN_ANSWERS, Definition, DefinitionError, NormSet
from egide.assessments.rules.scoring import NormFinding, Score, norm_findings


@dataclass(frozen=True)
class Door:
    """One way into a programme that looks at this score: shown as a mark, never as a decision."""

    label: str
    low: int
    high: int

    def sentence(self, *, low: int, high: int) -> str:
        """Say where the possible scores stand beside the door, and that judgement opens it too."""
        values = {"low": self.low, "high": self.high}
        if low >= self.low and high <= self.high:
            return _("Every possible score is in %(low)d to %(high)d.") % values
        if high < self.low or low > self.high:
            return (
                _("No possible score is in %(low)d to %(high)d. Professional judgement opens the same door.")
                % values
            )
        return (
            _(
                "With what is unknown it may fall outside or inside %(low)d to %(high)d. "
                "Professional judgement opens the same door."
            )
            % values
        )


def sheet_form(
    definition: Definition, *, data: Any = None, initial: Mapping[str, Any] | None = None
) -> SheetForm:
    """Answer the form of a sheet: bound when `data` is given, else holding a draft when there is one.

    `form.is_valid()`, then `services.record_assessment(..., **form.record)`.

    Args:
        data: what was posted.
        initial: a draft, by field name, as it was posted to be kept.
    """
    return SheetForm(definition, data=data, initial=dict(initial or {}))


def sheet_context(
    definition: Definition,
    form: SheetForm,
    *,
    action: str,
    doors: Sequence[Door] = (),
    preview_url: str = "",
    autosave_url: str = "",
    draft_saved_at: datetime | None = None,
    submit_text: str = "",
) -> dict[str, Any]:
    """Answer what `assessments/_sheet.html` needs.

    Args:
        action: where the form is sent.
        doors: ways into the programme that look at this score.
        preview_url: answers `_so_far.html` for the form's data; the live range is off without it.
        autosave_url: keeps the draft.
    """
    return {
        "definition": definition,
        "title": _("%(instrument)s scoring sheet") % {"instrument": wording.in_language(definition.short)},
        "full_title": wording.in_language(definition.titles),
        "validity": wording.in_language(definition.validity.notes),
        "certificate": wording.in_language(definition.certificate),
        "form": form,
        "action": action,
        "preview_url": preview_url,
        "autosave_url": autosave_url,
        "draft_saved_at": draft_saved_at,
        "submit_text": submit_text or _("Record assessment"),
        "rows": [_row(definition, form, item.code) for item in definition.items],
        "so_far": so_far_context(definition, form.typed, doors=doors),
    }


def _row(definition: Definition, form: SheetForm, code: str) -> dict[str, Any]:
    item = definition.item(code)
    answer, note, source = form[ANSWER + code], form[NOTE + code], form[SOURCE + code]
    return {
        "number": code,
        "label": wording.in_language(item.label),
        "hint": wording.in_language(item.hint),
        "name": answer.html_name,
        "choices": [(value, str(label)) for value, label in form.fields[ANSWER + code].choices],  # type: ignore[attr-defined]
        "value": answer.value() or "",
        "note_name": note.html_name,
        "note": note.value() or "",
        "source_name": source.html_name,
        "source_choices": [(value, str(label)) for value, label in form.fields[SOURCE + code].choices],  # type: ignore[attr-defined]
        "source": source.value() or "",
        "error": " ".join(str(error) for field in (answer, note, source) for error in field.errors),
    }


def so_far_context(definition: Definition, data: Any, *, doors: Sequence[Door] = ()) -> dict[str, Any]:
    """Answer what `assessments/_so_far.html` needs: the range of a sheet being filled.

    Args:
        data: a form's data, by field name: complete, partial or wrong.
    """
    given = given_answers(definition, data)
    score = preview(definition, data)
    waiting = sum(1 for item in definition.items if item.code not in given and not item.only_if)
    context: dict[str, Any] = {
        "is_possible": score is not None,
        "answered_unknown": sum(answer in OPEN_ANSWERS for answer in given.values()),
        "waiting": waiting,
        "waiting_text": ngettext(
            "%(count)d item has no answer yet.", "%(count)d items have no answer yet.", waiting
        )
        % {"count": waiting},
        "impossible_text": _impossible(definition),
    }
    if score is not None:
        context |= score_context(definition, score, doors=doors)
    return context


def score_context(definition: Definition, score: Score, *, doors: Sequence[Door] = ()) -> dict[str, Any]:
    """Answer the parameters of `components/range.html`, and the norms with their caveats."""
    return {
        "known": score.raw,
        "unknown": score.unknown,
        "lo": score.low,
        "hi": score.high,
        "maximum": definition.maximum,
        "marks": [{"value": door.low, "label": door.label} for door in doors],
        "verdict": wording.verdict(definition, score),
        "detail": " ".join(door.sentence(low=score.low, high=score.high) for door in doors),
        "is_determined": score.is_determined,
        "prorated": score.prorated,
        "norms": [_norms(definition, finding) for finding in score.norms],
        "evidence": wording.in_language(definition.evidence),
    }


def _norms(definition: Definition, finding: NormFinding) -> dict[str, Any]:
    return {
        "label": wording.norm_label(finding.norms),
        "outcome": wording.in_language(finding.norms.outcome),
        "population": wording.in_language(finding.norms.population),
        "centre": _centre(finding.norms),
        "rates": [
            _("%(rate)d %% of those who scored %(band)s")
            % {"rate": row.outcome_rate, "band": wording.band_label(definition, row.band)}
            for row in finding.rows
            if row.outcome_rate is not None
        ],
        "caveat": wording.in_language(finding.norms.caveat),
    }


def _centre(norms: NormSet) -> str:
    if norms.median is None or norms.mean is None:
        return ""
    return _("Median %(median)s, mean %(mean)s.") % {
        "median": _number(norms.median),
        "mean": _number(norms.mean),
    }


def _number(value: float) -> str:
    return number_format(value, use_l10n=True)


def _impossible(definition: Definition) -> str:
    pairs = [_("%(left)s and %(right)s") % {"left": a, "right": b} for a, b in definition.excludes]
    return (
        _("Two answers exclude each other (%(pairs)s). Change one of them.") % {"pairs": ", ".join(pairs)}
        if pairs
        else ""
    )


def result_context(
    opened: OpenedAssessment,
    *,
    doors: Sequence[Door] = (),
    second_url: str = "",
    correct_url: str = "",
) -> dict[str, Any]:
    """Answer what `assessments/_result.html` needs: the judgement first, then the score and the answers.

    Args:
        second_url: where another person scores the same sheet; left out when the reader cannot.
        correct_url: where a corrected assessment is made; left out when the reader cannot.
    """
    summary, definition = opened.summary, opened.definition
    low, high = summary.low, summary.high
    score = Score(
        instrument=summary.instrument,
        version=summary.version,
        raw=summary.raw,
        unknown=summary.unknown,
        low=low,
        high=high,
        band=summary.band,
        is_determined=summary.is_determined,
        norms=norm_findings(definition, low=low, high=high),
    )
    return {
        "summary": summary,
        "full_title": wording.in_language(definition.titles),
        "judgement": judgement_label(summary.judgement),
        "is_replaced": summary.state == State.REPLACED,
        "score": score_context(definition, score, doors=doors),
        "certificate_warning": _certificate_warning(definition, summary),
        "validity": wording.in_language(definition.validity.notes),
        "lines": _lines(opened),
        "are_answers_withheld": opened.answers is None,
        "agreement": _agreement(opened),
        "second_url": second_url,
        "correct_url": correct_url,
    }


def judgement_label(code: str) -> str:
    """Answer a judgement in words."""
    return str(Judgement(code).label)


def _certificate_warning(definition: Definition, summary: Summary) -> str:
    if not definition.requires_certificate or summary.certificate_valid:
        return ""
    if summary.certificate_valid is None:
        return _("Nobody said whether the assessor holds the certificate for this tool.")
    return _("The assessor did not hold a valid certificate for this tool.")


def _lines(opened: OpenedAssessment) -> list[dict[str, str]]:
    differing = {}
    if opened.agreement:
        differing = {each.item: each for each in opened.agreement.differences}
    lines = []
    for item in opened.definition.items if opened.answers is not None else ():
        answer = (opened.answers or {}).get(item.code, "")
        difference = differing.get(item.code)
        lines.append(
            {
                "number": item.code,
                "label": wording.in_language(item.label),
                "answer": wording.answer_label(answer),
                "note": opened.notes.get(item.code, ""),
                "source": _source_label(opened.sources.get(item.code, "")),
                "first": wording.answer_label(difference.first) if difference else "",
                "second": wording.answer_label(difference.second) if difference else "",
            }
        )
    return lines


def _source_label(code: str) -> str:
    return str(Source(code).label) if code in Source.values else ""


def _agreement(opened: OpenedAssessment) -> dict[str, Any] | None:
    if opened.agreement is None:
        return None
    found = opened.agreement
    return {
        "percent": found.percent,
        "other_scorer": opened.other_scorer,
        "text": _("%(agreed)d items of %(compared)d answered alike.")
        % {"agreed": found.agreed, "compared": found.compared},
        "count": len(found.differences),
    }


def history_points(summaries: Iterable[Summary], *, instrument: str) -> list[dict[str, Any]]:
    """Answer the points of `assessment_drawing` for one instrument: in force, first scorers, oldest first."""
    return [
        {"on": each.scored_at, "raw": each.raw, "lo": each.low, "hi": each.high, "unknown": each.unknown}
        for each in summaries
        if each.instrument == instrument and each.state == State.COMPLETED and not each.is_second
    ]


def history_context(
    summaries: Sequence[Summary], *, address: Callable[[UUID], str] | None = None
) -> dict[str, Any]:
    """Answer what `assessments/_history.html` needs: per instrument a drawing, then every assessment.

    Args:
        address: gives the page of one assessment; dates are not links without it.
    """
    drawings = []
    for code in sorted({each.instrument for each in summaries}):
        definition = _definition(code)
        if definition is not None:
            drawings.append(
                {
                    "title": wording.in_language(definition.short),
                    "points": history_points(summaries, instrument=code),
                    "maximum": definition.maximum,
                    "bands": [
                        {"lo": band.low, "hi": band.high, "label": wording.in_language(band.label)}
                        for band in definition.bands
                        if band.low < band.high  # a band of one score says what the axis says
                    ],
                }
            )
    return {
        "drawings": drawings,
        "assessments": [
            _history_line(each, href=address(each.id) if address else "") for each in reversed(summaries)
        ],
    }


def _history_line(summary: Summary, *, href: str) -> dict[str, Any]:
    definition = _definition(summary.instrument, version=summary.version) or _definition(summary.instrument)
    known_band = definition is not None and summary.band in [band.code for band in definition.bands]
    return {
        "href": href,
        "on": summary.scored_at,
        "instrument": wording.in_language(definition.short) if definition else summary.instrument,
        "judgement": judgement_label(summary.judgement),
        "reason": summary.judgement_reason,
        "score": _range_text(summary),
        "unknown": summary.unknown,
        "band": wording.band_label(definition, summary.band)
        if definition and known_band
        else _("Undetermined"),
        "assessor": summary.assessor_name,
        "agency": summary.agency_name,
        "state": "replaced" if summary.state == State.REPLACED else "second" if summary.is_second else "",
    }


def _range_text(summary: Summary) -> str:
    if summary.low == summary.high:
        return str(summary.raw)
    return _("%(low)d to %(high)d") % {"low": summary.low, "high": summary.high}


def _definition(code: str, *, version: str = "") -> Definition | None:
    """Answer a definition; None when this deployment no longer has it: figures stay readable without it."""
    try:
        return library.find(code, version=version)
    except (UnknownInstrumentError, DefinitionError):
        return None
