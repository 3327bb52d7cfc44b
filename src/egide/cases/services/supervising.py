"""Read finished work and return it to who did it, with reasons; they make it anew, or stand by it with theirs.

Nothing is undone by it: the work stays as it is until who did it makes another. Nobody returns, accepts or takes back
their own. The texts are held by who did the work and have its category: whoever may not read it reads neither.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.assessments.lifecycle import State as SheetState
from egide.assessments.models import Assessment
from egide.cases import permissions
from egide.cases.lifecycle import SUPERVISION
from egide.cases.models import Case, Closure, Entry, Plan, Supervision, Task
from egide.cases.models.file import Kind
from egide.cases.models.supervision import ANSWER, REASONS, How, WorkKind
from egide.cases.models.work import TaskKind
from egide.cases.queries import supervising as queries
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: The date a protocol sets for each of the two answers.
WITHIN = "work_returned"


def finished_work(case: Case, kind: str, work_id: UUID) -> queries.Work:
    """Answer a piece of finished work of a case.

    Raises:
        NotVisible: there is none of that kind: it is absent, not finished, or another one took its place.
    """
    file = entries.subject_file(case)
    is_sheet = kind == WorkKind.ASSESSMENT
    for work in queries.finished_work(file, assessments.summary_rows(file_ids=[file.pk]) if is_sheet else ()):
        if (work.kind, work.id) == (kind, work_id):
            return work
    raise NotVisible


def check_reads(case: Case, work: queries.Work, *, actor: Membership, at: datetime) -> None:
    """Nobody judges what they may not read: for them it is absent.

    Raises:
        NotVisible: the law of access, a recusal or their hat keeps the actor from it.
    """
    classes = sharing.explain(
        actor=actor,
        file=entries.subject_file(case),
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[assessments.summary_record(work.work)] if work.kind == WorkKind.ASSESSMENT else [],
    )
    if not any(
        (one.category, one.holder_id) == (work.category, work.holder_id) and one.level >= sharing.Level.VIEW
        for one in classes
    ):
        raise NotVisible


@transaction.atomic
def return_work(
    *, case_id: UUID, kind: str, work_id: UUID, reasons: str, actor: Membership, at: datetime
) -> Supervision:
    """Return a finished assessment, plan or closing to who did it, with reasons and a date.

    Raises:
        NotVisible: the case or the work is absent, not finished, or not the actor's to read.
        PermissionDenied: the actor is neither a coordinator nor the chair, or did it themselves.
        Refused: no reasons, it is returned already, or who did it works on the case no more.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_supervise(actor, case)
    work = finished_work(case, kind, work_id)
    permissions.check_is_not_own_work(actor, work.author.account_id)
    check_reads(case, work, actor=actor, at=at)
    what = {kind: work.work}
    if Supervision.objects.filter(case=case, state__in=queries.WAITING, **what).order_by().exists():
        raise Refused(_("This work is returned already, and waits for an answer."))
    row = Supervision(case=case, file=entries.subject_file(case), kind=kind, **what)
    row.author, row.author_account_id = work.author, work.author.account_id
    _return(row, reasons, work.category, actor=actor, at=at)
    ledger.record(
        action="cases.work_returned",
        actor=actor,
        target=row,
        at=at,
        subject=case.pk,
        details={"kind": str(kind)},
    )
    return row


def _return(row: Supervision, reasons: str, category: str, *, actor: Membership, at: datetime) -> None:
    """Write the reasons, and make it the author's to answer by a date; the caller records it."""
    case, author = row.case, row.author
    if not reasons.strip():
        raise Refused(_("Write why it is returned, and what you ask."))
    _check_still_works(case, author, at)
    row.reasons = _write(row, reasons, REASONS, category, actor=actor, at=at)
    row.returned_by, row.returned_by_account_id, row.returned_at = actor, actor.account_id, at
    row.due_at = deadlines.due_after(at, case.programme.protocol.deadlines[WITHIN])
    row.task = _owed(row, TaskKind.WORK_RETURNED, author, actor=actor, at=at, due_at=row.due_at)
    row.save(force_insert=True)
    deadlines.refresh_next_due(case, at=at)


