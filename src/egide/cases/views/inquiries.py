"""Questions from outside: recorded, answered with one letter whoever asks and whatever is held."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.inquiries import InquiryForm
from egide.cases.models import Inquiry
from egide.cases.services import inquiring
from egide.cases.views.step import do, step
from egide.common import clock, paging
from egide.common.errors import NotVisible
from egide.common.http import Request

#: Questions on one page, of those that wait and of those answered.
SHOWN = 50


def _fetch(request: Request, inquiry_id: UUID) -> Inquiry:
    permissions.check_can_receive_inquiries(request.actor)
    found = (
        Inquiry.objects.select_related("recorded_by__account", "answered_by__account", "agency")
        .filter(pk=inquiry_id, agency=request.actor.agency_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


@require_GET
def inquiries(request: Request) -> HttpResponse:
    """What was asked and is not answered yet, soonest first; then what was answered lately."""
    permissions.check_can_receive_inquiries(request.actor)
    rows = Inquiry.objects.filter(agency=request.actor.agency_id)
    waiting = paging.page(
        rows.filter(answered_at=None), by="answer_due_at", size=SHOWN, after=request.GET.get("waiting", "")
    )
    answered = paging.page(
        rows.exclude(answered_at=None),
        by="-answered_at",
        size=SHOWN,
        after=request.GET.get("answered", ""),
    )
    return render(
        request, "cases/inquiries.html", {"waiting": waiting, "answered": answered, "at": clock.now()}
    )


def inquiry_new(request: Request) -> HttpResponse:
    """Write a request down."""
    permissions.check_can_receive_inquiries(request.actor)
    form = InquiryForm(request.POST or None, initial={"language": (translation.get_language() or "en")[:2]})

    def effect(at: datetime) -> str:
        data = dict(form.cleaned_data)
        codes = {name: data.pop(name) for name in ("side", "identity_check", "language")}
        made = inquiring.record_inquiry(**codes, words=data, actor=request.actor, at=at)
        return reverse("cases:inquiry", args=[made.pk])

    return step(
        request,
        form=form,
        scope="cases.inquiry",
        effect=effect,
        draft=("inquiry", None),
        template="cases/inquiry_new.html",
        context={},
        done=_("Written down. The answer is ready to print."),
    )


@require_GET
def inquiry(request: Request, inquiry_id: UUID) -> HttpResponse:
    """One request, and what to do with it."""
    found, at = _fetch(request, inquiry_id), clock.now()
    is_kept = found.forgotten_at is None
    words = inquiring.open_inquiry(inquiry=found, actor=request.actor, at=at) if is_kept else {}
    return render(request, "cases/inquiry.html", {"inquiry": found, "words": words, "at": at})


@require_GET
def inquiry_letter(request: Request, inquiry_id: UUID) -> HttpResponse:
    """The answer on paper: it reads the day and the language of the request, and nothing else of anyone."""
    found = _fetch(request, inquiry_id)
    inquiring.record_letter(inquiry=found, actor=request.actor, at=clock.now())
    with translation.override(found.language):
        return render(request, "cases/inquiry_letter.html", {"agency": found.agency, "day": clock.today()})


@require_POST
def inquiry_answered(request: Request, inquiry_id: UUID) -> HttpResponse:
    """Record that the answer left."""

    def effect(at: datetime) -> str:
        inquiring.record_answered(inquiry_id=inquiry_id, actor=request.actor, at=at)
        return reverse("cases:inquiries")

    permissions.check_can_receive_inquiries(request.actor)
    return do(request, scope=f"inquiry:{inquiry_id}", effect=effect, done=_("Recorded as answered."))
