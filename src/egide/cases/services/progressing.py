"""How something somebody has to do goes: done with its evidence, unable to go on, no longer needed, and why."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import TASK, TaskState
from egide.cases.models import Case, Entry, Task
from egide.cases.models.file import Kind
from egide.cases.models.work import BLOCKABLE, EVIDENCE, REASON, STANDS_IN_THE_WAY, TaskKind, TaskWords
from egide.cases.rules.needs import INTERPRETERS
from egide.cases.services import deadlines, entries, tasks
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

#: Said of what could not be done: by whoever has it to do, trained or not.
NOT_DONE = "not_done"
#: Kinds somebody says they have done; the others are met by doing the step itself.
ENDED_BY_HAND = (
    TaskKind.ACTION,
    TaskKind.TASK,
    TaskKind.CONSENT_CHECK,
    TaskKind.LOG_REVIEW,
    TaskKind.LEAD_CONSENTS,
    TaskKind.OWN_CONSENT,
    TaskKind.COMES_OF_AGE,
    TaskKind.PART,
    TaskKind.INTERPRETER,
    TaskKind.NEED,
    TaskKind.RELEASE,
)
#: The steps of the lifecycle, by how a task is said to end.
_STEPS = {"done": "do", "not_needed": "drop", NOT_DONE: "give_up"}


@transaction.atomic
def finish_task(
    *,
    task_id: UUID,
    outcome: str,
    actor: Membership,
    at: datetime,
    words: str = "",
    interpreter: str = "",
) -> Task:
    """Say how a task ended. Its agency says so, or a coordinator of the programme.

    Args:
        words: what shows that it is done, or why it is not needed or was not done.
        interpreter: who will speak for the person, when an interpreter was to be booked: one of `INTERPRETERS`.
    Raises:
        NotVisible: no such task on a case of the actor.
        PermissionDenied: it is another agency's task; or the actor lacks training, and says anything but that it was
            not done: what cannot be done is said at once, by whoever has it to do.
        Refused: it ended already, belongs to a step that ends it by itself, or is not done without a word of why; an
            interpreter nobody names, or a relative without a reason.
    """
    case, task = _take(task_id, actor)
    if outcome != NOT_DONE:
        permissions.check_trained(actor, case.programme)
    if task.done_at is not None:
        raise Refused(_("This task has already ended."))
    if outcome not in _STEPS:
        raise Refused(_("Say how the task ended."))
    TASK.next_state(_STEPS[outcome], state=task.state)
    if task.kind not in ENDED_BY_HAND:
        raise Refused(_("This date is met by doing the step itself, on the case page."))
    # Who lacks the training writes nothing in the case: that they cannot do it is enough.
    if outcome != "done" and not words.strip() and permissions.is_trained(actor, case):
        raise Refused(_("Write why, in a few words: the next person will want to know."))
    said = _booked(task, interpreter, words) if outcome == "done" else {}
    if words.strip() or said:
        form = EVIDENCE if outcome == "done" else REASON
        task.remark = _remark(task, words, form, actor=actor, at=at, said=said)
    task.done_at, task.done_by, task.outcome = at, actor, outcome
    task.save(update_fields=["done_at", "done_by", "outcome", "remark"])
    _end_alarms(task, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.task_finished", actor=actor, target=task, at=at, details={"outcome": outcome})
    return task


def _booked(task: Task, interpreter: str, words: str) -> dict[str, str]:
    """Answer who will speak for the person.

    Raises:
        Refused: nobody is named, or a relative without a reason.
    """
    if task.kind != TaskKind.INTERPRETER:
        return {}
    if interpreter not in INTERPRETERS:
        raise Refused(_("Say who will interpret."))
    if interpreter == "relative" and not words.strip():
        raise Refused(
            _(
                "A relative does not interpret by default. Write why nobody else can, and what the person says of it."
            )
        )
    return {"interpreter": interpreter}


@transaction.atomic
def block_task(*, task_id: UUID, words: str, actor: Membership, at: datetime) -> Task:
    """Say that a task cannot go on for now, and why: who leads the case is asked at once to find another way.

    Raises:
        NotVisible, PermissionDenied: as for `finish_task`.
        Refused: no reason was written, or it is the date of a step. TransitionRefused: it ended, or is blocked already.
    """
    case, task = _take(task_id, actor)
    permissions.check_trained(actor, case.programme)
    if task.kind not in BLOCKABLE:
        raise Refused(_("This date is met by doing the step itself, on the case page."))
    TASK.next_state("block", state=task.state)
    if not words.strip():
        raise Refused(_("Write what stands in the way."))
    task.remark = _remark(task, words, STANDS_IN_THE_WAY, actor=actor, at=at)
    task.blocked_at = at
    task.save(update_fields=["remark", "blocked_at"])
    due_at = deadlines.due_after(at, case.programme.protocol.deadlines["blocked_action"])
    tasks.make_task(
        case=case,
        file=task.file,
        text=TaskWords.ACTION_BLOCKED,
        side=task.side,
        agency_id=case.programme.lead_agency_id,
        owner=case.lead,
        due_at=due_at,
        actor=actor,
        at=at,
        kind=TaskKind.BLOCKED,
        about=task,
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.task_blocked", actor=actor, target=task, at=at)
    return task


@transaction.atomic
def resume_task(*, task_id: UUID, actor: Membership, at: datetime) -> Task:
    """Say that a task can go on again; its date has not moved.

    Raises:
        NotVisible, PermissionDenied: as for `finish_task`. TransitionRefused: it is not blocked.
    """
    case, task = _take(task_id, actor)
    permissions.check_trained(actor, case.programme)
    TASK.next_state("resume", state=task.state)
    task.blocked_at = None
    task.save(update_fields=["blocked_at"])
    _end_alarms(task, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.task_resumed", actor=actor, target=task, at=at)
    return task


def _take(task_id: UUID, actor: Membership) -> tuple[Case, Task]:
    """Lock the case of a task and answer both, for whoever may say how the task goes."""
    task = Task.objects.select_related("file").filter(pk=task_id).order_by().first()
    if task is None:
        raise NotVisible
    case = lock_open_case(task.case_id, actor=actor)
    task.refresh_from_db()
    if task.agency_id != actor.agency_id and not permissions.can_coordinate(actor, case):
        raise PermissionDenied(_("Only the agency that has the task says how it ended."))
    return case, task


def _remark(
    task: Task, words: str, form: str, *, actor: Membership, at: datetime, said: dict[str, str] | None = None
) -> Entry:
    """Write what is said of a task: under its category, so that whoever reads the one reads the other."""
    return entries.write_entry(
        file=task.file,
        category=task.category,
        kind=Kind.FACT,
        text=words.strip(),
        data={"task": str(task.pk), **(said or {})},
        form=form,
        actor=actor,
        at=at,
    )


def drop(task: Task, *, remark: Entry, actor: Membership, at: datetime) -> None:
    """End a task that what was just written makes useless; the caller holds the case."""
    task.outcome = TASK.next_state("drop", state=task.state)
    task.done_at, task.done_by, task.remark = at, actor, remark
    task.save(update_fields=["done_at", "done_by", "outcome", "remark"])
    _end_alarms(task, actor=actor, at=at)


def _end_alarms(task: Task, *, actor: Membership, at: datetime) -> None:
    """End the question of who leads, once what was blocked goes on or ended."""
    Task.objects.filter(about=task, kind=TaskKind.BLOCKED, done_at__isnull=True).update(
        done_at=at, done_by=actor, outcome=TaskState.DONE
    )
