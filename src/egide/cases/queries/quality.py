"""The quality of assessments in the cases a coordinator leads: read by need-to-know, by date, ranking nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from egide.assessments import queries as assessments
from egide.cases.models import Case, File
from egide.cases.models.case import programmes_of
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: Assessments looked at on one page, and pairs of sheets compared.
PAGE = 50
MOST_PAIRS = 100


@dataclass(frozen=True)
class Looked:
    """One page of assessments, as far as the reader may open them, newest first."""

    summaries: list[assessments.Summary]
    firsts: list[assessments.Summary]
    #: The case of each file, by file.
    cases: dict[UUID, Case]
    files: dict[UUID, UUID]
    has_more: bool
    closed: int

    def case(self, summary: assessments.Summary) -> Case:
        """The case an assessment belongs to."""
        return self.cases[self.files[summary.id]]


@dataclass(frozen=True)
class Agreements:
    """How two scorers agree, by instrument and agency, on the latest pairs the reader may open."""

    teams: list[assessments.TeamAgreement]
    pairs: int
    closed: int


def _led(actor: Membership) -> QuerySet[Case]:
    return Case.objects.visible_to(actor).filter(programme__in=programmes_of(actor)).order_by()


def look(*, actor: Membership, at: datetime, page: int) -> Looked:
    """Open a page of the assessments of the cases the actor leads; those withheld are counted, and not told."""
    start = (page - 1) * PAGE
    rows = assessments.newest(case_ids=_led(actor).values("pk"), start=start, stop=start + PAGE + 1)
    has_more, rows = len(rows) > PAGE, rows[:PAGE]
    firsts = assessments.firsts_of(rows)
    every = [*rows, *firsts]
    files = _files(every)
    items = _open(actor, list(files.values()), [assessments.summary_record(row) for row in every], at)
    summaries = assessments.summaries_from(rows, items)
    return Looked(
        summaries=summaries,
        firsts=assessments.summaries_from(firsts, items),
        cases={pk: file.case for pk, file in files.items()},
        files={row.pk: row.file_id for row in every},
        has_more=has_more,
        closed=len(rows) - len(summaries),
    )


def agreements(*, actor: Membership, at: datetime) -> Agreements:
    """Compare the latest sheets that two people scored in the cases the actor leads."""
    found = assessments.pairs(case_ids=_led(actor).values("pk"), most=MOST_PAIRS)
    files = _files([row for pair in found for row in pair])
    items = _open(actor, list(files.values()), assessments.answers_records(found), at)
    teams, closed = assessments.team_agreements(found, items)
    return Agreements(teams=teams, pairs=len(found), closed=closed)


def _files(rows: Sequence[Any]) -> dict[UUID, File]:
    found = File.objects.filter(pk__in={row.file_id for row in rows}).select_related("case__programme")
    return {file.pk: file for file in found.order_by("pk")} if rows else {}


def _open(
    actor: Membership, files: Sequence[File], records: Sequence[sharing.SealedRecord], at: datetime
) -> list[sharing.OpenedItem]:
    if not records:
        return []
    return sharing.open_records_of_files(
        actor=actor, files=files, purpose=sharing.purpose_of(actor), at=at, records=records
    )
