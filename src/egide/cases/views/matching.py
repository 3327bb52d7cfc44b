"""May it be the same person? Seen in words, decided by a person, taken back as it was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.cases import permissions
from egide.cases.forms.matching import SamePersonForm, UnlinkForm
from egide.cases.presentation.matching import comparison_words, person_words
from egide.cases.queries import intake, same_people
from egide.cases.services import matching
from egide.cases.views.step import fetch_case, step
from egide.common import clock
from egide.common.http import Request


@require_GET
def same_people_of_case(request: Request, case_id: UUID) -> HttpResponse:
    """People of other cases who may be those of this one, and what was answered: a panel of triage, or a page."""
    case = fetch_case(request, case_id)
    permissions.check_is_of_team(request.actor, case)
    found = same_people.of_case(case=case, actor=request.actor, at=clock.now())
    can_decide = permissions.can_coordinate(request.actor, case)
    return render(
        request,
        "cases/_same_people.html" if request.htmx else "cases/same_people.html",
        {
            "case": case,
            "can_decide": can_decide,
            "linked": [_line(one) for one in found.linked],
            "asked": [_line(one) for one in found.asked],
            "set_aside": [_line(one) for one in found.set_aside],
            "links": intake.links(case=case, actor=request.actor),
        },
    )


def _line(one: same_people.Line) -> dict[str, Any]:
    return {
        "case": one.case,
        "person": person_words(one.somebody) if one.somebody else None,
        "said": comparison_words(one.comparison) if one.comparison else None,
        "question": one.question,
        "href": reverse("cases:same-person", args=[one.mine, one.theirs]),
    }


@require_GET
def same_people_list(request: Request) -> HttpResponse:
    """The possible duplicates of the coordinator's own programmes, oldest first."""
    permissions.check_can_look_for_the_same(request.actor)
    found = same_people.waiting(actor=request.actor, at=clock.now(), after=request.GET.get("from", ""))
    lines = [
        {
            "people": [person_words(one.first), person_words(one.second)],
            "said": comparison_words(one.comparison),
            "question": one.question,
            "href": reverse("cases:same-person", args=[one.question.first_id, one.question.second_id]),
        }
        for one in found.lines
    ]
    return render(
        request,
        "cases/same_people_list.html",
        {"lines": lines, "page": found.page, "left_out": found.left_out},
    )


def same_person(request: Request, file_id: UUID, other_id: UUID) -> HttpResponse:
    """Two people side by side: what agrees, what was answered and why; then one's own answer, or unlinking."""
    at = clock.now()
    pair = same_people.pair(file_id=file_id, other_id=other_id, actor=request.actor, at=at)
    if request.method == "POST":
        for one in (pair.mine, pair.theirs):
            permissions.check_can_coordinate(request.actor, one.file.case)
    form_class = UnlinkForm if pair.is_linked else SamePersonForm
    form = form_class(request.POST or None)
    asked = {"file_id": file_id, "other_id": other_id, "actor": request.actor}

    def effect(now: datetime) -> str:
        if isinstance(form, UnlinkForm):
            matching.unlink_same_person(at=now, **form.cleaned_data, **asked)
        else:
            matching.answer_same_person(at=now, **form.cleaned_data, **asked)
        return reverse("cases:same-person", args=[file_id, other_id])

    first, second = sorted((pair.mine.file, pair.theirs.file), key=lambda file: file.pk)
    return step(
        request,
        form=form,
        scope="cases.same-person",
        effect=effect,
        draft=(f"same-person-{second.pk.hex}", first.case_id, first.pk),
        template="cases/same_person.html",
        done=_("The two files are unlinked: both are as they were.")
        if pair.is_linked
        else _("Your answer was recorded. Neither file was changed."),
        context={
            "pair": pair,
            "case": pair.mine.file.case,
            "people": [person_words(pair.mine), person_words(pair.theirs)],
            "said": comparison_words(pair.comparison),
        },
    )
