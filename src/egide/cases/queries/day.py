"""My day: what is late, what is due today, what waits on others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import Case, Conference, Draft, Task
from egide.cases.queries.casefile import task_record
from egide.cases.queries.caseload import name_file, with_name
from egide.cases.rules.sides import is_management_only
from egide.partners.models import Membership
from egide.sharing import services as sharing

SHOWN = 40


@dataclass
class DayTask:
    """One task of the day: its case's name and its words, as far as the reader may see them."""

    task: Task
    case: Any
    name: str
    text: str


@dataclass
class Day:
    """What one person has before them."""

    late: list[DayTask]
    today: list[DayTask]
    soon: list[DayTask]
    waiting: list[DayTask]
    conferences: list[Conference]
    drafts: list[Draft]


def my_day(*, actor: Membership, at: datetime) -> Day:
    """Answer the open tasks of the actor and of their agency, in the order of their dates."""
    visible = Case.objects.visible_to(actor)
    local = timezone.localtime(at)
    tonight = local.replace(hour=23, minute=59, second=59)
    own = Q(owner=actor) | Q(owner__isnull=True, agency=actor.agency_id)
    # What others owe on cases the actor leads, with what the actor owes: one list, one query.
    found = list(
        Task.objects.filter(
            # A late task of a colleague rises to whoever leads the case.
            own | (Q(case__lead=actor) & (~Q(agency=actor.agency_id) | Q(raised_at__isnull=False))),
            done_at__isnull=True,
            case__in=visible,
            due_at__lte=tonight + timedelta(days=7),
        )
        .select_related("agency")
        .order_by("due_at", "pk")[:SHOWN]
    )
    tasks = [t for t in found if t.owner_id == actor.pk or t.agency_id == actor.agency_id]
    others = [t for t in found if t not in tasks]
    shown = _open(tasks + others, actor=actor, at=at)
    mine = shown[: len(tasks)]
    return Day(
        late=[t for t in mine if t.task.due_at < at],
        today=[t for t in mine if at <= t.task.due_at <= tonight],
        soon=[t for t in mine if t.task.due_at > tonight],
        waiting=shown[len(tasks) :],
        conferences=list(
            Conference.objects.visible_to(actor)
            .filter(
                state__in=[ConferenceState.PLANNED, ConferenceState.OPEN],
                starts_at__gte=at - timedelta(hours=12),
            )
            .select_related("programme")
            .order_by("starts_at", "pk")[:3]
        ),
        drafts=list(Draft.objects.filter(owner=actor).defer("content").order_by("-updated_at")[:5]),
    )


def _open(tasks: list[Task], *, actor: Membership, at: datetime) -> list[DayTask]:
    if not tasks:
        return []
    cases = {
        case.pk: case
        for case in with_name(Case.objects.filter(pk__in={t.case_id for t in tasks}), actor).order_by()
    }
    files = {pk: file for pk, case in cases.items() if (file := name_file(case, actor))}
    by_file = {file.pk for file in files.values()}
    records = [file.name_record() for file in files.values()]
    # Words of tasks are sealed in the victim's file; who sees the other's name opens them on the case page.
    records += [task_record(t) for t in tasks if t.text is not None and t.file_id in by_file]
    if not records:
        return [DayTask(t, cases[t.case_id], "", "") for t in tasks if t.side != "victim"]
    view = sharing.open_files(
        actor=actor,
        files=list(files.values()),
        purpose="case_management",
        at=at,
        records=records,
        with_items=False,
        is_list=True,
    )
    names = {i.file_id: i.text for i in view.items if i.form == "name:1"}
    words = {i.id: i.text for i in view.items if i.form == "task:1"}
    return [
        DayTask(
            t,
            cases[t.case_id],
            names.get(files[t.case_id].pk, "") if t.case_id in files else "",
            words.get(t.pk, ""),
        )
        for t in tasks
        if t.side != "victim" or not is_management_only(actor.sector)
    ]