def _check_still_works(case: Case, author: Membership, at: datetime) -> None:
    here = Membership.objects.in_force(timezone.localdate(at)).filter(pk=author.pk).order_by().exists()
    if not here or not Case.objects.visible_to(author).filter(pk=case.pk).order_by().exists():
        raise Refused(
            _(
                "Who did this no longer works on the case, and could not answer. Make it anew with the team, and "
                "write why in the file."
            )
        )


def _owed(
    row: Supervision, kind: str, owner: Membership, *, actor: Membership, at: datetime, due_at: datetime
) -> Task:
    task = deadlines.new_task(
        case=row.case,
        kind=kind,
        at=at,
        due_at=due_at,
        file=row.file,
        agency=owner.agency,
        owner=owner,
        actor=actor,
    )
    # Seen by the agency of who owes it and by the programme's team, whichever side they are on.
    task.side = "both"
    task.save(force_insert=True)
    return task


def _write(
    row: Supervision, text: str, form: str, category: str, *, actor: Membership, at: datetime
) -> Entry:
    return entries.write_entry(
        file=row.file,
        category=category,
        kind=Kind.OPINION,
        text=text.strip(),
        form=form,
        holder=row.author.agency,
        actor=actor,
        at=at,
    )


def _end_task(row: Supervision, outcome: str, *, actor: Membership, at: datetime) -> None:
    Task.objects.filter(pk=row.task_id, done_at__isnull=True).update(
        done_at=at, done_by=actor, outcome=outcome
    )


def fetch(return_id: UUID, *, case_id: UUID, actor: Membership, locked: bool = False) -> Supervision:
    """Answer a returned work of a case, for who did it and for those who supervise.

    Raises:
        NotVisible: it is absent, or neither is the actor.
    """
    case = (
        lock_case(case_id, actor=actor)
        if locked
        else Case.objects.select_related("programme__lead_agency").fetch(case_id, actor=actor)
    )
    row = (
        Supervision.objects.filter(pk=return_id, case=case)
        .select_related("author__agency", "author__account", "file", "reasons", "task", "returned_by__agency")
        .order_by()
        .first()
    )
    if row is None or not (row.author_id == actor.pk or permissions.can_supervise(actor, case)):
        raise NotVisible
    row.case = row.file.case = case
    return row


def has_new_version(row: Supervision) -> bool:
    """Say whether who did the work made another since it was returned."""
    since, author = row.returned_at, row.author.account_id
    if row.assessment is not None:
        rows = Assessment.objects.of_file(row.file_id).exclude(state=SheetState.DRAFT)
        tool = row.assessment.instrument
        made = rows.filter(instrument=tool, scored_at__gt=since, assessor__account=author)
        return made.order_by().exists()
    if row.plan is not None:
        plans = Plan.objects.filter(file=row.file, written_at__gt=since, written_by__account=author)
        return plans.order_by().exists()
    ends = Closure.objects.filter(case=row.case, closed_at__gt=since, closed_by__account=author)
    return ends.order_by().exists()


