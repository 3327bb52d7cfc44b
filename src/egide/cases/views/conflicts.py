"""Conflicts of interest: who may have one, who is kept out, what they had read; and one's own declared ties."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.conflicts import AgencyOutForm, ChooseOutForm, TieForm
from egide.cases.models import Case
from egide.cases.models.conflicts import TIES
from egide.cases.queries import conflicts as queries
from egide.cases.services import recusing, ties
from egide.cases.views.lists import check_works
from egide.cases.views.step import do, fetch_case, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none
from egide.common.text import localized
from egide.ledger.wording import words_of
from egide.partners.models import Agency
from egide.sharing.rules.categories import CATEGORIES


def _case(request: Request, case_id: UUID) -> Case:
    case = fetch_case(request, case_id)
    permissions.check_can_keep_out(request.actor, case.programme)
    return case


@require_GET
def conflicts(request: Request, case_id: UUID) -> HttpResponse:
    """Colleagues who may have a conflict, and who is kept out, with whom to turn to instead.

    Triage and the conference show the first part alone, once they are there.
    """
    case = _case(request, case_id)
    at = clock.now()
    possible = queries.possible_conflicts(cases=[case], actor=request.actor, at=at).get(case.pk, [])
    if request.htmx:
        return render(request, "cases/_possible_conflict.html", {"case": case, "possible": possible})
    kept_out = queries.recusals(case=case)
    return render(
        request,
        "cases/conflicts.html",
        {
            "case": case,
            "possible": possible,
            "kept_out": kept_out,
            "substitutes": queries.substitutes(case=case, kept_out=kept_out, at=at) if kept_out else [],
            "reasons": recusing.reasons(),
            "at": at,
        },
    )


@require_POST
def decide(request: Request, case_id: UUID) -> HttpResponse:
    """Keep a colleague out, set a possible conflict aside, or name whom to turn to instead."""
    case = _case(request, case_id)
    what = request.POST.get("do", "")
    member = uuid_or_none(request.POST.get("member", ""))
    recusal = uuid_or_none(request.POST.get("recusal", ""))
    asked: dict[str, Any] = {"case_id": case.pk, "actor": request.actor}

    def effect(at: Any) -> str:
        if what == "keep-out" and member:
            recusing.keep_out(
                membership_id=member, reason_code=request.POST.get("reason_code", ""), at=at, **asked
            )
        elif what in recusing.SET_ASIDE and member:
            recusing.set_aside(membership_id=member, reason_code=what, at=at, **asked)
        elif what == "substitute" and recusal:
            recusing.name_substitute(recusal_id=recusal, membership_id=member, at=at, **asked)
        else:
            raise NotVisible
        return reverse("cases:conflicts", args=[case.pk])

    done = {
        "keep-out": _("Kept out. For this colleague the case no longer exists."),
        "substitute": _("Recorded."),
    }
    return do(
        request,
        scope=f"conflict:{case.pk}",
        effect=effect,
        done=done.get(what, _("Set aside, with your reason.")),
    )


def agency_out(request: Request, case_id: UUID) -> HttpResponse:
    """Keep a whole agency out: what it changes is read first."""
    case = _case(request, case_id)
    at = clock.now()
    kept_out = {one.agency_id for one in queries.recusals(case=case)}
    partners = [agency for agency in case.programme.partners.order_by("code") if agency.pk not in kept_out]
    asked = request.POST.get("agency", "") or request.GET.get("agency", "")
    agency = next((one for one in partners if str(one.pk) == asked), None)
    form = AgencyOutForm(request.POST or None)

    def effect(at: Any) -> str:
        if agency is None:
            raise NotVisible
        recusing.keep_agency_out(
            case_id=case.pk,
            agency_id=agency.pk,
            reason_code=form.cleaned_data["reason_code"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:conflicts", args=[case.pk])

    return step(
        request,
        form=form,
        scope=f"agency-out:{case.pk}",
        effect=effect,
        template="cases/agency_out.html",
        context={
            "case": case,
            "choose": ChooseOutForm(initial={"agency": asked if agency else ""}, agencies=_choices(partners)),
            "agency": agency,
            "found": queries.consequences(case=case, agency=agency, at=at) if agency else None,
        },
        done=_("Kept out. For this agency the case no longer exists."),
    )


def _choices(agencies: list[Agency]) -> list[tuple[str, str]]:
    return sorted(((str(one.pk), str(one)) for one in agencies), key=lambda pair: pair[1])


@require_GET
def had_read(request: Request, case_id: UUID, recusal_id: UUID) -> HttpResponse:
    """What somebody kept out had read of the case, from the ledger."""
    case = _case(request, case_id)
    recusal, lines = queries.had_read(case=case, recusal_id=recusal_id)
    return render(
        request,
        "cases/had_read.html",
        {
            "case": case,
            "recusal": recusal,
            "lines": [
                {
                    "line": line,
                    "words": words_of(line.action),
                    "shown": [localized(CATEGORIES[c], "title") for c in line.categories if c in CATEGORIES],
                }
                for line in lines
            ],
            "is_full": len(lines) == queries.READ_LINES,
        },
    )


def my_ties(request: Request) -> HttpResponse:
    """People one is tied to: written down by oneself, read by nobody else."""
    check_works(request)
    form = TieForm(request.POST or None)

    def effect(at: Any) -> str:
        ties.declare_tie(actor=request.actor, at=at, **form.cleaned_data)
        return reverse("cases:my-ties")

    labels = dict(TIES)
    return step(
        request,
        form=form,
        scope="tie",
        effect=effect,
        template="cases/my_ties.html",
        context={
            "ties": [
                {"tie": one, "label": labels.get(one.tie, one.tie)}
                for one in ties.own_ties(actor=request.actor)
            ]
        },
        done=_("Written down. Only you can read it."),
    )


@require_POST
def tie_back(request: Request, tie_id: UUID) -> HttpResponse:
    """Take a declared tie back: it is forgotten."""
    check_works(request)

    def effect(at: Any) -> str:
        ties.take_back(tie_id=tie_id, actor=request.actor, at=at)
        return reverse("cases:my-ties")

    return do(request, scope=f"tie-back:{tie_id}", effect=effect, done=_("Forgotten."))
