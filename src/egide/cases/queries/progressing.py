"""One task as its page shows it: its words and what was said of it, opened together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from egide.cases.models import Case, Task
from egide.cases.models.case import programmes_of
from egide.cases.models.work import REMARKS
from egide.cases.queries.casefile import task_record, visible_tasks, words_of
from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing import services as sharing


@dataclass(frozen=True)
class OpenedTask:
    """One task, as far as one reader may read it."""

    task: Task
    words: str
    #: What was said last of how it goes; None when nothing was, or it is not theirs to read.
    remark: Any


def open_task(*, case: Case, task_id: UUID, actor: Membership, at: datetime) -> OpenedTask:
    """Open a task of a case the actor sees.

    Raises:
        NotVisible: there is none, or it is of the other side, or the programme's own.
    """
    found = Task.objects.select_related("agency", "file").filter(pk=task_id, case=case).order_by().first()
    if found is None:
        raise NotVisible
    found.file.case = found.case = case
    records = [task_record(found)] if found.text is not None else []
    remark = found.file.record_of(found.remark_id, *REMARKS) if found.remark_id else None
    view = sharing.open_files(
        actor=actor,
        files=[found.file],
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[*records, *([remark] if remark else [])],
        with_items=False,
    )
    is_staff = case.programme_id in programmes_of(actor)
    if not visible_tasks([found], view.side, is_staff=is_staff, agency_id=actor.agency_id):
        raise NotVisible
    items = {item.id: item for item in view.items}
    words = items.get(found.pk)
    return OpenedTask(found, words_of(words) if words else "", items.get(remark.id) if remark else None)
