"""Assess with a scoring sheet beside the official form; judgement first, the score does not decide."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.assessments import permissions as assessment_permissions
from egide.assessments import presentation as sheets
from egide.assessments import queries as assessments
from egide.assessments import wording
from egide.cases import permissions
from egide.cases.services import assessing, entries
from egide.cases.services.locking import check_is_open
from egide.cases.views.step import fetch_case, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_absent
from egide.common.text import localized


@require_GET
def choose(request: Request, case_id: UUID) -> HttpResponse:
    """Choose a tool among those the programme uses."""
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    allowed = {code.lower() for code in case.programme.protocol.instruments}
    states = [s for s in assessments.instrument_states() if s.definition.code.lower() in allowed]
    rows = [
        {
            "title": wording.in_language(s.definition.titles),
            "note": wording.in_language(s.definition.validity.notes),
            "href": reverse("cases:assess-with", args=[case.pk, s.definition.code]) if s.is_active else "",
        }
        for s in states
    ]
    return render(request, "cases/assess.html", {"case": case, "rows": rows})


def _doors(case: Any, code: str) -> list[sheets.Door]:
    found = []
    for door in case.programme.protocol.doors:
        if door.instrument and door.instrument.lower() == code.lower():
            low = case.programme.minimums.get(door.code, door.minimum or 0)
            found.append(sheets.Door(label=localized(door, "title"), low=low, high=door.maximum or 99))
    return found


def assess(request: Request, case_id: UUID, instrument: str) -> HttpResponse:
    """Fill a sheet; or score, as a second person, the sheet named by `second`; or correct one."""
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    assessment_permissions.check_can_assess(request.actor)
    definition = assessments.definition_of(instrument)
    if definition.code.lower() not in {code.lower() for code in case.programme.protocol.instruments}:
        raise NotVisible
    second, corrects = (_named(request, name) for name in ("second", "corrects"))
    check_is_open(case)
    form = sheets.sheet_form(definition, data=request.POST or None)

    def effect(at: Any) -> str:
        made = assessing.record(
            case_id=case.pk,
            instrument=definition.code,
            sheet=form.record,
            second_of=second,
            corrects=corrects,
            actor=request.actor,
            at=at,
        )
        return reverse("cases:assessment", args=[case.pk, made.pk])

    here = request.get_full_path()
    # Answers of one tool are not answers of another, nor of whoever scores it again.
    about = second or corrects
    name = f"assessment-{definition.code}" + (f"-{about.hex}" if about else "")
    draft = reverse("cases:draft", args=[name]) + f"?about={case.pk}"
    doors = _doors(case, definition.code)
    return step(
        request,
        form=form,
        scope="cases.assess",
        effect=effect,
        draft=(name, case.pk),
        template="cases/sheet.html",
        done=_("The assessment was recorded. It changed nothing else: you decide."),
        context={
            "case": case,
            "is_second": bool(second),
            # Called by the template, so that it sees the draft or the errors.
            "sheet": lambda: sheets.sheet_context(
                definition,
                form,
                action=here,
                doors=doors,
                preview_url=reverse("cases:assess-preview", args=[case.pk, definition.code]),
                autosave_url=draft,
            ),
        },
    )


@require_POST
def preview(request: Request, case_id: UUID, instrument: str) -> HttpResponse:
    """Answer the range of a sheet being filled."""
    case = fetch_case(request, case_id)
    definition = assessments.definition_of(instrument)
    so_far = sheets.so_far_context(definition, request.POST, doors=_doors(case, definition.code))
    return render(request, "assessments/_so_far.html", {"so_far": so_far})


@require_GET
def assessment(request: Request, case_id: UUID, assessment_id: UUID) -> HttpResponse:
    """One recorded assessment."""
    case = fetch_case(request, case_id)
    file = entries.victim_file(case)
    opened = assessments.open_assessment(
        assessment_id=assessment_id, file=file, actor=request.actor, at=clock.now()
    )
    summary = opened.summary
    again = reverse("cases:assess-with", args=[case.pk, opened.definition.code])
    is_own = summary.assessor_name == request.actor.person_name
    may = permissions.can_contribute(request.actor, case) and assessment_permissions.can_assess(request.actor)
    is_first = summary.state == "completed" and not summary.is_second
    return render(
        request,
        "cases/assessment.html",
        {
            "case": case,
            "result": sheets.result_context(
                opened,
                doors=_doors(case, opened.definition.code),
                second_url=f"{again}?second={summary.id}"
                if may and is_first and not is_own and not opened.other_scorer
                else "",
                correct_url=f"{again}?corrects={summary.id}" if may and is_first and is_own else "",
            ),
        },
    )


def _named(request: Request, name: str) -> UUID | None:
    """Answer what the address names, if it names any."""
    text = request.GET.get(name)
    return uuid_or_absent(text) if text else None
