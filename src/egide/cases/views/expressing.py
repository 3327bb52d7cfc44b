"""Words of belief or opinion that came with a threat: asked for by one person, kept if a second one agrees."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases import permissions
from egide.cases.forms.expressing import ExpressionForm
from egide.cases.models import Case
from egide.cases.queries import expressing as queries
from egide.cases.services import expressing
from egide.cases.views.step import do, fetch_supported, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request

#: As much of a threat as tells it from another in a list of choices.
SHOWN = 120


def expression(request: Request, case_id: UUID) -> HttpResponse:
    """What waits, what was decided, and the form for more."""

    def check(case: Case) -> None:
        permissions.check_can_support(request.actor, case)
        expressing.check_may_keep(case)

    found = queries.expressions(case_id=case_id, actor=request.actor, at=clock.now(), check=check)
    case = found.case
    form = ExpressionForm(
        request.POST or None, threats=[(str(pk), text[:SHOWN]) for pk, text in found.threats]
    )

    def effect(now: datetime) -> str:
        data = form.cleaned_data
        expressing.ask_to_keep(
            case_id=case.pk,
            threat_id=UUID(data["threat"]),
            words=data["words"],
            reason=data["reason"],
            actor=request.actor,
            at=now,
        )
        return reverse("cases:expression", args=[case.pk])

    return step(
        request,
        form=form,
        scope="cases.expression",
        effect=effect,
        draft=("expression", case.pk),
        template="cases/expression.html",
        done=_("Written down. They are kept only if a colleague agrees."),
        context={
            "case": case,
            "has_threats": bool(found.threats),
            "lines": found.lines,
        },
    )


@require_POST
def expression_answer(request: Request, case_id: UUID, expression_id: UUID) -> HttpResponse:
    """Keep the words, or destroy them."""
    case = fetch_supported(request, case_id)
    expressing.check_may_keep(case)
    wanted = request.POST.get("do", "")
    if wanted not in ("keep", "destroy"):
        raise NotVisible

    def effect(at: datetime) -> str:
        expressing.answer(
            case_id=case.pk, expression_id=expression_id, is_kept=wanted == "keep", actor=request.actor, at=at
        )
        return reverse("cases:expression", args=[case.pk])

    return do(request, scope=f"expression:{expression_id}", effect=effect, done=_("Recorded."))
