"""Weapons within reach, and a release to come."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.forms.safety import ReleaseEndedForm, ReleaseForm, WeaponsForm, take_weapons
from egide.cases.lifecycle import ReleaseState
from egide.cases.models import Release
from egide.cases.services import releasing, weaponing
from egide.cases.views.step import fetch_case, fetch_supported, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request


def weapons(request: Request, case_id: UUID) -> HttpResponse:
    """Say what is known of weapons, at one stage."""
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    form = WeaponsForm(request.POST or None, initial={"stage": request.GET.get("stage", "")})

    def effect(at: datetime) -> str:
        data = dict(form.cleaned_data)
        weaponing.record_weapons(
            case_id=case.pk,
            stage=data["stage"],
            answer=take_weapons(data),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:case", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.weapons",
        effect=effect,
        draft=("weapons", case.pk),
        done=_("What is known of weapons was recorded."),
        context={
            "case": case,
            "title": _("Weapons within reach"),
            "lead": _(
                "Asked again at every stage: what was true a month ago may not be. Not known is not no."
            ),
            "submit": _("Record the answer"),
        },
    )


def release(request: Request, case_id: UUID) -> HttpResponse:
    """Record the day of a release, or move it."""
    case = fetch_supported(request, case_id)
    form = ReleaseForm(request.POST or None)

    def effect(at: datetime) -> str:
        said = form.cleaned_data
        releasing.record_release(
            case_id=case.pk,
            place=said["place"],
            expected_on=said["expected_on"],
            is_known=said["certainty"] == "known",
            words=said["words"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:release", args=[case.pk])

    releases = list(Release.objects.filter(case=case).order_by("-expected_on", "-pk"))
    return step(
        request,
        form=form,
        scope="cases.release",
        effect=effect,
        draft=("release", case.pk),
        template="cases/release.html",
        done=_(
            "The day was recorded. A task warns who is in danger in time, and another asks once it has come."
        ),
        context={
            "case": case,
            "at": clock.now(),
            "awaited": next((one for one in releases if one.state == ReleaseState.AWAITED), None),
            "past": [one for one in releases if one.state != ReleaseState.AWAITED],
        },
    )


def release_ended(request: Request, case_id: UUID, release_id: UUID) -> HttpResponse:
    """Say whether a release took place."""
    case = fetch_supported(request, case_id)
    found = Release.objects.filter(pk=release_id, case=case, state=ReleaseState.AWAITED).order_by().first()
    if found is None:
        raise NotVisible
    form = ReleaseEndedForm(request.POST or None)

    def effect(at: datetime) -> str:
        releasing.end_release(
            case_id=case.pk,
            release_id=found.pk,
            took_place=form.cleaned_data["outcome"] == "yes",
            words=form.cleaned_data["words"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:case", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.release-ended",
        effect=effect,
        draft=(f"release-ended-{found.pk.hex}", case.pk),
        done=_("It was recorded."),
        context={
            "case": case,
            "title": _("Did the release take place?"),
            "lead": _("If it did and nobody warned who is in danger, that task is late from now on."),
            "submit": _("Record the answer"),
        },
    )
