"""Reads about returned work: its rounds and their words, what may be returned, and what a programme has returned."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from egide.assessments import queries as assessments
from egide.assessments.lifecycle import State as SheetState
from egide.assessments.models import SUMMARY_CATEGORY
from egide.cases import permissions
from egide.cases.lifecycle import PlanState, SupervisionState
from egide.cases.models import Case, Closure, File, Plan, Supervision
from egide.cases.models.case import programmes_of
from egide.cases.models.supervision import WorkKind
from egide.cases.queries.casefile import visible_subject_file
from egide.common import paging
from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: Returned work on one page of the programme's list.
PAGE = 50
#: A round that waits: for its answer, or for the reading of it.
WAITING = (SupervisionState.WAITING, SupervisionState.ANSWERED)
_WITH = (
    "author__account",
    "author__agency",
    "returned_by__account",
    "settled_by__account",
    "assessment",
    "plan",
    "closure",
)


@dataclass(frozen=True)
class Work:
    """A piece of finished work: what it is, whose, and the category and the holder of what it says."""

    kind: WorkKind
    id: UUID
    work: Any
    author: Membership
    at: datetime
    category: str
    holder_id: UUID


@dataclass(frozen=True)
class Shown:
    """What the page of one case shows: its rounds, or the finished work that may be returned."""

    case: Case
    is_supervisor: bool
    rows: list[Supervision] = field(default_factory=list)
    #: The words of entries the reader may read, by entry.
    words: dict[UUID, str] = field(default_factory=dict)
    works: list[Work] = field(default_factory=list)


def of_case(*, case_id: UUID, actor: Membership, at: datetime) -> Shown:
    """Answer the returned work of a case, newest first: all of it for who supervises, their own for who did it.

    Raises:
        NotVisible: the case is not the actor's to see, or they neither supervise nor did any of it.
    """
    file = visible_subject_file(case_id=case_id, actor=actor)
    is_supervisor = permissions.can_supervise(actor, file.case)
    rows = Supervision.objects.filter(case=file.case).select_related(*_WITH, "reasons")
    if not is_supervisor:
        rows = rows.filter(author=actor)
    found = list(rows.order_by("-returned_at", "-pk"))
    if not found and not is_supervisor:
        raise NotVisible
    return Shown(
        case=file.case, is_supervisor=is_supervisor, rows=found, words=_words(found, file, actor, at)
    )


def _words(rows: list[Supervision], file: File, actor: Membership, at: datetime) -> dict[UUID, str]:
    """Open the words of the rounds, by the same decision as any entry; those withheld are left out."""
    if not rows:
        return {}
    view = sharing.open_files(
        actor=actor,
        files=[file],
        purpose=sharing.purpose_of(actor),
        at=at,
        only={row.reasons.category for row in rows},
    )
    wanted = {pk for row in rows for pk in (row.reasons_id, row.answer_id) if pk}
    return {item.id: item.text for item in view.items if item.id in wanted}


def finished(*, case_id: UUID, actor: Membership, at: datetime) -> Shown:
    """Answer the finished work of others that the actor may read and that waits for no answer; nothing is opened.

    Raises:
        NotVisible: the case is not the actor's to see, or they do not supervise.
    """
    file = visible_subject_file(case_id=case_id, actor=actor)
    if not permissions.can_supervise(actor, file.case):
        raise NotVisible
    sheets = assessments.summary_rows(file_ids=[file.pk])
    classes = sharing.explain(
        actor=actor,
        file=file,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[assessments.summary_record(row) for row in sheets],
    )
    readable = {(one.category, one.holder_id) for one in classes if one.level >= sharing.Level.VIEW}
    open_rounds = Supervision.objects.filter(case=file.case, state__in=WAITING)
    waiting = {
        pk for row in open_rounds.order_by().values_list("assessment", "plan", "closure") for pk in row if pk
    }
    kept = [
        work
        for work in finished_work(file, sheets)
        if (work.category, work.holder_id) in readable
        and work.id not in waiting
        and work.author.account_id != actor.account_id
    ]
    return Shown(
        case=file.case,
        is_supervisor=True,
        works=sorted(kept, key=lambda work: (work.at, work.id), reverse=True),
    )


def finished_work(file: File, sheets: Sequence[Any]) -> list[Work]:
    """Answer the finished work of a case, in two queries: nothing that another took the place of, or that was undone.

    Args:
        file: of whom the case is about; sheets: its assessments, as `summary_rows` answers them.
    """
    found = [
        Work(WorkKind.ASSESSMENT, row.pk, row, row.assessor, row.scored_at, SUMMARY_CATEGORY, row.holder_id)
        for row in sheets
        if row.state == SheetState.COMPLETED
    ]
    plans = Plan.objects.filter(file=file, state=PlanState.CURRENT)
    for plan in plans.select_related("content", "written_by__account", "written_by__agency").order_by():
        said, at = plan.content, plan.agreed_at or plan.written_at
        found.append(Work(WorkKind.PLAN, plan.pk, plan, plan.written_by, at, said.category, said.holder_id))
    ends = Closure.objects.filter(case=file.case_id, reopened_at__isnull=True)
    for end in ends.select_related("note", "closed_by__account", "closed_by__agency").order_by():
        said = end.note
        found.append(
            Work(WorkKind.CLOSURE, end.pk, end, end.closed_by, end.closed_at, said.category, said.holder_id)
        )
    return found


def of_programmes(*, actor: Membership, after: str) -> paging.Page[Supervision]:
    """Answer a page of what was returned in the programmes of the actor, by date, without a word of it."""
    rows = Supervision.objects.filter(
        case__in=Case.objects.visible_to(actor).filter(programme__in=programmes_of(actor)).order_by()
    ).select_related("case__programme", *_WITH)
    return paging.page(rows, by="-returned_at", size=PAGE, after=after)
