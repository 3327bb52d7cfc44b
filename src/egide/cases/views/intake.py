"""Referring someone, and the triage queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions, presentation
from egide.cases.forms.concerns import FORMS
from egide.cases.forms.intake import AgainForm, SecondReaderForm, TriageForm
from egide.cases.forms.referring import ReferralForm
from egide.cases.forms.safety import take_weapons
from egide.cases.lifecycle import State
from egide.cases.models import Case, Programme
from egide.cases.models.case import programmes_around
from egide.cases.presentation.matching import likely_lines
from egide.cases.queries import casefile, intake, same_people
from egide.cases.queries.matching import typed as sought_of
from egide.cases.resuming import draft_address
from egide.cases.services import drafting, linking, recusing, referring, triaging
from egide.cases.views.step import (
    act,
    asks_for_drafts,
    do,
    drafts_fragment,
    fetch_case,
    fill,
    give_back,
    step,
    typed,
)
from egide.common import clock, idempotency, paging
from egide.common.errors import NotVisible, PermissionDenied
from egide.common.http import Request
from egide.common.parsing import uuid_or_absent
from egide.common.typed import words_sent

#: An agency's referrals on one page.
REFERRALS = 50


def refer(request: Request) -> HttpResponse:
    """Refer someone to a programme."""
    if request.actor is None or request.actor.role not in permissions.REFERRING_ROLES:
        raise PermissionDenied(_("Your role does not make referrals."))
    programmes = programmes_around(request.actor)
    if not programmes:
        raise PermissionDenied(_("Your agency is not a partner of any programme yet."))
    intake = _intake(request, programmes)
    if intake is None:
        return render(request, "cases/refer_choose.html", {"programmes": programmes})
    of_this_form = [one.pk for one in programmes if one.protocol.intake == intake]
    ours = Programme.objects.filter(pk__in=of_this_form).select_related("lead_agency").order_by("code")
    language = request.actor.account.language
    form = FORMS[intake](
        request.POST or None,
        programmes=ours,
        initial={
            "programme": request.GET.get("programme"),
            "victim_language": language,
            "person_language": language,
        },
    )

    def effect(at):  # type: ignore[no-untyped-def]
        referring.refer(
            programme_id=form.cleaned_data["programme"].pk, content=form.content(), actor=request.actor, at=at
        )
        return reverse("cases:referrals")

    context = {
        "intake": intake,
        "only": ours[0] if len(ours) == 1 else None,
        "caption": str(ours[0]) if len(ours) == 1 else "",
        "has_others": len(ours) < len(programmes),
    }
    if request.method == "POST" and "look" in request.POST:
        return _look(request, form, {**context, "autosave": draft_address(f"refer-{intake}")})
    return step(
        request,
        form=form,
        scope="cases.refer",
        effect=effect,
        draft=(f"refer-{intake}", None),
        template="cases/refer.html",
        done=_sent(ours[0], is_emergency=bool(request.POST.get("is_emergency"))),
        context=context,
    )


def _look(request: Request, form: ReferralForm, context: Mapping[str, Any]) -> HttpResponse:
    """Look for the people being typed among those the referrer may read; nothing is sent, nothing typed is lost."""
    at = clock.now()
    people, programme = form.people_typed(), form.programme_typed()
    likely = same_people.typed(
        people=[
            sought_of(person, role=role, holder=programme.lead_agency, by=request.actor.agency)
            for role, person in people
        ],
        actor=request.actor,
        at=at,
    )
    shown = {"likely": likely_lines(likely), "is_looked": True, "is_named": bool(people)}
    if request.htmx:
        return render(request, "cases/_same_person_typed.html", shown)
    again = FORMS[context["intake"]](programmes=form.fields["programme"].queryset)  # type: ignore[attr-defined]
    fill(again, typed(request), at)
    return render(request, "cases/refer.html", {**context, **shown, "form": again, "draft_saved_at": None})


def _sent(programme: Programme, *, is_emergency: bool) -> str:
    """Say what happens next, and when: as the protocol sets it."""
    if is_emergency:
        return _("The referral was sent. The coordinator is told at once that it cannot wait.")
    days = programme.protocol.deadlines["triage"].working_days
    if not days:
        return _("The referral was sent. The programme’s coordinator reads it next.")
    said = ngettext(
        "The referral was sent. The programme’s coordinator reads it within one working day.",
        "The referral was sent. The programme’s coordinator reads it within %(days)s working days.",
        days,
    )
    return said % {"days": days}


def _intake(request: Request, programmes: Sequence[Programme]) -> str | None:
    """Answer which form is asked for: that of the programme named, or the only one there is; None: to be chosen."""
    named = request.POST.get("programme") or request.GET.get("programme") or ""
    every = {one.protocol.intake for one in programmes}
    asked = {one.protocol.intake for one in programmes if str(one.pk) == named} or {
        request.GET.get("form", "")
    } & every
    return min(asked or every) if len(asked or every) == 1 else None


def _asked(request: Request, name: str) -> UUID | None:
    """Read an identifier of the address: none, or one.

    Raises:
        NotVisible: it is none of ours.
    """
    given = request.GET.get(name, "")
    return uuid_or_absent(given) if given else None


@require_POST
def draft(request: Request, form: str) -> HttpResponse:
    """Keep what is being typed in a form."""
    if not permissions.keeps_drafts(request.actor, form) or not drafting.is_form(form):
        raise NotVisible
    at = clock.now()
    drafting.save_draft(
        form=form,
        subject=_asked(request, "about"),
        file_id=_asked(request, "file"),
        content=typed(request),
        actor=request.actor,
        at=at,
        key=request.POST.get(idempotency.FIELD, ""),
    )
    return render(request, "components/draft_saved.html", {"at": at})


@require_GET
def referrals(request: Request) -> HttpResponse:
    """What the agency referred, with the stage and nothing else."""
    if request.actor is None or request.actor.role not in permissions.REFERRING_ROLES:
        raise PermissionDenied(_("Your role does not make referrals."))
    page = paging.page(
        intake.my_referrals(actor=request.actor),
        by="-received_at",
        size=REFERRALS,
        after=request.GET.get("from", ""),
    )
    rows = [{"referral": row, "outcome": intake.OUTCOMES[State(row.case.state)]} for row in page.rows]
    return render(request, "cases/referrals.html", {"rows": rows, "page": page})


@require_GET
def triage(request: Request) -> HttpResponse:
    """The queue, nearest date first."""
    at = clock.now()
    if request.actor is None or request.actor.role != "coordinator":
        raise PermissionDenied(_("Only a coordinator of this programme can do this."))
    page = intake.triage_queue(actor=request.actor, at=at, after=request.GET.get("from", ""))
    return render(request, "cases/triage.html", {"rows": page.rows, "page": page, "at": at})


def _open_referral(request: Request, case_id: UUID, at: datetime) -> casefile.CaseFile:
    """Open what a referral says; refused before anything is opened."""
    return casefile.open_case(
        case_id=case_id,
        actor=request.actor,
        at=at,
        with_work=False,
        check=lambda case: permissions.check_can_coordinate(request.actor, case),
    )


#: What is asked at each step of a triage.
_TRIAGE_FORMS = {
    State.RECEIVED: TriageForm,
    State.NO_ACTION_PROPOSED: SecondReaderForm,
    State.NOT_TAKEN: AgainForm,
}


def triage_case(request: Request, case_id: UUID) -> HttpResponse:
    """One referral: what it says, who it may already be, and the decision."""
    at = clock.now()
    is_about_draft = asks_for_drafts(request)
    opened = None if request.method == "POST" or is_about_draft else _open_referral(request, case_id, at)
    case = opened.case if opened else fetch_case(request, case_id)
    permissions.check_can_coordinate(request.actor, case)
    form_class = _TRIAGE_FORMS.get(State(case.state))
    asked = {"asks_for_consent": case.programme.protocol.is_consent_required}
    form = (
        form_class(request.POST or None, **(asked if form_class is TriageForm else {}))
        if form_class
        else AgainForm()
    )
    draft = (f"triage-{case.state}", case.pk)
    writing = {"form": form, "autosave": draft_address(*draft), "draft_saved_at": None, "case": case}
    if is_about_draft:
        writing["draft_saved_at"] = saved_at = give_back(request, form, draft) if form_class else None
        return drafts_fragment(request, "cases/_triage_form.html", writing, is_any=saved_at is not None)
    if request.method == "POST" and form.is_valid():
        answer = _decide(request, case, form, draft)
        if answer is not None:
            return answer
    opened = opened or _open_referral(request, case.pk, at)
    # Somebody else decided while this one was typed: it is not recorded, and given back.
    unsent = words_sent(request) if request.method == "POST" and form_class is None else []
    return render(
        request,
        "cases/triage_case.html",
        {
            **writing,
            "is_decided": form_class is None,
            "unsent": unsent,
            "name": opened.name_in(opened.subject) or case.reference,
            "says_who_knows": case.programme.protocol.intake != "behaviour",
            "identity": presentation.identity_lines(opened),
            "entries": presentation.entry_lines(opened),
            "referral": case.referrals.select_related("agency", "referred_by__account")
            .order_by("received_at")
            .first(),
            "decisions": case.triage_decisions.select_related("decided_by__account").order_by("decided_at"),
            "at": at,
        },
        status=409 if unsent else 422 if form.is_bound and form.errors else 200,
    )


def _decide(request: Request, case: Case, form: Form, draft: tuple[str, UUID]) -> HttpResponse | None:
    def effect(at: datetime) -> str:
        asked = {"case_id": case.pk, "reason": form.cleaned_data["reason"], "actor": request.actor, "at": at}
        outcome = form.cleaned_data.get("outcome", "again")
        if outcome == "accept":
            triaging.accept_referral(weapons=take_weapons(dict(form.cleaned_data)), **asked)
            return reverse("cases:case", args=[case.pk])
        if outcome == "no_action":
            triaging.propose_no_action(weapons=take_weapons(dict(form.cleaned_data)), **asked)
        elif outcome in ("confirm", "return"):
            triaging.answer_no_action(is_confirmed=outcome == "confirm", **asked)
        else:
            triaging.take_up_again(**asked)
        return reverse("cases:triage")

    return act(
        request,
        scope="cases.triage",
        effect=effect,
        form=form,
        draft=draft,
        done=_("Your decision was recorded."),
    )


@require_POST
def link(request: Request, case_id: UUID) -> HttpResponse:
    """Link this case with another one, or undo a link."""
    fetch_case(request, case_id)

    def effect(at):  # type: ignore[no-untyped-def]
        if request.POST.get("unlink"):
            linking.unlink_cases(link_id=uuid_or_absent(request.POST["unlink"]), actor=request.actor, at=at)
        else:
            linking.link_cases(
                case_id=case_id,
                other_id=uuid_or_absent(request.POST.get("other", "")),
                kind=request.POST.get("kind", "related"),
                actor=request.actor,
                at=at,
            )
        return reverse("cases:triage-case", args=[case_id])

    return do(
        request, scope="cases.link", effect=effect, done=_("The link was recorded. Nothing was merged.")
    )


@require_POST
def recuse(request: Request, case_id: UUID) -> HttpResponse:
    """Declare a conflict of interest: from now on the case does not exist for the person who declares it."""
    case = fetch_case(request, case_id)

    def effect(at):  # type: ignore[no-untyped-def]
        recusing.recuse_oneself(
            case_id=case.pk,
            reason_code=request.POST.get("reason_code", "declared"),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:my-day")

    return do(request, scope="cases.recuse", effect=effect, done=_("Recorded. You no longer see this case."))
