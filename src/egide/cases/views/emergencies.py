"""Emergency access: open, read, renew, review. To whoever is not named for it, these pages are not there."""

from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.emergencies import EmergencyForm, NameUserForm, ReviewForm
from egide.cases.models import Case
from egide.cases.queries import emergencies as queries
from egide.cases.services import emergencies
from egide.cases.views.sharing import lines_of
from egide.cases.views.step import act, do, step
from egide.common import clock
from egide.common.errors import NotVisible, Refused
from egide.common.http import Request
from egide.partners.models import Membership
from egide.sharing import emergency, misses
from egide.sharing.models import EmergencyAccess, EmergencyMiss
from egide.sharing.permissions import check_privacy_officer


def _check_named(request: Request) -> None:
    if request.actor is None or not emergency.may_open(request.actor):
        raise NotVisible


@reauthentication_required
def _prove(_request: Request) -> HttpResponse:
    return HttpResponse()


def _is_proved(request: Request) -> bool:
    """Say whether the person proved who they are again within minutes: a stolen session opens nothing."""
    if not settings.EGIDE_SECOND_FACTOR_REQUIRED:
        return True
    try:
        _prove(request)
    except ReauthenticationRequired:
        return False
    return True


def new(request: Request) -> HttpResponse:
    """Open a case in an emergency, by its reference."""
    _check_named(request)
    is_proved = _is_proved(request)
    if request.method != "POST" and not is_proved:
        return _prove(request)  # sends them to prove it, then back here
    at = clock.now()
    form = EmergencyForm(request.POST or None)
    if not is_proved:
        # Not by way of the session, which would keep the reason in clear.
        form.add_error(
            None,
            _("It is too long since you proved who you are. Do it in another tab, then send this again."),
        )

    attempt, missed = _begin_try(form, request, at=at), []

    def effect(at: Any) -> str:
        try:
            made = emergencies.open_case(
                reference=form.cleaned_data["reference"],
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                at=at,
            )
        except emergencies.NothingThere:
            missed.append(True)
            raise
        return reverse("cases:emergency-read", args=[made.pk])

    answer = step(
        request,
        form=form,
        scope="emergency",
        effect=effect,
        template="cases/emergency.html",
        context={
            "mine": queries.mine(request.actor, at=at),
            "is_blocked": emergency.is_blocked(request.actor, at=at),
            "has_missed": misses.is_stopped(request.actor, at=at),
            "at": at,
        },
    )
    if attempt is not None:  # after a refusal undid the rest, so that the miss is kept
        misses.end_try(attempt=attempt, is_missed=bool(missed), actor=request.actor, at=at)
    return answer


def _begin_try(form: EmergencyForm, request: Request, *, at: datetime) -> EmergencyMiss | None:
    """Count what is about to be tried; None when nothing will be, and the form says why."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return misses.begin_try(actor=request.actor, at=at)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None


@require_GET
def read(request: Request, access_id: UUID) -> HttpResponse:
    """Read what is open, until it ends."""
    _check_named(request)
    at = clock.now()
    found = queries.read(access_id=access_id, actor=request.actor, at=at)
    return render(
        request, "cases/emergency_read.html", {"found": found, "entries": lines_of(found.view), "at": at}
    )


@require_POST
def renew(request: Request, access_id: UUID) -> HttpResponse:
    """Four hours more, once, by a second person: the programme's coordinator or a privacy officer."""
    access = EmergencyAccess.objects.filter(pk=access_id).order_by().first()
    if access is None or request.actor is None:
        raise NotVisible
    if request.actor.role == "privacy_officer":
        back = reverse("cases:emergency-reviews")
    else:
        case = Case.objects.select_related("programme__lead_agency").fetch(
            access.case_id, actor=request.actor
        )
        permissions.check_can_coordinate(request.actor, case)
        back = reverse("cases:case", args=[case.pk])

    def effect(at: Any) -> str:
        emergency.renew(access_id=access_id, actor=request.actor, at=at)
        return back

    return do(request, scope=f"emergency-renew:{access_id}", effect=effect, done=_("Renewed for four hours."))


def reviews(request: Request) -> HttpResponse:
    """What was opened in an emergency, for the privacy officer, and who may."""
    check_privacy_officer(request.actor)
    at = clock.now()
    form = NameUserForm(request.POST or None, people=queries.who_could_be(actor=request.actor))
    if request.method == "POST" and form.is_valid():

        def effect(at: Any) -> str:
            chosen = Membership.objects.select_related("account", "agency").get(
                pk=form.cleaned_data["membership"]
            )
            emergency.name_user(membership=chosen, actor=request.actor, at=at)
            return reverse("cases:emergency-reviews")

        answer = act(request, scope="emergency-user", effect=effect, form=form, done=_("Named."))
        if answer is not None:
            return answer
    waiting = queries.to_review(actor=request.actor)
    reviewed = queries.reviewed(actor=request.actor, after=request.GET.get("from", ""))
    rows = [*waiting, *reviewed.rows]
    words = emergency.reasons(accesses=waiting, actor=request.actor, at=at)
    names = queries.references(rows)
    return render(
        request,
        "cases/emergency_reviews.html",
        {
            "rows": [
                {"access": row, "reference": names.get(row.case_id, ""), "reason": words.get(row.pk, "")}
                for row in rows
            ],
            "page": reviewed,
            "review": ReviewForm(),
            "form": form,
            "users": queries.named_users(),
            "missed": misses.recent(actor=request.actor, at=at),
            "at": at,
        },
        status=422 if form.is_bound and form.errors else 200,
    )


@require_POST
def review(request: Request, access_id: UUID) -> HttpResponse:
    """Say what the review of one access found."""
    check_privacy_officer(request.actor)

    def effect(at: Any) -> str:
        emergency.review(
            access_id=access_id, outcome=request.POST.get("outcome", ""), actor=request.actor, at=at
        )
        return reverse("cases:emergency-reviews")

    return do(request, scope=f"emergency-review:{access_id}", effect=effect, done=_("Reviewed."))


@require_POST
def forgive(request: Request, membership_id: UUID) -> HttpResponse:
    """Let a person who asked for cases that are not there try again."""
    check_privacy_officer(request.actor)

    def effect(at: Any) -> str:
        misses.forgive(membership_id=membership_id, actor=request.actor, at=at)
        return reverse("cases:emergency-reviews")

    return do(
        request, scope=f"emergency-forgive:{membership_id}", effect=effect, done=_("They may try again.")
    )


@require_POST
def end_user(request: Request, user_id: UUID) -> HttpResponse:
    """Take the permission back."""
    check_privacy_officer(request.actor)

    def effect(at: Any) -> str:
        emergency.end_user(user_id=user_id, actor=request.actor, at=at)
        return reverse("cases:emergency-reviews")

    return do(request, scope=f"emergency-user:{user_id}", effect=effect, done=_("Taken back."))
