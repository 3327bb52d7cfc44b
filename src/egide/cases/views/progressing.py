"""How something somebody has to do goes; and what people of a case need."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases import permissions
from egide.cases.forms.progressing import NeedEndedForm, NeedForm, TaskEndForm
from egide.cases.presentation.needs import need_lines
from egide.cases.presentation.tasks import remark_text, task_title
from egide.cases.queries import casefile
from egide.cases.queries.progressing import OpenedTask, open_task
from egide.cases.rules.needs import NEEDS
from egide.cases.services import needing, progressing
from egide.cases.views.step import do, fetch_case, fetch_supported, step
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request


def task_how(request: Request, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Say how a task goes, with what shows it or why."""
    case = fetch_case(request, case_id)
    opened = open_task(case=case, task_id=task_id, actor=request.actor, at=clock.now())
    task = opened.task
    if task.agency_id != request.actor.agency_id and not permissions.can_coordinate(request.actor, case):
        raise PermissionDenied(_("Only the agency that has the task says how it ended."))
    if task.done_at is not None or task.kind not in progressing.ENDED_BY_HAND or not case.is_open:
        raise Refused(_("Nothing more can be said of this task here."))
    form = TaskEndForm(request.POST or None, task=task)

    def effect(at: datetime) -> str:
        _record(request, opened, form, at)
        return reverse("cases:case", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.task-how",
        effect=effect,
        draft=(f"task-how-{task.pk.hex}", case.pk),
        template="cases/task_how.html",
        done=_("It was recorded."),
        context={
            "case": case,
            "task": task,
            "title": task_title(task, opened.words, case),
            "remark": remark_text(opened.remark),
        },
    )


def _record(request: Request, opened: OpenedTask, form: TaskEndForm, at: datetime) -> None:
    said, outcome = form.cleaned_data, form.cleaned_data["outcome"]
    pk, actor = opened.task.pk, request.actor
    if outcome == "blocked":
        progressing.block_task(task_id=pk, words=said["words"], actor=actor, at=at)
    elif outcome == "resumed":
        progressing.resume_task(task_id=pk, actor=actor, at=at)
    else:
        progressing.finish_task(
            task_id=pk,
            outcome=outcome,
            words=said["words"],
            interpreter=said.get("interpreter", ""),
            actor=actor,
            at=at,
        )


def needs(request: Request, case_id: UUID) -> HttpResponse:
    """What people of the case need; the task each makes is with the others, on the page of the case."""
    at = clock.now()
    opened = casefile.open_case(
        case_id=case_id,
        actor=request.actor,
        at=at,
        only=[*dict.fromkeys(NEEDS.values())],
        with_work=False,
        check=lambda found: permissions.check_can_support(request.actor, found),
    )
    case = opened.case
    form = NeedForm(request.POST or None, files=[(str(file.pk), file.title) for file in opened.files])

    def effect(now: datetime) -> str:
        data = dict(form.cleaned_data)
        needing.record_need(
            case_id=case.pk, file_id=UUID(data.pop("about")), actor=request.actor, at=now, **data
        )
        return reverse("cases:needs", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.needs",
        effect=effect,
        draft=("needs", case.pk),
        template="cases/needs.html",
        done=_("The need was recorded, and what it asks has its date."),
        context={"case": case, "needs": need_lines(opened)},
    )


@require_POST
def need_ended(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Say that somebody no longer needs something."""
    case = fetch_supported(request, case_id)
    form = NeedEndedForm(request.POST)
    if not form.is_valid():
        raise Refused(_("Write why it is no longer needed."))

    def effect(at: datetime) -> str:
        needing.end_need(
            case_id=case.pk,
            entry_id=entry_id,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:needs", args=[case.pk])

    return do(request, scope="cases.need-ended", effect=effect, done=_("The need is no longer current."))
