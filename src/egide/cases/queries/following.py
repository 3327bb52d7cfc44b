"""What a conference agreed, and how far it is: the actions of the cases a reader may see, those that are late first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

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

    @property
    def state(self) -> str:
        """How the list shows it: `late`, `todo` or `done`."""
        return "done" if self.task.done_at else "late" if self.is_late else "todo"


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
            *File.records_named([one.entry_id for one in decided]),
        ],
        with_items=False,
        is_list=True,
        is_traced_each=True,
    )
    opened = {item.id: item.text for item in view.items}
    names = {file.case_id: opened[file.pk] for file in files if file.pk in opened}
    found = []
    for one in decided:
        task, case = one.task, lines[one.item_id]
        if task is None or (is_management_only(actor.sector) and one.entry_id not in opened):
            continue
        is_late = task.done_at is None and task.due_at < at
        found.append(Action(task, case, names.get(case.pk, ""), opened.get(one.entry_id, ""), is_late))
    order = {"late": 0, "todo": 1, "done": 2}
    return sorted(found, key=lambda one: order[one.state])
