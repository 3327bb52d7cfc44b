"""Training: who lacks what in an agency, and recording it for somebody else."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases.forms.training import AgencyForm, TrainingForm
from egide.cases.queries import training as queries
from egide.cases.views.step import do, step
from egide.common import clock, paging
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.text import localized
from egide.partners import queries as partners
from egide.partners.models import Agency, Membership, Role
from egide.partners.permissions import check_can_record_training, check_keeps_training
from egide.partners.queries import training as held
from egide.partners.rules.training import courses
from egide.partners.services import training as services

#: Records of one person on one page.
RECORDS = 20


def _agency(request: Request) -> tuple[Agency, list[Agency]]:
    """Answer whose people are shown, and what else may be chosen: an administrator looks at any agency."""
    own = request.actor.agency
    if request.actor.role != Role.ADMINISTRATOR:
        return own, []
    offered = list(partners.open_agencies())
    asked = request.GET.get("agency", "")
    chosen = next((one for one in offered if str(one.pk) == asked), None)
    if asked and chosen is None:
        raise NotVisible
    return chosen or own, offered


@require_GET
def training(request: Request) -> HttpResponse:
    """Who of the agency lacks which course: those first, then the others."""
    check_keeps_training(request.actor)
    agency, offered = _agency(request)
    required, people = queries.staff(agency_id=agency.pk, at=clock.now())
    return render(
        request,
        "cases/training.html",
        {
            "agency": agency,
            "form": AgencyForm(agencies=offered, initial={"agency": str(agency.pk)}) if offered else None,
            "required": required,
            "people": people,
            "lacking": sum(1 for one in people if one.is_lacking),
        },
    )


def _member(request: Request, membership_id: UUID) -> Membership:
    check_keeps_training(request.actor)
    found = held.fetch_member(membership_id=membership_id, on=clock.today())
    check_can_record_training(request.actor, found)
    return found


def member(request: Request, membership_id: UUID) -> HttpResponse:
    """One person: what is recorded, and recording one more course."""
    found = _member(request, membership_id)
    choices = [(one.code, localized(one, "title")) for one in courses().values()]
    only = {"course": choices[0][0]} if len(choices) == 1 else {}
    form = TrainingForm(request.POST or None, courses=choices, initial=only)

    def effect(at: datetime) -> str:
        services.record_training(membership_id=membership_id, **form.cleaned_data, actor=request.actor, at=at)
        return _back(request, found)

    records = paging.page(
        held.records(membership_ids=[found.pk]),
        by="-valid_until",
        size=RECORDS,
        after=request.GET.get("from", ""),
    )
    return step(
        request,
        form=form,
        scope=f"training:{membership_id}",
        effect=effect,
        draft=("training", membership_id),
        template="cases/training_member.html",
        context={
            "member": found,
            "back": _back(request, found),
            "records": [
                {"record": one, "title": localized(courses()[one.course], "title")}
                for one in records.rows
                if one.course in courses()
            ],
            "page": records,
            "at": clock.now(),
        },
        done=_("Recorded. What it opens is open now."),
    )


def _back(request: Request, found: Membership) -> str:
    here = reverse("cases:training")
    return here if found.agency_id == request.actor.agency_id else f"{here}?agency={found.agency_id}"


@require_POST
def withdraw(request: Request, record_id: UUID) -> HttpResponse:
    """Take back a record made by mistake."""

    def effect(at: datetime) -> str:
        gone = services.withdraw_training(record_id=record_id, actor=request.actor, at=at)
        return reverse("cases:training-member", args=[gone.membership_id])

    check_keeps_training(request.actor)
    return do(
        request, scope=f"training-withdraw:{record_id}", effect=effect, done=_("The record is withdrawn.")
    )
