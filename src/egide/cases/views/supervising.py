"""Finished work that a supervisor reads and returns, and what who did it answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.supervising import AnswerForm, ReturnForm
from egide.cases.presentation import supervising as shown
from egide.cases.queries import supervising as queries
from egide.cases.services import supervising
from egide.cases.views.quality import tabs
from egide.cases.views.step import do, fetch_case, step
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request


def _page(case_id: UUID) -> str:
    return reverse("cases:supervision", args=[case_id])


@require_GET
def supervision(request: Request, case_id: UUID) -> HttpResponse:
    """The work of a case that was returned, and for who supervises, what may be."""
    at, which = clock.now(), "finished" if request.GET.get("list") == "finished" else "returned"
    asked = queries.finished if which == "finished" else queries.of_case
    found = asked(case_id=case_id, actor=request.actor, at=at)
    return render(
        request,
        "cases/supervision.html",
        {**shown.page(found, actor=request.actor, at=at), "which": which},
    )


def return_work(request: Request, case_id: UUID, kind: str, work_id: UUID) -> HttpResponse:
    """Return a piece of finished work to who did it, with reasons."""
    case = fetch_case(request, case_id)
    permissions.check_can_supervise(request.actor, case)
    work = supervising.finished_work(case, kind, work_id)
    permissions.check_is_not_own_work(request.actor, work.author.account_id)
    supervising.check_reads(case, work, actor=request.actor, at=clock.now())
    form = ReturnForm(request.POST or None)

    def effect(at: datetime) -> str:
        supervising.return_work(
            case_id=case.pk, kind=kind, work_id=work_id, actor=request.actor, at=at, **form.cleaned_data
        )
        return _page(case.pk)

    return step(
        request,
        form=form,
        scope="cases.supervision-new",
        effect=effect,
        draft=(f"supervision-new-{work_id.hex}", case.pk),
        done=_("Returned. Who did it finds it on their day, with the date."),
        context={
            "case": case,
            "back": _page(case.pk),
            "title": _("Return this work"),
            "lead": _(
                "%(work)s, by %(name)s. Nothing of it changes: they make a new version, or say why they stand by it."
            )
            % {"work": shown.work_title(work.kind, work.work, case), "name": work.author.person_name},
            "submit": _("Return it"),
        },
    )


def answer(request: Request, case_id: UUID, return_id: UUID) -> HttpResponse:
    """Answer about one’s own work that was returned."""
    row = supervising.fetch(return_id, case_id=case_id, actor=request.actor)
    permissions.check_is_author(request.actor, row.author_id)
    permissions.check_can_contribute(request.actor, row.case)
    form = AnswerForm(request.POST or None)

    def effect(at: datetime) -> str:
        supervising.answer(
            case_id=case_id, return_id=return_id, actor=request.actor, at=at, **form.cleaned_data
        )
        return _page(case_id)

    return step(
        request,
        form=form,
        scope="cases.supervision-answer",
        effect=effect,
        draft=(f"supervision-answer-{return_id.hex}", case_id),
        done=_("Your answer is kept, and goes to who returned the work."),
        context={
            "case": row.case,
            "back": _page(case_id),
            "title": _("Answer about your work"),
            "lead": _(
                "Make the new version first, in its own place, then say so here; or write why you stand by what you did."
            ),
            "submit": _("Send your answer"),
        },
    )


def return_again(request: Request, case_id: UUID, return_id: UUID) -> HttpResponse:
    """Return the work once more, having read the answer."""
    row = supervising.fetch(return_id, case_id=case_id, actor=request.actor)
    permissions.check_is_not_own_work(request.actor, row.author_account_id)
    permissions.check_can_supervise(request.actor, row.case)
    form = ReturnForm(request.POST or None)

    def effect(at: datetime) -> str:
        supervising.return_again(
            case_id=case_id, return_id=return_id, actor=request.actor, at=at, **form.cleaned_data
        )
        return _page(case_id)

    return step(
        request,
        form=form,
        scope="cases.supervision-again",
        effect=effect,
        draft=(f"supervision-again-{return_id.hex}", case_id),
        done=_("Returned again, with a new date."),
        context={
            "case": row.case,
            "back": _page(case_id),
            "title": _("Return this work again"),
            "lead": _("What you wrote before and the answer stay as they are. Write what is still missing."),
            "submit": _("Return it again"),
        },
    )


@require_POST
def settle(request: Request, case_id: UUID, return_id: UUID) -> HttpResponse:
    """Accept an answer, or take back what nobody answered."""
    ways: dict[str, tuple[Any, Any]] = {
        "accept": (supervising.accept, _("The answer is accepted.")),
        "take_back": (supervising.take_back, _("Taken back: nothing is asked any more.")),
    }
    chosen = request.POST.get("do", "")

    def effect(at: datetime) -> str:
        # Absent, before anything is said of an answer.
        supervising.fetch(return_id, case_id=case_id, actor=request.actor)
        if chosen not in ways:
            raise Refused(_("Choose one of the answers."))
        ways[chosen][0](case_id=case_id, return_id=return_id, actor=request.actor, at=at)
        return _page(case_id)

    done = ways[chosen][1] if chosen in ways else ""
    return do(request, scope=f"cases.supervision-settle:{return_id}", effect=effect, done=done)


@require_GET
def returned(request: Request) -> HttpResponse:
    """What was returned in the programmes one coordinates, by date: where it stands, and no words."""
    permissions.check_can_review_quality(request.actor)
    found = queries.of_programmes(actor=request.actor, after=request.GET.get("from", ""))
    return render(
        request,
        "cases/quality_returned.html",
        {
            "page": found.showing(shown.lines),
            "at": clock.now(),
            "tabs": tabs(request.actor, "quality-returned"),
        },
    )
