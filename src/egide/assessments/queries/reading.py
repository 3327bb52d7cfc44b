"""Read assessments: through `sharing`, which decides, opens and records; nothing else opens them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, QuerySet, Value

from egide.assessments.lifecycle import State
from egide.assessments.models import (
    ANSWERS_CATEGORY,
    COMPARTMENT,
    SEALED_MODEL,
    SUMMARY_CATEGORY,
    Assessment,
)
from egide.assessments.queries.instruments import made_with
from egide.assessments.rules.agreement import Agreement, agreement
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition
from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.vault.fields import ciphertext_of

PURPOSE = "case_management"


@dataclass(frozen=True)
class Summary:
    """One assessment the actor may read: its figures and its judgement."""

    id: UUID
    instrument: str
    version: str
    state: str
    is_second: bool
    #: None of a tool that gives no number.
    raw: int | None
    unknown: int
    low: int | None
    high: int | None
    band: str | None
    is_determined: bool
    judgement: str
    judgement_reason: str
    scored_at: datetime
    assessor_name: str
    agency_name: str
    certificate_valid: bool | None
    norm_set: str
    #: The digest of the text it was made with; empty for the oldest ones.
    made_with: str = ""
    is_result: bool = False
    certificate: str = ""
    #: How the rule of the tool was met, where it has one.
    outcome: str = ""
    difference: str = ""
    population: str = ""
    #: What a tool used elsewhere gave, as `services.results` seals it.
    result: Mapping[str, Any] = field(default_factory=dict)
    second_of: UUID | None = None


@dataclass(frozen=True)
class OpenedAssessment:
    """One assessment with its answers, as far as the actor may read them.

    `answers` is None when they are withheld though the summary is not; `agreement` is None without a
    second scorer, or when either sheet is withheld.
    """

    summary: Summary
    #: The card of the tool, for a result obtained elsewhere.
    definition: Definition | Card
    answers: Mapping[str, str] | None
    notes: Mapping[str, str]
    sources: Mapping[str, str]
    other_scorer: str
    agreement: Agreement | None
    #: By item: period, day, nature, relevance.
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: The summary of the other scorer, when there is one and the reader may read it.
    other: Summary | None = None


def summary_rows(*, file_ids: Iterable[UUID]) -> list[Assessment]:
    """Answer the assessments of some files, oldest first, still sealed, in one query.

    For a page that opens the files anyway: give each one's `summary_record` to `sharing.open_files` and
    read what comes back with `summaries_from`, so that one decision and one trace cover everything.
    """
    return list(
        Assessment.objects.filter(file_id__in=list(file_ids))
        .exclude(state=State.DRAFT)
        .select_related("assessor__account", "agency")
        .order_by("scored_at", "id")
    )


def sheet_classes(*, file_ids: Iterable[UUID], category: str) -> QuerySet[Any]:
    """Answer what the sheets of some files are decided by: file, category, holder, regimes, served; each once.

    No sheet is served on anybody: the last column is there for whoever asks of entries and sheets together.

    Args:
        category: that of their summaries, or that of their answers.
    """
    return (
        Assessment.objects.filter(file_id__in=list(file_ids))
        .exclude(state=State.DRAFT)
        .order_by()
        .values_list(
            "file_id", Value(category), "holder", "regimes", Value(True, output_field=BooleanField())
        )
        .distinct()
    )


def summary_record(row: Assessment) -> sharing.SealedRecord:
    """Answer the sealed summary of one assessment, ready to be opened."""
    return _record(row, field="summary", category=SUMMARY_CATEGORY)


def answers_record(row: Assessment) -> sharing.SealedRecord:
    """Answer the sealed sheet of one assessment, ready to be opened."""
    return _record(row, field="answers", category=ANSWERS_CATEGORY)


def summaries_from(rows: Iterable[Assessment], items: Iterable[sharing.OpenedItem]) -> list[Summary]:
    """Answer the summaries among opened items, in the order of the rows; withheld ones are absent."""
    opened = {item.id: item.content for item in items if item.category == SUMMARY_CATEGORY}
    return [_summary(row, opened[row.pk]) for row in rows if row.pk in opened]


def history(*, file: Any, actor: Membership, at: datetime, purpose: str = PURPOSE) -> list[Summary]:
    """Answer every assessment of a file the actor may read, oldest first, second scorers included.

    Args:
        file: fetched within the actor's scope.
    Raises:
        NotVisible: the actor may not know of the file.
    """
    rows = summary_rows(file_ids=[file.pk])
    items = _open(
        [summary_record(row) for row in rows],
        category=SUMMARY_CATEGORY,
        file=file,
        actor=actor,
        at=at,
        purpose=purpose,
    )
    return summaries_from(rows, items)


def latest_summaries(*, file: Any, actor: Membership, at: datetime, purpose: str = PURPOSE) -> list[Summary]:
    """Answer the latest completed score of each instrument the actor may read, by instrument.

    What gives no number is not among them: it is read, and opens no way in.
    """
    latest: dict[str, Summary] = {}
    for summary in history(file=file, actor=actor, at=at, purpose=purpose):
        if summary.state == State.COMPLETED and not summary.is_second and summary.low is not None:
            latest[summary.instrument] = summary
    return [latest[code] for code in sorted(latest)]


def open_assessment(
    *, assessment_id: UUID, file: Any, actor: Membership, at: datetime, purpose: str = PURPOSE
) -> OpenedAssessment:
    """Answer one assessment of a file, with answers, notes, and agreement with the other scorer.

    Raises:
        NotVisible: it is absent, of another file, or withheld from the actor.
    """
    rows = _with_other_scorer(assessment_id, file.pk)
    row = rows[0]
    asked: dict[str, Any] = {"file": file, "actor": actor, "at": at, "purpose": purpose}
    opened_summaries = _open([summary_record(each) for each in rows], category=SUMMARY_CATEGORY, **asked)
    summaries = {one.id: one for one in summaries_from(rows, opened_summaries)}
    if row.pk not in summaries:
        raise NotVisible
    sealed = [answers_record(each) for each in rows]
    opened = _open(sealed, category=ANSWERS_CATEGORY, **asked)
    sheets = {item.id: item.content["items"] for item in opened}
    definition = made_with([row])[row.pk]
    items = sheets.get(row.pk)
    other = next((each for each in rows[1:] if each.pk in sheets), None)
    compared = None
    if items is not None and other is not None and isinstance(definition, Definition):
        first, second = (sheets[other.pk], items) if row.second_of_id else (items, sheets[other.pk])
        compared = agreement(definition, _column(first, "answer"), _column(second, "answer"))
    return OpenedAssessment(
        summary=summaries[row.pk],
        definition=definition,
        answers=_column(items, "answer") if items is not None else None,
        notes=_column(items or {}, "note"),
        sources=_column(items or {}, "source"),
        details=items or {},
        other_scorer=other.assessor.person_name if other else "",
        other=summaries.get(other.pk) if other else None,
        agreement=compared,
    )


def _with_other_scorer(assessment_id: UUID, file_id: UUID) -> list[Assessment]:
    """Answer the assessment, then the other one of its pair when there is one."""
    rows = Assessment.objects.of_file(file_id).select_related("assessor__account", "agency")
    row = rows.filter(pk=assessment_id).exclude(state=State.DRAFT).order_by().first()
    if row is None:
        raise NotVisible
    if row.second_of_id:
        other = rows.filter(pk=row.second_of_id).order_by().first()
    else:
        other = rows.completed().filter(second_of=row).order_by().first()
    return [row, other] if other else [row]


def _record(row: Assessment, *, field: str, category: str) -> sharing.SealedRecord:
    return sharing.SealedRecord(
        id=row.pk,
        file_id=row.file_id,
        category=category,
        holder_id=row.holder_id,
        regimes=row.regime_codes,
        compartment=COMPARTMENT,
        model=SEALED_MODEL,
        field=field,
        sealed=ciphertext_of(getattr(row, field)),
    )


def _open(
    records: Sequence[sharing.SealedRecord],
    *,
    category: str,
    file: Any,
    actor: Membership,
    at: datetime,
    purpose: str,
) -> list[sharing.OpenedItem]:
    """Have `sharing` open records of one category, here and nowhere else; what is withheld is left out."""
    return sharing.open_records(
        actor=actor, file=file, purpose=purpose, at=at, category=category, records=records
    )


#: What of a sealed summary is a tool's own, when it was used elsewhere.
_RESULT = ("figures", "level", "words", "assessed_on", "is_own", "assessor_words", "reference", "text")


def _summary(row: Assessment, content: Mapping[str, Any]) -> Summary:
    return Summary(
        id=row.pk,
        instrument=row.instrument,
        version=row.version,
        state=row.state,
        is_second=row.second_of_id is not None,
        raw=content.get("raw"),
        unknown=content["unknown"],
        low=content.get("low"),
        high=content.get("high"),
        band=content.get("band"),
        is_determined=content.get("is_determined", False),
        judgement=content["judgement"],
        judgement_reason=content["judgement_reason"],
        scored_at=row.scored_at,
        assessor_name=row.assessor.person_name,
        agency_name=row.agency.short_name,
        certificate_valid=row.certificate_valid,
        norm_set=row.norm_set,
        made_with=row.definition_id or "",
        is_result=row.is_result,
        certificate=row.certificate,
        outcome=content.get("outcome", ""),
        difference=content.get("difference", ""),
        population=content.get("population", ""),
        result={name: content[name] for name in _RESULT if name in content} if row.is_result else {},
        second_of=row.second_of_id,
    )


def _column(items: Mapping[str, Mapping[str, str]], key: str) -> dict[str, str]:
    return {code: line[key] for code, line in items.items() if line.get(key)}
