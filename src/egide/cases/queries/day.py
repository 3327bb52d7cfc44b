"""My day: what is late, what is due today, what waits on others."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import Case, Conference, Draft, EndNotice, ProsecutorReport, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import auditing
from egide.cases.queries.casefile import task_record, words_of
from egide.cases.queries.rows import bring_programmes, name_file, with_name
from egide.common.compound import any_of
from egide.partners.models import Membership, Role
from egide.sharing import prosecutor
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only

#: Tasks of one day: beyond, the page says so and leads to the cases.
SHOWN = 25


#: Where the programme's own team does what a date asks; what is not here is done on the case's page.
_DONE_AT = {
    TaskKind.FIRST_CONTACT: "cases:contact",
    TaskKind.CONSENT: "cases:consent",
    TaskKind.ASSESSMENT: "cases:assess",
    TaskKind.SAFETY_PLAN: "cases:plan",
    TaskKind.MANAGEMENT_PLAN: "cases:plan",
    TaskKind.REVIEW: "cases:review",
}
#: Who opens those pages: they support the person.
_SUPPORTING = (Role.COORDINATOR, Role.ADVOCATE)


@dataclass
class DayTask:
    """One task of the day: its case's name and its words, as far as the reader may see them."""

    task: Task
    case: Any
    name: str
    text: str
    #: The name of the page where it is done.
    page: str = "cases:case"

    @property
    def is_triage(self) -> bool:
        """Whether it is done on the page of the referral, and not on the case's."""
        return self.task.kind in (TaskKind.TRIAGE, TaskKind.SECOND_READER)

    def page_for(self, actor: Membership) -> str:
        """Answer the name of the page where it is done, for those who may open it; else the case's."""
        if self.task.kind in (TaskKind.WORK_RETURNED, TaskKind.WORK_ANSWERED):
            return "cases:supervision"
        is_own_team = actor.agency_id == self.task.agency_id == self.case.programme.lead_agency_id
        if is_own_team and self.is_triage and actor.role == Role.COORDINATOR:
            return "cases:triage-case"
        if is_own_team and actor.role in _SUPPORTING:
            return _DONE_AT.get(TaskKind(self.task.kind), "cases:case")
        return "cases:case"


@dataclass
class Day:
    """What one person has before them."""

    late: list[DayTask]
    today: list[DayTask]
    soon: list[DayTask]
    waiting: list[DayTask]
    conferences: list[Conference]
    drafts: list[Draft]
    #: What the agency must stop using, and has not answered yet.
    notices: list[EndNotice]
    #: More is due than is shown.
    is_cut: bool
    #: One's own reports to the prosecutor of which the person has not been told yet.
    to_tell: list[ProsecutorReport]
    #: What of the team's audits of itself is for now.
    audits: list[auditing.Day]
    most: int = SHOWN


def my_day(*, actor: Membership, at: datetime) -> Day:
    """Answer the open tasks of the actor and of their agency, in the order of their dates."""
    audits = auditing.for_now(actor=actor, at=at)  # first: it learns the actor's programmes
    local = timezone.localtime(at)
    tonight = local.replace(hour=23, minute=59, second=59)
    due = _due(actor=actor, until=tonight + timedelta(days=7))
    found = due[:SHOWN]
    tasks = [t for t in found if t.owner_id == actor.pk or t.agency_id == actor.agency_id]
    own = {t.pk for t in tasks}
    others = [t for t in found if t.pk not in own]
    shown = _open(tasks + others, actor=actor, at=at)
    mine = shown[: len(tasks)]
    for line in mine:
        line.page = line.page_for(actor)
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
        drafts=list(
            Draft.objects.filter(sharing_queries.not_recused(actor, case_ref="subject"), owner=actor)
            .defer("content")
            .order_by("-updated_at", "pk")
        ),
        notices=list(
            EndNotice.objects.visible_to(actor).waiting().select_related("case").order_by("due_at", "pk")[:5]
        ),
        is_cut=len(due) > SHOWN,
        to_tell=_to_tell(actor),
        audits=audits,
    )


def _to_tell(actor: Membership) -> list[ProsecutorReport]:
    """Asked where a law lets somebody report. The duty stays when the agency has the case no more: nothing is said of it."""
    if not prosecutor.rules_on():
        return []
    own = ProsecutorReport.objects.filter(
        sharing_queries.not_recused(actor, case_ref="case_id"),
        written_by_account=actor.account_id,
        agency=actor.agency_id,
    ).annotate(is_on_case=Exists(Case.objects.visible_to(actor).filter(pk=OuterRef("case_id")).order_by()))
    waiting = own.filter(told_at__isnull=True, tell_by__isnull=False)
    return list(waiting.select_related("case").defer("words").order_by("tell_by", "pk"))


def _due(*, actor: Membership, until: datetime) -> list[Task]:
    """Answer what the actor owes, what nobody of the agency has taken, and what others owe on cases the actor leads.

    Three short lists, each in the order of an index: as one condition, every open task would be read.
    """
    open_ones = Task.objects.filter(done_at__isnull=True, due_at__lte=until)
    visible = Case.objects.visible_to(actor).order_by().values("pk")
    near = [
        mine.filter(case__in=visible).order_by("due_at", "pk").values("pk")[: SHOWN + 1]
        for mine in (
            open_ones.filter(owner=actor),
            open_ones.filter(owner__isnull=True, agency=actor.agency_id),
            open_ones.filter(rises_to=actor),
        )
    ]
    tasks = Task.objects.filter(pk__in=any_of(near)).select_related("agency").order_by("due_at", "pk")
    return list(tasks[: SHOWN + 1])


def _open(tasks: list[Task], *, actor: Membership, at: datetime) -> list[DayTask]:
    if not tasks:
        return []
    cases = {
        case.pk: case
        for case in with_name(Case.objects.filter(pk__in={t.case_id for t in tasks}), actor).order_by()
    }
    bring_programmes(cases.values(), actor)
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
        purpose=sharing.purpose_of(actor),
        at=at,
        records=records,
        with_items=False,
        is_list=True,
    )
    names = {i.file_id: i.text for i in view.items if i.form == "name:1"}
    words = {i.id: words_of(i) for i in view.items if i.form == "task:1"}
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
