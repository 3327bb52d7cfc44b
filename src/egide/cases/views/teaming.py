"""Who works on a case whose programme asks for no consent."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases import permissions
from egide.cases.forms.teaming import TeamForm
from egide.cases.models import Case
from egide.cases.services import teaming
from egide.cases.views.step import do, fetch_supported, step
from egide.common.http import Request
from egide.sharing import queries as sharing


def _fetch(request: Request, case_id: UUID) -> Case:
    case = fetch_supported(request, case_id)
    teaming.check_has_team(case)
    return case


def team(request: Request, case_id: UUID) -> HttpResponse:
    """The agencies that work on a case, and those that may be brought in."""
    case = _fetch(request, case_id)
    working = sharing.assigned_agencies(case_id=case.pk)
    partners = list(case.programme.partners.filter(is_active=True).order_by("code"))
    form = TeamForm(
        request.POST or None,
        agencies=[(str(one.pk), str(one)) for one in partners if one.pk not in working],
        initial={"agency": request.GET.get("agency", "")},
    )

    def effect(at: datetime) -> str:
        teaming.bring_in(
            case_id=case.pk,
            agency_id=UUID(form.cleaned_data["agency"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:team", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.team",
        effect=effect,
        draft=("team", case.pk),
        template="cases/team.html",
        done=_("The agency works on this case from now on."),
        context={
            "case": case,
            "working": [one for one in partners if one.pk in working],
            "may_change": case.is_open and permissions.can_coordinate(request.actor, case),
            "is_active": case.state == "active",
        },
    )


@require_POST
def let_go(request: Request, case_id: UUID, agency_id: UUID) -> HttpResponse:
    """End an agency's work on a case."""
    case = _fetch(request, case_id)

    def effect(at: datetime) -> str:
        teaming.let_go(case_id=case.pk, agency_id=agency_id, actor=request.actor, at=at)
        return reverse("cases:team", args=[case.pk])

    return do(
        request, scope="cases.team-end", effect=effect, done=_("The agency no longer works on this case.")
    )
