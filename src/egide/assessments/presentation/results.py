"""One recorded assessment: the judgement first, then what the tool gave, with how good the tool is."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from egide.assessments import wording
from egide.assessments.lifecycle import (
    Certificate,
    Difference,
    Judgement,
    Nature,
    Population,
    Source,
    State,
)
from egide.assessments.presentation.sheets import Door, quality_context, score_context
from egide.assessments.queries import OpenedAssessment, Summary
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition
from egide.assessments.rules.differing import differs
from egide.assessments.rules.scoring import Score, norm_findings


def result_context(
    opened: OpenedAssessment,
    *,
    doors: Sequence[Door] = (),
    second_url: str = "",
    correct_url: str = "",
    print_url: str = "",
    is_paper: bool = False,
) -> dict[str, Any]:
    """Answer what `assessments/_result.html` needs: the judgement first, then the score and the answers.

    Args:
        second_url: where another person scores the same sheet; left out when the reader cannot.
        correct_url: where a corrected assessment is made; left out when the reader cannot.
        print_url: the same on paper.
        is_paper: one column.
    """
    summary, made_with = opened.summary, opened.definition
    context = {
        "summary": summary,
        "full_title": wording.in_language(made_with.titles),
        "kind": wording.KINDS[made_with.kind],
        "has_judgement": made_with.kind != "checklist",
        "judgement": judgement_label(summary.judgement),
        "difference": difference_label(made_with, summary),
        "is_replaced": summary.state == State.REPLACED,
        "warnings": warnings(made_with, summary),
        "lines": [],
        "facts": [],
        "opinions": [],
        "are_answers_withheld": opened.answers is None and not summary.is_result,
        "agreement": _agreement(opened),
        "second_url": second_url if isinstance(made_with, Definition) else "",
        "correct_url": correct_url if isinstance(made_with, Definition) else "",
        "print_url": print_url,
        "is_paper": is_paper,
        "banner": "",
        "score": None,
        "outcome": "",
        "result": None,
    }
    if isinstance(made_with, Card):
        return context | _of_card(made_with, summary)
    lines = _lines(opened, made_with)
    return context | {
        "banner": wording.in_language(made_with.banner),
        "validity": wording.in_language(made_with.validity.notes),
        "quality": quality_context(made_with),
        "score": score_context(made_with, _score(made_with, summary), doors=doors)
        if made_with.is_summed
        else None,
        "outcome": wording.OUTCOMES.get(summary.outcome, ""),
        "is_coded": bool(made_with.codings),
        "lines": lines,
        "facts": [line for line in lines if line["note"] and line["nature_code"] == Nature.FACT],
        "opinions": [line for line in lines if line["note"] and line["nature_code"] == Nature.OPINION],
    }


def _score(definition: Definition, summary: Summary) -> Score:
    low, high = summary.low or 0, summary.high or 0
    return Score(
        instrument=summary.instrument,
        version=summary.version,
        raw=summary.raw or 0,
        unknown=summary.unknown,
        low=low,
        high=high,
        band=summary.band,
        is_determined=summary.is_determined,
        norms=norm_findings(definition, low=low, high=high),
    )


def _of_card(card: Card, summary: Summary) -> dict[str, Any]:
    said = summary.result
    level = card.level(said.get("level", ""))
    return {
        "validity": wording.in_language(card.facts["population"].text),
        "quality": {
            "evidence": wording.in_language(card.facts["accuracy"].text),
            "limits": wording.in_language(card.facts["limits"].text),
        },
        "is_coded": False,
        "result": {
            "rows": [
                {"key": wording.in_language(one.label), "value": str(said["figures"][one.code])}
                for one in card.figures
                if one.code in said.get("figures", {})
            ]
            + ([{"key": _("Level or outcome"), "value": wording.in_language(level.label)}] if level else [])
            + [
                {"key": key, "value": value}
                for key, value in (
                    (_("In the tool’s own words"), said.get("words", "")),
                    (_("Where the paper is kept"), said.get("reference", "")),
                )
                if value
            ],
            "on": date.fromisoformat(said["assessed_on"]),
            "by": said.get("assessor_words") or summary.assessor_name,
            "text": said.get("text", ""),
        },
    }


def judgement_label(code: str) -> str:
    """Answer a judgement in words."""
    return str(Judgement(code).label)


def difference_label(made_with: Definition | Card, summary: Summary) -> str:
    """Say where a judgement stands beside the score; empty when it is about the same, or cannot be said."""
    found = differs(
        made_with if isinstance(made_with, Definition) else None,
        band=summary.band,
        judgement=summary.judgement,
        said=summary.difference,
    )
    return str(Difference(found).label) if found else ""


def warnings(made_with: Definition | Card, summary: Summary) -> list[str]:
    """List what limits a result: who it was made for, and who used it. A warning blocks nothing."""
    found = [_certificate_warning(made_with, summary)]
    if summary.population == Population.OUTSIDE:
        found.append(_("The tool was not made for people like this person: read its result with care."))
    elif summary.population == Population.UNKNOWN:
        found.append(_("Nobody could say whether the tool was made for people like this person."))
    return [one for one in found if one]


def _certificate_warning(made_with: Definition | Card, summary: Summary) -> str:
    if summary.certificate == Certificate.VALID:
        return ""
    if summary.certificate == Certificate.LAPSED:
        return _("The assessor’s certificate for this tool had lapsed.")
    asks = made_with.requires_certificate if isinstance(made_with, Definition) else bool(made_with.course)
    if not asks:
        return ""
    if summary.certificate_valid is None:
        return _("Nobody said whether the assessor holds the certificate for this tool.")
    if not summary.certificate_valid:
        return _("The assessor did not hold a valid certificate for this tool.")
    if summary.certificate == Certificate.NONE:
        return _("The assessor says they hold the certificate for this tool; none is recorded here.")
    return ""


def _lines(opened: OpenedAssessment, definition: Definition) -> list[dict[str, Any]]:
    differing = {}
    if opened.agreement:
        differing = {each.item: each for each in opened.agreement.differences}
    lines = []
    for item in definition.items if opened.answers is not None else ():
        answer = (opened.answers or {}).get(item.code, "")
        if definition.may_be_partial and not answer:
            continue
        difference = differing.get(item.code)
        more = opened.details.get(item.code, {})
        lines.append(
            {
                "number": item.code,
                "label": wording.in_language(item.label),
                "is_recalled": item.mark == "R",
                "answer": wording.answer_label(answer, definition),
                "note": opened.notes.get(item.code, ""),
                "source": _source_label(opened.sources.get(item.code, "")),
                "first": wording.answer_label(difference.first, definition) if difference else "",
                "second": wording.answer_label(difference.second, definition) if difference else "",
                **_details(definition, more),
            }
        )
    return lines


def _details(definition: Definition, more: Mapping[str, str]) -> dict[str, Any]:
    nature = more.get("nature", "")
    return {
        "period": more.get("period", ""),
        "on": date.fromisoformat(more["on"]) if more.get("on") else None,
        "nature": str(Nature(nature).label) if nature in Nature.values else "",
        "nature_code": nature,
        "relevance": wording.answer_label(more["relevance"], definition) if more.get("relevance") else "",
    }


def _source_label(code: str) -> str:
    return str(Source(code).label) if code in Source.values else ""


def _agreement(opened: OpenedAssessment) -> dict[str, Any] | None:
    if opened.agreement is None:
        return None
    found = opened.agreement
    return {
        "percent": found.percent,
        "other_scorer": opened.other_scorer,
        "other_judgement": judgement_label(opened.other.judgement) if opened.other else "",
        "text": _("%(agreed)d items of %(compared)d answered alike.")
        % {"agreed": found.agreed, "compared": found.compared},
        "count": len(found.differences),
    }