@transaction.atomic
def answer(
    *, case_id: UUID, return_id: UUID, how: str, text: str, actor: Membership, at: datetime
) -> Supervision:
    """Answer about returned work: by a new version, or with reasons for standing by it.

    Raises:
        NotVisible: it is absent, or another's.
        PermissionDenied: the actor did not do the work, or lacks the training.
        Refused: there is no new version yet, or no reasons.
        TransitionRefused: it does not wait for an answer.
    """
    row = fetch(return_id, case_id=case_id, actor=actor, locked=True)
    permissions.check_is_author(actor, row.author_id)
    permissions.check_can_contribute(actor, row.case)
    row.state = SUPERVISION.next_state("answer", state=row.state)
    if how not in How.values:
        raise Refused(_("Say whether you made a new version or stand by it."))
    if how == How.STANDS and not text.strip():
        raise Refused(_("Write why you stand by it."))
    if how == How.NEW_VERSION and not has_new_version(row):
        raise Refused(_("There is no new version of yours yet. Make it first, then answer."))
    if text.strip():
        row.answer = _write(row, text, ANSWER, row.reasons.category, actor=actor, at=at)
    row.how, row.answered_at = how, at
    _end_task(row, "done", actor=actor, at=at)
    due_at = deadlines.due_after(at, row.case.programme.protocol.deadlines[WITHIN])
    row.task = _owed(row, TaskKind.WORK_ANSWERED, row.returned_by, actor=actor, at=at, due_at=due_at)
    row.save(update_fields=["state", "how", "answer", "answered_at", "task"])
    deadlines.refresh_next_due(row.case, at=at)
    ledger.record(
        action="cases.work_answered",
        actor=actor,
        target=row,
        at=at,
        subject=case_id,
        details={"kind": row.kind},
    )
    return row


@transaction.atomic
def accept(*, case_id: UUID, return_id: UUID, actor: Membership, at: datetime) -> Supervision:
    """Accept what who did the work answered.

    Raises:
        NotVisible, PermissionDenied, TransitionRefused: see `_settle`.
    """
    return _settle(case_id, return_id, "accept", "cases.work_accepted", actor=actor, at=at)


@transaction.atomic
def take_back(*, case_id: UUID, return_id: UUID, actor: Membership, at: datetime) -> Supervision:
    """Take back a return that nobody answered: it was a mistake, or who did the work is gone.

    Raises:
        NotVisible, PermissionDenied, TransitionRefused: see `_settle`.
    """
    return _settle(case_id, return_id, "take_back", "cases.work_taken_back", actor=actor, at=at)


@transaction.atomic
def return_again(
    *, case_id: UUID, return_id: UUID, reasons: str, actor: Membership, at: datetime
) -> Supervision:
    """Return the work once more: this round ends, and another begins with its own reasons and date.

    Raises:
        Refused: no reasons, or who did the work is on the case no more.
        NotVisible, PermissionDenied, TransitionRefused: see `_settle`.
    """
    row = _settle(case_id, return_id, "return_again", "", actor=actor, at=at)
    again = Supervision(
        case=row.case,
        file=row.file,
        kind=row.kind,
        assessment_id=row.assessment_id,
        plan_id=row.plan_id,
        closure_id=row.closure_id,
        former=row,
        author=row.author,
        author_account_id=row.author_account_id,
    )
    _return(again, reasons, row.reasons.category, actor=actor, at=at)
    ledger.record(
        action="cases.work_returned_again",
        actor=actor,
        target=again,
        at=at,
        subject=case_id,
        details={"kind": row.kind},
    )
    return again


def _settle(
    case_id: UUID, return_id: UUID, name: str, action: str, *, actor: Membership, at: datetime
) -> Supervision:
    """End a round.

    Raises:
        NotVisible: it is absent, or the actor neither supervises nor did the work.
        PermissionDenied: the actor did the work themselves, or does not supervise.
        TransitionRefused: the round is not at that point.
    """
    row = fetch(return_id, case_id=case_id, actor=actor, locked=True)
    permissions.check_is_not_own_work(actor, row.author_account_id)
    permissions.check_can_supervise(actor, row.case)
    row.state = SUPERVISION.next_state(name, state=row.state)
    row.settled_by, row.settled_by_account_id, row.settled_at = actor, actor.account_id, at
    _end_task(row, "not_needed" if name == "take_back" else "done", actor=actor, at=at)
    row.save(update_fields=["state", "settled_by", "settled_by_account", "settled_at"])
    if action:
        deadlines.refresh_next_due(row.case, at=at)
        ledger.record(
            action=action, actor=actor, target=row, at=at, subject=case_id, details={"kind": row.kind}
        )
    return row
