"""Children and others at risk of a case: listed, added, taken out when that was a mistake."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.cases.forms.people import OfAgeForm, PersonForm, TakeOutForm
from egide.cases.presentation.whose import Whose
from egide.cases.queries import people as queries
from egide.cases.services import people as services
from egide.cases.views.step import fetch_supported, step
from egide.cases.views.whose import fetch_whose
from egide.common import clock
from egide.common.http import Request


def _back(case_id: UUID) -> str:
    return reverse("cases:people", args=[case_id])


@require_GET
def people(request: Request, case_id: UUID) -> HttpResponse:
    """Who else is in danger, with a consent of their own."""
    case, at = fetch_supported(request, case_id), clock.now()
    lines = queries.people_of(case=case, actor=request.actor, at=at)
    rows = [{"line": line, "whose": Whose(case, line.file, line.name)} for line in lines]
    return render(request, "cases/people.html", {"case": case, "rows": rows, "at": at})


def add(request: Request, case_id: UUID) -> HttpResponse:
    """Add a child or another person at risk."""
    case = fetch_supported(request, case_id)
    form = PersonForm(request.POST or None, initial={"language": case.language})

    def effect(at: datetime) -> str:
        services.add_person(case_id=case.pk, actor=request.actor, at=at, **form.said())
        return _back(case.pk)

    return step(
        request,
        form=form,
        scope="cases.person-add",
        effect=effect,
        draft=("person-add", case.pk),
        done=_("The person has a file of their own. Nothing of it rests on anybody else’s consent."),
        context={
            "case": case,
            "title": _("Add a child or another person at risk"),
            "lead": _(
                "Each person has a file of their own, and a consent of their own. What the law lets be shared to protect "
                "a child stays possible without it."
            ),
            "submit": _("Add this person"),
            "back": _back(case.pk),
        },
    )


def of_age(request: Request, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Write down when a person comes of age."""
    whose = fetch_whose(request, case_id, file_id)
    form = OfAgeForm(request.POST or None, initial={"comes_of_age_on": whose.file.of_age_from})

    def effect(at: datetime) -> str:
        services.say_of_age(
            case_id=case_id,
            file_id=file_id,
            comes_of_age_on=form.cleaned_data["comes_of_age_on"],
            actor=request.actor,
            at=at,
        )
        return _back(case_id)

    return step(
        request,
        form=form,
        scope=f"cases.of-age:{file_id}",
        effect=effect,
        done=_("Recorded."),
        context={
            "case": whose.case,
            "title": _("When this person comes of age"),
            "lead": whose.title,
            "submit": _("Record it"),
            "back": _back(case_id),
        },
    )


def take_out(request: Request, case_id: UUID, file_id: UUID) -> HttpResponse:
    """Take out somebody who was added by mistake."""
    whose = fetch_whose(request, case_id, file_id)
    form = TakeOutForm(request.POST or None)

    def effect(at: datetime) -> str:
        services.take_out(
            case_id=case_id,
            file_id=file_id,
            mistake=form.cleaned_data["mistake"],
            actor=request.actor,
            at=at,
        )
        return _back(case_id)

    return step(
        request,
        form=form,
        scope=f"cases.person-out:{file_id}",
        effect=effect,
        done=_("The person is no longer in the case."),
        context={
            "case": whose.case,
            "title": _("Added by mistake"),
            "lead": _(
                "%(who)s: the keys of this file are destroyed, and nobody opens it again. It is only for a slip of the "
                "hand: once something was written, asked or shared about the person, the file stays."
            )
            % {"who": whose.title},
            "submit": _("Take this person out"),
            "back": _back(case_id),
        },
    )
