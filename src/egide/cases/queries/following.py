"""What a conference agreed, and how far it is: the actions of the cases a reader may see, those that are late first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from egide.cases.lifecycle import TaskState
from egide.cases.models import Case, Conference, Decision, File, Task
from egide.cases.queries.conferring import on_agenda
from egide.cases.queries.rows import bring_programmes, stands_for_case
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only


@dataclass(frozen=True)
class Action:
    """One action that was agreed: whose, by when, what came of it, and its words as far as the reader may read."""

    task: Task
    case: Case
    name: str
    text: str
    is_late: bool
    #: What was said last of how it goes, opened: what shows that it is done, or why not; None when it is not theirs.
    remark: Any = None

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot go on for now."""
        return self.task.state == TaskState.BLOCKED

    @property
    def state(self) -> str:
        """How the list shows it: `late`, `blocked`, `todo`, `done`, or `ended` when it was not done."""
        if self.task.done_at:
            return "done" if self.task.outcome == TaskState.DONE else "ended"
        return "late" if self.is_late else "blocked" if self.is_blocked else "todo"


def actions(*, conference: Conference, actor: Membership, at: datetime) -> list[Action]:
    """Answer the actions that stand, of the cases the actor may see: late ones first, then by date, then those ended.

    On the other side: those whose words may be read, and not that there are others.
    """
    cases: list[Any] = on_agenda(conference, actor)
    lines = {case.item.pk: case for case in cases}
    decided = list(
        Decision.objects.filter(item__in=lines, task__isnull=False, ended_at__isnull=True)
        .select_related("task__agency")
        .order_by("task__due_at", "pk")
    )
    if not decided:
        return []
    concerned = {lines[one.item_id].pk: lines[one.item_id] for one in decided}
    bring_programmes(concerned.values(), actor)
    files = list(File.objects.filter(case__in=concerned).order_by("created_at", "pk"))
    for file in files:
        file.case = concerned[file.case_id]
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[
            *(file.name_record() for file in files if stands_for_case(file, actor)),
            *File.records_named(_words_and_remarks(decided)),
        ],
        with_items=False,
        is_list=True,
        is_traced_each=True,
    )
    items = {item.id: item for item in view.items}
    opened = {key: item.text for key, item in items.items()}
    names = {file.case_id: opened[file.pk] for file in files if file.pk in opened}
    found = []
    for one in decided:
        task, case = one.task, lines[one.item_id]
        if task is None or (is_management_only(actor.sector) and one.entry_id not in opened):
            continue
        is_late = task.done_at is None and task.due_at < at
        remark = items.get(task.remark_id) if task.remark_id else None
        found.append(
            Action(task, case, names.get(case.pk, ""), opened.get(one.entry_id, ""), is_late, remark)
        )
    order = {"late": 0, "blocked": 1, "todo": 2, "done": 3, "ended": 3}
    return sorted(found, key=lambda one: order[one.state])


def _words_and_remarks(decided: Sequence[Decision]) -> list[UUID]:
    """Answer the entries that say what was decided and how it goes: each is opened by its own class, or not."""
    remarks = [one.task.remark_id for one in decided if one.task is not None and one.task.remark_id]
    return [*(one.entry_id for one in decided), *remarks]
