"""The library: every tool with what is known of it, and what was brought in here."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from egide.assessments import library, queries, wording
from egide.assessments.forms import FIGURE, ResultForm
from egide.assessments.models import InstrumentImport
from egide.assessments.presentation.sheets import quality_context
from egide.assessments.queries import Tool
from egide.assessments.rules.cards import PARTS, Card
from egide.assessments.rules.definition import Definition


def tool_lines(tools: Iterable[Tool]) -> list[dict[str, Any]]:
    """Answer the tools by name, as the reader reads it, each with what may be done with it here."""
    lines = [
        {
            "code": one.code,
            "title": wording.in_language(one.known_by.titles),
            "short": wording.in_language(one.known_by.short),
            "kind": str(wording.KINDS[one.known_by.kind]),
            "purpose": wording.in_language(one.card.facts["purpose"].text) if one.card else "",
            "state": _state(one),
            "takes_results": one.takes_results,
        }
        for one in tools
    ]
    return sorted(lines, key=lambda line: str(line["title"]).casefold())


def _state(one: Tool) -> str:
    if one.latest is None:
        return "result"
    return "active" if one.latest.is_active else "inactive"


def card_context(one: Tool) -> dict[str, Any]:
    """Answer everything known of one tool, each line with its confidence mark, and its sheets here."""
    known_by = one.known_by
    return {
        "code": one.code,
        "title": wording.in_language(known_by.titles),
        "short": wording.in_language(known_by.short),
        "kind": str(wording.KINDS[known_by.kind]),
        "facts": _facts(one.card) if one.card else [],
        "rights": _rights(known_by),
        "course": wording.course_title(known_by),
        "sources": known_by.sources,
        "takes_results": one.takes_results,
        "state": _state(one),
        "sheets": [
            {
                "version": state.definition.version,
                "items": len(state.definition.items),
                "right": state.right,
                "is_latest": state is one.latest,
                "verification": wording.in_language(state.definition.verification),
                "rights": wording.in_language(state.definition.rights.note),
                "evidence": wording.in_language(state.definition.evidence),
                "limits": wording.in_language(state.definition.limits),
                "recalled": sum(item.mark == "R" for item in state.definition.items),
            }
            for state in reversed(one.states)
        ],
    }


def _facts(card: Card) -> list[dict[str, Any]]:
    """Answer what is known as rows of a summary list, each with how sure we are of it."""
    return [
        {
            "key": wording.PARTS[part],
            "value": format_html(
                '{}<br><span class="small quiet">{}</span>',
                wording.in_language(card.facts[part].text),
                wording.mark_label(card.facts[part].mark),
            ),
        }
        for part in PARTS
    ]


def _rights(known_by: Definition | Card) -> dict[str, str]:
    if isinstance(known_by, Card):
        status, note = known_by.rights_status, known_by.rights_note
        holder = wording.in_language(known_by.rights_holder)
    else:
        status, holder, note = known_by.rights.status, known_by.rights.holder, known_by.rights.note
    return {"status": str(wording.RIGHTS[status]), "holder": holder, "note": wording.in_language(note)}


def import_context(row: InstrumentImport) -> dict[str, Any]:
    """Answer what somebody reads before they approve what was brought in: all of it, in words."""
    definition = queries.read_import(row.content)
    context: dict[str, Any] = {
        "row": row,
        "is_damaged": definition is None
        or library.seal_of(content=row.content, rights=row.rights) != row.seal,
        "definition": definition,
    }
    if definition is None:
        return context
    return context | {
        "title": wording.in_language(definition.titles),
        "kind": wording.KINDS[definition.kind],
        "rights": _rights(definition),
        "validity": wording.in_language(definition.validity.notes),
        "quality": quality_context(definition),
        "items": [
            {
                "number": item.code,
                "label": wording.in_language(item.label),
                "points": item.points if item.is_scored else None,
                "answers": ", ".join(wording.answer_label(one, definition) for one in item.answers),
            }
            for item in definition.items
        ],
        "bands": [
            {"label": wording.in_language(band.label), "low": band.low, "high": band.high}
            for band in definition.bands
        ],
        "rules": [_rule(definition, trigger) for trigger in definition.triggers],
        "norms": [wording.norm_label(norms) for norms in definition.norm_sets],
    }


def _rule(definition: Definition, trigger: Any) -> str:
    if trigger.is_judgement:
        return _("the belief of whoever asks")
    return _("at least %(count)d of %(items)s") % {
        "count": trigger.count,
        "items": ", ".join(trigger.items),
    }


def result_form(card: Card, *, data: Any = None) -> ResultForm:
    """Answer the form of a result obtained elsewhere: bound when `data` is given."""
    return ResultForm(card, data=data)


def result_form_context(
    card: Card, form: ResultForm, *, action: str, autosave_url: str = ""
) -> Mapping[str, Any]:
    """Answer what `assessments/_result_form.html` needs."""
    return {
        "card": card,
        "title": _("%(tool)s: a result obtained elsewhere") % {"tool": wording.in_language(card.short)},
        "full_title": wording.in_language(card.titles),
        "form": form,
        "action": action,
        "autosave_url": autosave_url,
        "figures": [form[FIGURE + one.code] for one in card.figures],
        "population": wording.in_language(card.facts["population"].text),
        "training": wording.in_language(card.facts["training"].text),
        "quality": {
            "evidence": wording.in_language(card.facts["accuracy"].text),
            "limits": wording.in_language(card.facts["limits"].text),
        },
    }
