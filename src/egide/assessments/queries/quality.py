"""How assessments are made: judgements that differ, what limits results, how two scorers agree. Nobody is ranked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from egide.assessments.lifecycle import State
from egide.assessments.models import ANSWERS_CATEGORY, Assessment
from egide.assessments.queries.instruments import by_digest
from egide.assessments.queries.reading import Summary, answers_record
from egide.assessments.rules.agreement import Statistics, statistics
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition
from egide.assessments.rules.differing import differs
from egide.assessments.rules.reading import JUDGEMENTS
from egide.sharing import services as sharing


@dataclass(frozen=True)
class Differing:
    """A judgement that differs: from the score, or from that of the first scorer."""

    summary: Summary
    #: `higher` or `lower` than the score; empty when it differs from the other scorer alone.
    difference: str
    first: Summary | None = None


@dataclass(frozen=True)
class TeamAgreement:
    """How two scorers agree on one instrument, where the first one is of one agency."""

    instrument: str
    agency: str
    made_with: Definition
    found: Statistics


def newest(*, case_ids: Any, start: int, stop: int) -> list[Assessment]:
    """Answer a page of the assessments of some cases, newest first, still sealed; by date and nothing else."""
    return list(
        Assessment.objects.filter(case_id__in=case_ids)
        .exclude(state=State.DRAFT)
        .select_related("assessor__account", "agency")
        .order_by("-scored_at", "-id")[start:stop]
    )


def firsts_of(rows: Sequence[Assessment]) -> list[Assessment]:
    """Answer the first scorings of second ones that are not on the page themselves; no query when there are none."""
    missing = {row.second_of_id for row in rows if row.second_of_id} - {row.pk for row in rows}
    if not missing:
        return []
    rows_there = Assessment.objects.filter(pk__in=missing).select_related("assessor__account", "agency")
    return list(rows_there.order_by("pk"))


def differing(summaries: Iterable[Summary], *, firsts: Iterable[Summary] = ()) -> list[Differing]:
    """Answer the judgements that differ among some summaries, in their order.

    Args:
        firsts: the first scorings of second ones that are not among them.
    """
    summaries = list(summaries)
    known = {one.id: one for one in (*firsts, *summaries)}
    texts = by_digest({one.made_with for one in summaries if one.made_with})
    found = []
    for one in summaries:
        made_with = texts.get(one.made_with)
        definition = made_with if isinstance(made_with, Definition) else None
        difference = differs(definition, band=one.band, judgement=one.judgement, said=one.difference)
        first = known.get(one.second_of) if one.second_of else None
        dissents = first is not None and _dissent(one, first)
        if difference or dissents:
            found.append(Differing(one, difference, first if dissents else None))
    return found


def _dissent(one: Summary, first: Summary) -> bool:
    """Two people who both judged, and not alike."""
    return {one.judgement, first.judgement} <= set(JUDGEMENTS) and one.judgement != first.judgement


def pairs(*, case_ids: Any, most: int) -> list[tuple[Assessment, Assessment]]:
    """Answer the latest sheets two people scored, first and second, still sealed; two queries."""
    seconds: QuerySet[Assessment] = (
        Assessment.objects.completed()
        .filter(case_id__in=case_ids, second_of__isnull=False)
        .select_related("second_of__agency", "second_of__assessor__account", "agency", "assessor__account")
        .order_by("-scored_at", "-id")
    )
    return [(second.second_of, second) for second in seconds[:most] if second.second_of is not None]


def answers_records(found: Iterable[tuple[Assessment, Assessment]]) -> list[sharing.SealedRecord]:
    """Answer the sealed sheets of some pairs, ready to be opened."""
    return [answers_record(row) for pair in found for row in pair]


def team_agreements(
    found: Sequence[tuple[Assessment, Assessment]], items: Iterable[sharing.OpenedItem]
) -> tuple[list[TeamAgreement], int]:
    """Answer agreement by instrument and agency, by name, and how many pairs do not open for the reader."""
    sheets = {item.id: _answers(item.content) for item in items if item.category == ANSWERS_CATEGORY}
    texts = by_digest({first.definition_id for first, _second in found if first.definition_id})
    groups: dict[tuple[str, UUID], list[tuple[Assessment, Assessment]]] = {}
    closed = 0
    for first, second in found:
        if {first.pk, second.pk} <= sheets.keys() and isinstance(
            texts.get(first.definition_id or ""), Definition
        ):
            groups.setdefault((first.instrument, first.agency_id), []).append((first, second))
        else:
            closed += 1
    lines = [_team(group, sheets, texts) for group in groups.values()]
    return sorted(lines, key=lambda line: (line.instrument, line.agency)), closed


def _team(
    group: Sequence[tuple[Assessment, Assessment]],
    sheets: Mapping[UUID, Mapping[str, str]],
    texts: Mapping[str, Definition | Card],
) -> TeamAgreement:
    first = group[0][0]
    made_with = texts[first.definition_id or ""]
    if not isinstance(made_with, Definition):  # a result obtained elsewhere has no second scorer
        raise TypeError(first.instrument)
    compared = statistics(
        ((sheets[one.pk], sheets[other.pk]) for one, other in group), is_partial=made_with.may_be_partial
    )
    return TeamAgreement(first.instrument, first.agency.short_name, made_with, compared)


def _answers(content: Mapping[str, Any]) -> dict[str, str]:
    return {code: line["answer"] for code, line in content["items"].items()}
