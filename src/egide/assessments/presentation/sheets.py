"""A sheet being filled: its lines, its warnings, and what it comes to so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from egide.assessments import wording
from egide.assessments.forms import (
    ANSWER,
    DETAILS,
    NOTE,
    SOURCE,
    SheetForm,
    given_answers,
    preview,
    preview_finding,
)
from egide.assessments.rules.definition import Definition, Item, NormSet
from egide.assessments.rules.scoring import NormFinding, Score


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
    rows = [_row(definition, form, item) for item in definition.items]
    title = _("%(instrument)s scoring sheet") if definition.is_summed else "%(instrument)s"
    return {
        "definition": definition,
        "title": title % {"instrument": wording.in_language(definition.short)},
        "full_title": wording.in_language(definition.titles),
        "banner": wording.in_language(definition.banner),
        "kind": wording.KINDS[definition.kind],
        "validity": wording.in_language(definition.validity.notes),
        "certificate": wording.in_language(definition.certificate),
        "form": form,
        "action": action,
        "preview_url": preview_url,
        "autosave_url": autosave_url,
        "draft_saved_at": draft_saved_at,
        "submit_text": submit_text or _("Record assessment"),
        "rows": rows,
        "groups": _groups(definition, rows),
        "so_far": so_far_context(definition, form.typed, doors=doors),
    }


def _groups(definition: Definition, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answer the lines of a tool that is not added up under their headings; one without a heading when it has none."""
    if not definition.codings:
        return []
    if not definition.groups:
        return [{"title": wording.in_language(definition.titles), "rows": rows}]
    return [
        {
            "title": wording.in_language(group.title),
            "rows": [row for row in rows if row["group"] == group.code],
        }
        for group in definition.groups
    ]


def _row(definition: Definition, form: SheetForm, item: Item) -> dict[str, Any]:
    code = item.code
    answer, note, source = form[ANSWER + code], form[NOTE + code], form[SOURCE + code]
    more = {name: form[prefix + code] for name, prefix in DETAILS.items() if prefix + code in form.fields}
    bound = (answer, note, source, *more.values())
    return {
        "number": code,
        "label": wording.in_language(item.label),
        "hint": wording.in_language(item.hint),
        "group": item.group,
        "is_recalled": item.mark == "R",
        "name": answer.html_name,
        "choices": [(value, str(label)) for value, label in form.fields[ANSWER + code].choices],  # type: ignore[attr-defined]
        "value": answer.value() or "",
        "note_name": note.html_name,
        "note": note.value() or "",
        "source_name": source.html_name,
        "source_choices": [(value, str(label)) for value, label in form.fields[SOURCE + code].choices],  # type: ignore[attr-defined]
        "source": source.value() or "",
        "more": more,
        "has_more": any(field.value() for field in (source, *more.values())),
        "error": " ".join(str(error) for field in bound for error in field.errors),
    }


def so_far_context(definition: Definition, data: Any, *, doors: Sequence[Door] = ()) -> dict[str, Any]:
    """Answer what `assessments/_so_far.html` needs: the range of a sheet being filled.

    Args:
        data: a form's data, by field name: complete, partial or wrong.
    """
    given = given_answers(definition, data)
    waiting = sum(1 for item in definition.items if item.code not in given and not item.only_if)
    context: dict[str, Any] = {
        "is_summed": definition.is_summed,
        "answered_unknown": sum(answer in definition.open_answers for answer in given.values()),
        "answered": len(given),
        "waiting": waiting,
        "waiting_text": ngettext(
            "%(count)d item has no answer yet.", "%(count)d items have no answer yet.", waiting
        )
        % {"count": waiting},
        "impossible_text": _impossible(definition),
        **quality_context(definition),
    }
    if not definition.is_summed:
        found = preview_finding(definition, data)
        outcome = wording.OUTCOMES.get(found.outcome, "") if found else ""
        return context | {"is_possible": found is not None, "outcome": outcome}
    score = preview(definition, data)
    context["is_possible"] = score is not None
    return context if score is None else context | score_context(definition, score, doors=doors)


def quality_context(definition: Definition) -> dict[str, Any]:
    """Answer what is said beside every result: how accurate the tool was found to be, and its limits."""
    return {
        "evidence": wording.in_language(definition.evidence),
        "limits": wording.in_language(definition.limits),
    }


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
        **quality_context(definition),
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
