"""Another agency leads a case: proposed, answered, withdrawn, and what became of it."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.leading import LeadChangeForm
from egide.cases.models import Case, LeadChange
from egide.cases.queries import leading as queries
from egide.cases.services import leading
from egide.cases.views.step import do, fetch_case, step
from egide.common import clock
from egide.common.errors import NotVisible, Refused
from egide.common.http import Request
from egide.partners.models import Role


@require_GET
def lead_changes(request: Request) -> HttpResponse:
    """What waits for an answer, and what was answered of late, for the two agencies it concerns."""
    if request.actor is None or request.actor.role != Role.COORDINATOR:
        raise NotVisible
    at = clock.now()
    page = queries.known(actor=request.actor, at=at, after=request.GET.get("from", ""))
    return render(request, "cases/lead_changes.html", {"rows": page.rows, "page": page})


def lead_change(request: Request, case_id: UUID) -> HttpResponse:
    """The proposal that waits; where none does, the form to make one.

    What was sent while a colleague proposed is refused by the service, and shown again with all that was typed.
    """
    case = fetch_case(request, case_id)
    found = queries.waiting(case=case, actor=request.actor)
    if found is not None and (
        request.method != "POST" or not permissions.can_coordinate(request.actor, case)
    ):
        return _shown(request, case, found)
    permissions.check_can_coordinate(request.actor, case)
    programmes = queries.programmes_for(case=case)
    form = LeadChangeForm(request.POST or None, programmes=programmes)

    def effect(at: datetime) -> str:
        leading.propose_lead_change(
            case_id=case_id,
            programme_id=UUID(form.cleaned_data["programme"]),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:lead-change", args=[case_id])

    return step(
        request,
        form=form,
        scope=f"lead-change:{case_id}",
        effect=effect,
        draft=("lead-change", case.pk),
        template="cases/lead_change_new.html",
        context={"case": case, "programmes": programmes},
        done=_("Proposed. The other agency was told; nothing changes before it accepts."),
    )


def _shown(request: Request, case: Case, found: LeadChange) -> HttpResponse:
    at = clock.now()
    return render(
        request,
        "cases/lead_change.html",
        {
            "case": case,
            "change": found,
            "reason": queries.reason(change=found, case=case, actor=request.actor, at=at),
            "can_receive": permissions.can_receive(request.actor, found)
            and found.proposed_by_account_id != request.actor.account_id,
            "can_withdraw": permissions.can_coordinate(request.actor, case),
        },
    )


@require_POST
def answer(request: Request, change_id: UUID) -> HttpResponse:
    """Accept to lead, or refuse."""
    answers = {"accept": leading.accept_lead_change, "refuse": leading.refuse_lead_change}
    chosen = request.POST.get("answer", "")

    def effect(at: datetime) -> str:
        LeadChange.objects.fetch(
            change_id, actor=request.actor
        )  # absent, before anything is said of an answer
        if chosen not in answers:
            raise Refused(_("Choose one of the answers."))
        made = answers[chosen](change_id=change_id, actor=request.actor, at=at)
        return reverse("cases:case", args=[made.case_id])

    done = (
        _("Your agency leads the case from now on.")
        if chosen == "accept"
        else _("Refused. The other agency was told.")
    )
    return do(request, scope=f"lead-change-answer:{change_id}", effect=effect, done=done)


@require_POST
def withdraw(request: Request, change_id: UUID) -> HttpResponse:
    """Take a proposal back."""

    def effect(at: datetime) -> str:
        made = leading.withdraw_lead_change(change_id=change_id, actor=request.actor, at=at)
        return reverse("cases:case", args=[made.case_id])

    return do(request, scope=f"lead-change-withdraw:{change_id}", effect=effect, done=_("Withdrawn."))
