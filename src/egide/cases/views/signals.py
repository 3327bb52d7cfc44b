"""A health professional reports to the prosecutor: for who writes it alone, in France alone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.signals import NotYetForm, ProsecutorForm
from egide.cases.models import Case, ProsecutorReport
from egide.cases.services import signalling
from egide.cases.views.step import do, fetch_case, step
from egide.common import clock, paging
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.partners.models import Membership, Role
from egide.sharing import prosecutor

#: One's own reports on one page.
REPORTS = 20
_CODES = ("is_adult", "is_danger_immediate", "is_under_hold", "is_in_conscience", "agreement")


def write(request: Request, case_id: UUID) -> HttpResponse:
    """Write a report, or see one's own of this case."""
    case = fetch_case(request, case_id)
    permissions.check_can_report_to_prosecutor(request.actor)
    form = ProsecutorForm(request.POST or None)

    def effect(at: datetime) -> str:
        data = dict(form.cleaned_data)
        codes = {name: data.pop(name) for name in _CODES}
        made = signalling.write_report(case_id=case.pk, **codes, words=data, actor=request.actor, at=at)
        return reverse("cases:prosecutor-one", args=[case.pk, made.pk])

    own = ProsecutorReport.objects.filter(
        case=case, written_by_account=request.actor.account_id, agency=request.actor.agency_id
    )
    return step(
        request,
        form=form,
        scope=f"prosecutor:{case.pk}",
        effect=effect,
        draft=("prosecutor", case.pk),
        template="cases/prosecutor.html",
        context={
            "case": case,
            "reports": paging.page(
                own.defer("words"), by="-written_at", size=REPORTS, after=request.GET.get("from", "")
            ),
            "doors": [prosecutor.words_of(name) for name in sorted(prosecutor.rules_on())],
            "at": clock.now(),
        },
        done=_("Written down. It leaves only when you send it yourself."),
    )


@require_GET
def one(request: Request, case_id: UUID, report_id: UUID) -> HttpResponse:
    """One report of one's own, and what remains to do."""
    return render(request, "cases/prosecutor_one.html", _opened(request, case_id, report_id))


@require_GET
def printed(request: Request, case_id: UUID, report_id: UUID) -> HttpResponse:
    """The report on paper, addressed to the prosecutor: in French, whatever the reader's language."""
    with translation.override("fr"):
        return render(
            request, "cases/prosecutor_print.html", _opened(request, case_id, report_id, is_on_paper=True)
        )


def _opened(request: Request, case_id: UUID, report_id: UUID, *, is_on_paper: bool = False) -> dict[str, Any]:
    at = clock.now()
    if request.actor is None:
        raise NotVisible
    report, words = signalling.open_report(
        case_id=case_id, report_id=report_id, actor=request.actor, at=at, is_on_paper=is_on_paper
    )
    report.written_by = request.actor
    case = Case.objects.visible_to(request.actor).filter(pk=case_id).order_by().first()
    text, citation = prosecutor.words_of(report.rule)
    return {
        "case": case,
        "report": report,
        "words": {name: words.get(name, "") for name in _WORDS},
        "rule": text,
        "citation": citation,
        "at": at,
        "delays": [] if is_on_paper else _delays(report, request.actor),
        "is_late": report.told_at is None and report.tell_by is not None and report.tell_by < at,
    }


def _delays(report: ProsecutorReport, actor: Membership) -> list[dict[str, Any]]:
    return [
        {"why": one["why"], "on": date.fromisoformat(one["on"]), "until": date.fromisoformat(one["until"])}
        for one in signalling.delays_of(report, actor)
    ]


def later(request: Request, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Say why it is not safe yet to tell her, and when it is looked at again."""
    if request.actor is None:
        raise NotVisible
    report = signalling.fetch_owed(case_id=case_id, report_id=report_id, actor=request.actor)
    form = NotYetForm(request.POST or None)
    back = reverse("cases:prosecutor-one", args=[case_id, report_id])

    def effect(at: datetime) -> str:
        signalling.put_off_telling(
            case_id=case_id, report_id=report_id, actor=request.actor, at=at, **form.cleaned_data
        )
        return back

    return step(
        request,
        form=form,
        scope=f"prosecutor-later:{report_id}",
        effect=effect,
        draft=("prosecutor-later", report.case_id),
        template="cases/prosecutor_later.html",
        context={"back": back},
        done=_("Recorded. It comes back to your day on the day you chose."),
    )


_WORDS = ("court", "person", "facts", "danger", "hold", "why_not_agreed")
_ACTS = {
    "left": signalling.record_left,
    "drop": signalling.drop_report,
    "told": signalling.record_told,
}


@require_POST
def act(request: Request, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Record that it left, that it does not leave, or that she was told."""
    wanted = request.POST.get("do", "")
    if wanted not in _ACTS or request.actor is None:
        raise NotVisible

    def effect(at: datetime) -> str:
        if request.actor.role == Role.PRIVACY_OFFICER and wanted == "told":
            signalling.record_told_for_agency(
                case_id=case_id, report_id=report_id, actor=request.actor, at=at
            )
            return reverse("cases:my-day")
        _ACTS[wanted](case_id=case_id, report_id=report_id, actor=request.actor, at=at)
        return reverse("cases:prosecutor-one", args=[case_id, report_id])

    return do(request, scope=f"prosecutor-{wanted}:{report_id}", effect=effect, done=_("Recorded."))
