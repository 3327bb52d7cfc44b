"""Something somebody has to do, as a line: whose, by when, where it stands, and what was said of it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.forms.progressing import INTERPRETERS
from egide.cases.lifecycle import State, TaskState
from egide.cases.models import Case, Task
from egide.cases.models.work import EVIDENCE, STANDS_IN_THE_WAY, TaskKind
from egide.cases.presentation.contact import wording
from egide.cases.queries.casefile import CaseFile
from egide.cases.services.progressing import ENDED_BY_HAND
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: Ended on a page of their own: what shows it is asked.
_ON_ITS_PAGE = (TaskKind.INTERPRETER,)


def date_said(kind: TaskKind, case: Case, task: Task | None = None) -> str:
    """Answer what a date is for; a consent still to be asked of a case that has one is the next one."""
    if kind == TaskKind.CONSENT and case.state == State.ACTIVE and (task is None or task.done_at is None):
        return _("Consent, to be asked again")
    return str(kind.label)


def task_title(task: Task, words: str, case: Case) -> str:
    """Answer what is to be done, as far as the reader may know."""
    if words:
        return words
    kind = TaskKind(task.kind)
    is_own = kind in (TaskKind.ACTION, TaskKind.TASK)
    return _("A task whose words are not for you") if is_own else date_said(kind, case, task)


def remark_text(item: sharing.OpenedItem | None) -> str:
    """Answer what was said last of how a task goes; empty when nothing was, or it is not the reader's."""
    if item is None:
        return ""
    lines = []
    if item.content.get("interpreter"):
        lines.append(wording(INTERPRETERS, item.content["interpreter"]))
    if item.text:
        lines.append(item.text)
    return "\n".join(lines)


def remark_label(item: sharing.OpenedItem | None, task: Task) -> str:
    """Answer what those words are: what shows that it is done, what stands in the way, why it was not done."""
    if item is None:
        return ""
    if item.form == STANDS_IN_THE_WAY:
        is_blocked = task.state == TaskState.BLOCKED
        return _("What stands in the way:") if is_blocked else _("What stood in the way:")
    return _("What shows it:") if item.form == EVIDENCE else _("Why it ended:")


def task_line(
    task: Task, opened: CaseFile, *, at: datetime, actor: Membership, is_trained: bool = True
) -> dict[str, Any]:
    """Answer one task as an action line.

    Args:
        is_trained: the actor has the training the programme asks.
    """
    is_late = task.done_at is None and task.due_at < at
    kind = TaskKind(task.kind)
    can_end = (
        kind in ENDED_BY_HAND
        and task.done_at is None
        and (task.agency_id == actor.agency_id or permissions.can_coordinate(actor, opened.case))
    )
    is_blocked = task.state == TaskState.BLOCKED
    return {
        "task": task,
        "text": task_title(task, opened.text_of(task), opened.case),
        "remark": remark_text(opened.remark_of(task)),
        "owner": task.agency.short_name,
        "state": "done" if task.done_at else "late" if is_late else "blocked" if is_blocked else "todo",
        "is_blocked": is_blocked,
        "can_end": can_end and is_trained and kind not in _ON_ITS_PAGE,
        "can_say": can_end and is_trained,
        # Without the training it cannot be said to be done; that it cannot be done is said at once.
        "can_give_up": can_end and not is_trained and task.agency_id == actor.agency_id,
        "due": task.due_at,
        "done_at": task.done_at,
        "outcome": task.get_outcome_display() if task.outcome else "",
    }
