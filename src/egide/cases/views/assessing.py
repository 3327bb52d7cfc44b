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
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition
from egide.cases import permissions
from egide.cases.resuming import draft_address
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
    """Choose a tool among those the programme uses, or record what another one gave elsewhere."""
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    allowed = [code.lower() for code in case.programme.protocol.instruments]
    tools = {one.code: one for one in assessments.tools()}
    return render(
        request,
        "cases/assess.html",
        {
            "case": case,
            "rows": [_tool(case, tools[code], is_own=True) for code in allowed if code in tools],
            "others": sorted(
                (_tool(case, one) for one in tools.values() if one.code not in allowed and one.takes_results),
                key=lambda row: row["title"].casefold(),
            ),
        },
    )


def _tool(case: Any, one: assessments.Tool, *, is_own: bool = False) -> dict[str, str]:
    """Answer a tool with what may be done with it in a case: fill its sheet, record a result of it, or neither."""
    sheet = one.latest
    note = (
        sheet.definition.validity.notes if sheet else one.card.facts["population"].text if one.card else None
    )
    return {
        "title": wording.in_language(one.known_by.titles),
        "note": wording.in_language(note),
        "is_inactive": "1" if sheet and not sheet.is_active else "",
        "href": reverse("cases:assess-with", args=[case.pk, one.code])
        if is_own and sheet and sheet.is_active
        else "",
        "result_href": reverse("cases:assess-result", args=[case.pk, one.code]) if one.takes_results else "",
    }


def _doors(case: Any, made_with: Definition | Card) -> list[sheets.Door]:
    code = made_with.code
    found = []
    for door in case.programme.protocol.doors:
        if door.instrument and door.instrument.lower() == code.lower():
            low = case.programme.minimums.get(door.code, door.minimum or 0)
            found.append(
                sheets.Door(label=localized(door, "title"), low=low, high=door.maximum or made_with.maximum)
            )
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
    draft = draft_address(name, case.pk)
    doors = _doors(case, definition)
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
    so_far = sheets.so_far_context(definition, request.POST, doors=_doors(case, definition))
    return render(request, "assessments/_so_far.html", {"so_far": so_far})


def result(request: Request, case_id: UUID, instrument: str) -> HttpResponse:
    """Record what a tool used elsewhere gave, in its own words."""
    case = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, case)
    assessment_permissions.check_can_assess(request.actor)
    card = assessments.card_of(instrument)
    if card.is_bundled:
        raise NotVisible
    check_is_open(case)
    form = sheets.result_form(card, data=request.POST or None)

    def effect(at: Any) -> str:
        made = assessing.record_result(
            case_id=case.pk, instrument=card.code, result=form.record, actor=request.actor, at=at
        )
        return reverse("cases:assessment", args=[case.pk, made.pk])

    name = f"assessment-result-{card.code}"
    return step(
        request,
        form=form,
        scope="cases.result",
        effect=effect,
        draft=(name, case.pk),
        template="cases/result_form.html",
        done=_("The result was recorded. It changed nothing else: you decide."),
        context={
            "case": case,
            # Called by the template, so that it sees the draft or the errors.
            "sheet": lambda: sheets.result_form_context(
                card,
                form,
                action=request.get_full_path(),
                autosave_url=draft_address(name, case.pk),
            ),
        },
    )


@require_GET
def assessment(request: Request, case_id: UUID, assessment_id: UUID) -> HttpResponse:
    """One recorded assessment."""
    case, opened = _opened(request, case_id, assessment_id)
    summary = opened.summary
    again = reverse("cases:assess-with", args=[case.pk, opened.definition.code])
    is_own = summary.assessor_name == request.actor.person_name
    may = permissions.can_contribute(request.actor, case) and assessment_permissions.can_assess(request.actor)
    is_first = summary.state == "completed" and not summary.is_second and not summary.is_result
    return render(
        request,
        "cases/assessment.html",
        {
            "case": case,
            "result": sheets.result_context(
                opened,
                doors=_doors(case, opened.definition),
                second_url=f"{again}?second={summary.id}"
                if may and is_first and not is_own and not opened.other_scorer
                else "",
                correct_url=f"{again}?corrects={summary.id}" if may and is_first and is_own else "",
                print_url=reverse("cases:assessment-print", args=[case.pk, summary.id]),
            ),
        },
    )


@require_GET
def assessment_print(request: Request, case_id: UUID, assessment_id: UUID) -> HttpResponse:
    """One recorded assessment on paper, with how good its tool is, and what binds whoever reads it."""
    case, opened = _opened(request, case_id, assessment_id)
    shown = sheets.result_context(opened, doors=_doors(case, opened.definition), is_paper=True)
    return render(request, "cases/assessment_print.html", {"case": case, "result": shown})


def _opened(request: Request, case_id: UUID, assessment_id: UUID) -> tuple[Any, assessments.OpenedAssessment]:
    case = fetch_case(request, case_id)
    opened = assessments.open_assessment(
        assessment_id=assessment_id, file=entries.subject_file(case), actor=request.actor, at=clock.now()
    )
    return case, opened


def _named(request: Request, name: str) -> UUID | None:
    """Answer what the address names, if it names any."""
    text = request.GET.get(name)
    return uuid_or_absent(text) if text else None
