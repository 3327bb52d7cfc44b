"""Everything the case page shows, opened once, in a fixed number of queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from egide.assessments import queries as assessments
from egide.cases.models import Case, File, Task
from egide.cases.models.case import programmes_of
from egide.cases.models.file import codes_of, number_alike
from egide.cases.models.work import OWN_KINDS, TaskWords
from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault.fields import ciphertext_of


@dataclass
class CaseFile:
    """One case as one reader sees it."""

    case: Case
    #: Those the reader may know of.
    files: list[File]
    #: The file of whom the case is about.
    subject: File
    view: sharing.FileView
    tasks: list[Task]
    assessments: list[Any] = field(default_factory=list)

    def file(self, role: str) -> File | None:
        """The file of that role, if the reader may know of it."""
        return next((f for f in self.files if f.role == role), None)

    @cached_property
    def _names(self) -> dict[UUID, str]:
        return {item.file_id: item.text for item in self.view.items if item.form == "name:1"}

    @cached_property
    def _by_id(self) -> dict[UUID, sharing.OpenedItem]:
        return {item.id: item for item in self.view.items}

    def name(self, role: str) -> str:
        """The short name of the person in that role; empty when withheld."""
        file = self.file(role)
        return self.name_in(file) if file else ""

    def name_in(self, file: File) -> str:
        """The short name a file bears; empty when withheld."""
        return self._names.get(file.pk, "")

    def text_of(self, task: Task) -> str:
        """The words of a task; empty when withheld."""
        item = self._by_id.get(task.pk)
        return words_of(item) if item else ""

    def remark_of(self, task: Task) -> sharing.OpenedItem | None:
        """What was said last of how a task goes; None when nothing was, or it is withheld."""
        return self._by_id.get(task.remark_id) if task.remark_id else None


def words_of(item: sharing.OpenedItem) -> str:
    """Answer the words of an opened task: as typed, or what the application asks, in the reader's language."""
    code = item.content.get("code")
    return str(TaskWords(code).label) if code else item.text


def task_record(task: Task) -> SealedRecord:
    """Answer the words of a task, sealed: held by the agency that had to do it first, under the law of who wrote them."""
    return SealedRecord(
        id=task.pk,
        file_id=task.file_id,
        category=task.category,
        holder_id=task.words_of_id or task.agency_id,
        regimes=codes_of(task.regimes),
        compartment=compartment_of(task.category),
        model="cases.Task",
        field="text",
        sealed=ciphertext_of(task.text),
        meta={"form": "task:1"},
    )


def visible_tasks(tasks: Sequence[Task], side: str, *, is_staff: bool, agency_id: Any) -> list[Task]:
    """Leave out the tasks of the other side, and those of the programme's own team: not even that they exist.

    The agency asked to lead sees that it is asked.
    """
    if not is_staff:
        tasks = [task for task in tasks if task.kind not in OWN_KINDS or task.agency_id == agency_id]
    if side != "management":
        return list(tasks)
    return [task for task in tasks if task.side != "victim"]


def _own_next_date(case: Case, tasks: Sequence[Task]) -> None:
    """The next date is that of what the reader may know of: the others tell when she is called, or what changed."""
    nearest = next((task for task in tasks if task.done_at is None), None)
    case.next_due_at, case.next_due_kind = (nearest.due_at, nearest.kind) if nearest else (None, "")


def sealed_beside(files: Sequence[File], tasks: Sequence[Task], rows: Sequence[Any]) -> list[SealedRecord]:
    """Answer what a case page shows that is sealed outside the entries: names, words of tasks, assessments."""
    records = [file.name_record() for file in files]
    records += [task_record(task) for task in tasks if task.text is not None]
    return records + [assessments.summary_record(row) for row in rows]


def _work(case: Case, files: Sequence[File]) -> tuple[list[Task], list[Any]]:
    tasks = Task.objects.filter(case=case).select_related("agency", "owner__account").order_by("due_at", "pk")
    return list(tasks), assessments.summary_rows(file_ids=[file.pk for file in files])


def case_files(*, case_id: UUID, actor: Membership) -> list[File]:
    """Answer the files of a case, and the case on each; in one query: a case always has files.

    Raises:
        NotVisible: the case is not the actor's to see.
    """
    files = list(
        File.objects.filter(case__in=Case.objects.visible_to(actor).filter(pk=case_id))
        .select_related("case__programme__lead_agency", "case__lead__account", "case__level_set_by__account")
        .order_by("created_at", "pk")
    )
    if not files:
        raise NotVisible
    for file in files:
        file.case = files[0].case
    number_alike(files)
    return files


def visible_subject_file(*, case_id: UUID, actor: Membership, marks: Mapping[str, Any] | None = None) -> File:
    """Answer the file of whom a case is about, with its case, in the actor's scope, in one query.

    Args:
        marks: what else is asked of it in the same query, by name.
    Raises:
        NotVisible: the case is not the actor's to see.
    """
    file = (
        File.objects.filter(case__in=Case.objects.visible_to(actor).filter(pk=case_id))
        .filter(is_subject=True)
        .annotate(**(marks or {}))
        .select_related("case__programme__lead_agency")
        .order_by()
        .first()
    )
    if file is None:
        raise NotVisible
    return file


def files_of(case: Case) -> list[File]:
    """Answer the files of a case the reader has already, in the order they came."""
    files = list(File.objects.filter(case=case).order_by("created_at", "pk"))
    for file in files:
        file.case = case
    number_alike(files)
    return files


def open_case(
    *,
    case_id: UUID,
    actor: Membership,
    at: datetime,
    only: Sequence[str] | None = None,
    with_work: bool = True,
    check: Callable[[Case], None] | None = None,
) -> CaseFile:
    """Open a case: its files, the words of its tasks, its assessments, in one decision and one trace a file.

    Args:
        with_work: False leaves the tasks and the assessments where they are, for a page that shows neither.
        check: what the reader must be allowed to, asked once the case is known and before anything is opened.
    Raises:
        NotVisible: the case is not the actor's to see.
    """
    files = case_files(case_id=case_id, actor=actor)
    case = files[0].case
    if check is not None:
        check(case)
    tasks, rows = _work(case, files) if with_work else ([], [])
    records = sealed_beside(files, tasks, rows)
    view = sharing.open_files(
        actor=actor, files=files, purpose=sharing.purpose_of(actor), at=at, records=records, only=only
    )
    is_staff = case.programme_id in programmes_of(actor)
    shown = visible_tasks(tasks, view.side, is_staff=is_staff, agency_id=actor.agency_id)
    if view.side == "management" or (not is_staff and case.next_due_kind in OWN_KINDS):
        _own_next_date(case, shown)
    return CaseFile(
        case=case,
        files=[file for file in files if file.pk in view.known],
        subject=next(file for file in files if file.is_subject),
        view=view,
        tasks=shown,
        assessments=assessments.summaries_from(rows, view.items),
    )
