"""The end of a consent: what an agency must stop using, and its answer."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.cases.forms.cascade import AcknowledgeForm, RelayForm
from egide.cases.models import EndNotice
from egide.cases.services import cascading
from egide.cases.views.step import fetch_supported, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.sharing.rules.sides import is_management_only


def end_notice(request: Request, notice_id: UUID) -> HttpResponse:
    """What one agency must stop using, and its answer; without a name or a word of what it was."""
    if request.actor is None:
        raise NotVisible
    notice = EndNotice.objects.select_related("case", "answered_by__account").fetch(
        notice_id, actor=request.actor
    )
    form = AcknowledgeForm(request.POST or None)

    def effect(at: Any) -> str:
        cascading.acknowledge(notice_id=notice.pk, actor=request.actor, at=at, **form.cleaned_data)
        return reverse("cases:received")

    return step(
        request,
        form=form,
        scope=f"end-notice:{notice.pk}",
        effect=effect,
        template="cases/end_notice.html",
        context={
            "notice": notice,
            "is_other_side": is_management_only(request.actor.sector),
            "at": clock.now(),
        },
        done=_("Your answer was recorded."),
    )


def relayed(request: Request, case_id: UUID, notice_id: UUID) -> HttpResponse:
    """Write down what an agency answered by letter or by telephone."""
    case = fetch_supported(request, case_id)
    notice = (
        EndNotice.objects.filter(pk=notice_id, case=case)
        .waiting()
        .select_related("agency")
        .order_by()
        .first()
    )
    if notice is None:
        raise NotVisible
    form = RelayForm(request.POST or None)

    def effect(at: Any) -> str:
        cascading.acknowledge(notice_id=notice.pk, actor=request.actor, at=at, **form.cleaned_data)
        return reverse("cases:consents", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"end-notice:{notice.pk}",
        effect=effect,
        context={
            "case": case,
            "title": _("What %(agency)s answered") % {"agency": notice.agency},
            "lead": _("By letter or by telephone, when it cannot answer here. Your name goes with it."),
            "submit": _("Write it down"),
        },
        done=_("The answer was recorded."),
    )
