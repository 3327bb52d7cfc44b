"""Report the danger without saying who the person is."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases import permissions
from egide.cases.forms.sharing import DangerForm
from egide.cases.models import Case, DangerReport
from egide.cases.services import alerting, entries
from egide.cases.views.step import do, fetch_case, step
from egide.common import clock, paging
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.paging import Page
from egide.partners.models import Agency
from egide.sharing import services as sharing

#: Reports on one page.
REPORTS = 50


def _reports(request: Request, case: Case) -> Page[tuple[DangerReport, str]]:
    """Answer a page of the reports of a case, newest first, with their words where the reader gets them."""
    rows = DangerReport.objects.filter(case=case).select_related(
        "recipient", "written_by__account", "written_by__agency", "checked_by__account"
    )
    found = paging.page(rows, by="-written_at", size=REPORTS, after=request.GET.get("from", ""))
    return found.showing(lambda rows: _with_words(request, case, rows))


def _with_words(request: Request, case: Case, rows: list[DangerReport]) -> list[tuple[DangerReport, str]]:
    if not rows:
        return []
    view = sharing.open_files(
        actor=request.actor,
        files=[entries.subject_file(case)],
        purpose="case_management",
        at=clock.now(),
        records=[row.sealed_record(holder_id=row.written_by.agency_id) for row in rows],
        with_items=False,
    )
    said = {item.id: item.text for item in view.items}
    return [(row, said.get(row.pk, "")) for row in rows]


def danger(request: Request, case_id: UUID) -> HttpResponse:
    """Write a danger down for one agency; a second person lets it be told."""
    case = fetch_case(request, case_id)
    permissions.check_can_tell_danger(request.actor, case)
    others = Agency.objects.filter(is_active=True).exclude(pk=case.programme.lead_agency_id).order_by("code")
    form = DangerForm(
        request.POST or None,
        agencies=[(str(one.pk), str(one)) for one in others],
        initial={"agency": request.GET.get("agency", "")},
    )

    def effect(at: datetime) -> str:
        data = form.cleaned_data
        alerting.write_report(
            case_id=case.pk,
            recipient_id=UUID(data["agency"]),
            facts=data["facts"],
            is_unnamed=data["is_unnamed"],
            is_client_unsaid=data["is_client_unsaid"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:danger", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"danger:{case.pk}",
        effect=effect,
        draft=("danger", case.pk),
        template="cases/danger.html",
        context={"case": case, "reports": _reports(request, case)},
        done=_("Written down. Tell nobody before a colleague has read it."),
    )


@require_POST
def danger_check(request: Request, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Let it be told, or not."""
    case = fetch_case(request, case_id)
    wanted = request.POST.get("do", "")
    if wanted not in ("clear", "stop"):
        raise NotVisible

    def effect(at: datetime) -> str:
        alerting.check_report(
            report_id=report_id, case_id=case.pk, is_cleared=wanted == "clear", actor=request.actor, at=at
        )
        return reverse("cases:danger", args=[case.pk])

    return do(request, scope=f"danger-check:{report_id}", effect=effect, done=_("Recorded."))
