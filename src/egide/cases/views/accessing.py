"""A person asks for their own file: the request, two readings, the paper, the handing over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import own_file, permissions
from egide.cases.forms.accessing import (
    AccessRequestForm,
    FirstReadingForm,
    HandOverForm,
    SecondReadingForm,
    SendBackForm,
)
from egide.cases.lifecycle import ACCESS, ACCESS_WORKING, AccessState
from egide.cases.models import AccessItem, AccessRequest
from egide.cases.models.access import Given, Reply
from egide.cases.models.file import FileRole
from egide.cases.queries import accessing as queries
from egide.cases.queries.casefile import files_of
from egide.cases.services import accessing, handing_over, reading_twice
from egide.cases.views.step import do, fetch_supported, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.text import localized
from egide.sharing import handing
from egide.sharing.rules.access import withholdings

#: Somebody who reported is never told from here what is held of them: it would tell that they reported.
ROLES = (FileRole.VICTIM, FileRole.PERSON_OF_CONCERN, FileRole.CHILD, FileRole.OTHER)


def _asked(request: Request, case_id: UUID, request_id: UUID) -> tuple[AccessRequest, list[AccessItem]]:
    asked, items = queries.fetch_request(case_id=case_id, request_id=request_id, actor=request.actor)
    if not permissions.can_support(request.actor, asked.case):
        # Somebody else of the team does not learn by the answer whether anyone asked.
        raise NotVisible
    return asked, items


@require_GET
def listed(request: Request, case_id: UUID) -> HttpResponse:
    """Who asked for their own file in this case, and where the answer stands."""
    case = fetch_supported(request, case_id)
    page = queries.requests_of(case, after=request.GET.get("from", ""))
    return render(
        request,
        "cases/access.html",
        {
            "case": case,
            "lines": [
                {
                    "row": row,
                    "about": row.file.title,
                    "is_waiting": row.state not in ACCESS.final_states(),
                }
                for row in page.rows
            ],
            "page": page,
            "at": clock.now(),
        },
    )


def new(request: Request, case_id: UUID) -> HttpResponse:
    """Write down that a person asks for their own file."""
    case = fetch_supported(request, case_id)
    form = AccessRequestForm(
        request.POST or None,
        roles=[(file.key, file.title) for file in files_of(case) if file.role in ROLES],
        initial={"language": (translation.get_language() or "en")[:2]},
    )

    def effect(at: datetime) -> str:
        data = dict(form.cleaned_data)
        codes = {name: data.pop(name) for name in ("role", "asked_by", "identified", "way", "language")}
        made = accessing.record_request(
            case_id=case.pk,
            **codes,
            representative_may_be_abuser=data.pop("may_be_abuser"),
            words=data,
            actor=request.actor,
            at=at,
        )
        return reverse("cases:access-one", args=[case.pk, made.pk])

    return step(
        request,
        form=form,
        scope=f"access:{case.pk}",
        effect=effect,
        draft=("access", case.pk),
        template="cases/access_new.html",
        context={"case": case},
        done=_("Written down, with the day by which it is answered."),
    )


def one(request: Request, case_id: UUID, request_id: UUID) -> HttpResponse:
    """One request: what was asked, and the step it waits for."""
    asked, items = _asked(request, case_id, request_id)
    at = clock.now()
    own = queries.open_own_file(asked=asked, items=items, actor=request.actor, at=at)
    stage = request.POST.get("stage", "") or _stage(asked, request.actor)
    if stage not in _FORMS:
        if request.method == "POST":
            raise NotVisible
        return render(request, "cases/access_one.html", _context(request, own, stage, None, at))
    form, effect, done = _FORMS[stage](request, own)
    return step(
        request,
        form=form,
        scope=f"access-{stage}:{asked.pk}",
        effect=effect,
        draft=(_draft(asked), asked.case_id) if stage in ("first", "second") else None,
        template="cases/access_one.html",
        context=_context(request, own, stage, form, at),
        done=done,
    )


def _draft(asked: AccessRequest) -> str:
    return f"own-file-{asked.pk.hex}"


def _stage(asked: AccessRequest, actor: Any) -> str:
    """The step a request waits for, as far as this reader may take it."""
    if asked.state in ACCESS_WORKING:
        return "first"
    if asked.state == AccessState.SECOND_READING:
        return "second" if asked.first_reader_account_id != actor.account_id else "wait"
    return "hand" if asked.state == AccessState.READY else "ended"


def _revision(request: Request) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _first(request: Request, own: queries.OwnFile) -> Any:
    asked = own.request
    lead = asked.case.programme.lead_agency
    grounds = handing.why_not_given(bound_by=lead.regimes)
    initial: dict[str, Any] = {"reply": asked.reply} if asked.reply else {}
    for held in own.held:
        if held.row is not None:
            key = held.item.id.hex
            initial |= {f"given_{key}": held.row.given, f"ground_{key}": held.row.ground}
            if held.part:
                initial[f"words_{key}"] = held.part
    form = FirstReadingForm(
        request.POST or None,
        things=[(held.item.id, own_file.words_of(held)) for held in own.held],
        grounds=[(ground.id, localized(ground, "title")) for ground in grounds],
        is_victim=asked.file.role == FileRole.VICTIM,
        initial=initial,
    )

    def effect(at: datetime) -> str:
        reading_twice.put_together(
            case_id=asked.case_id,
            request_id=asked.pk,
            reply=form.reply_given,
            choices={pk: reading_twice.Choice(*said) for pk, said in form.chosen().items()},
            revision=_revision(request),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:access-one", args=[asked.case_id, asked.pk])

    return form, effect, _("Put together. Nothing leaves before a colleague has read it again.")


def _second(request: Request, own: queries.OwnFile) -> Any:
    asked = own.request
    form = SecondReadingForm(
        request.POST or None, things=[held.item.id for held in own.held if held.row is not None]
    )

    def effect(at: datetime) -> str:
        reading_twice.read_again(
            case_id=asked.case_id,
            request_id=asked.pk,
            disagreed=form.disagreed(),
            is_reply_agreed=form.cleaned_data["reply"] == "yes",
            note=form.cleaned_data["note"],
            revision=_revision(request),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:access-one", args=[asked.case_id, asked.pk])

    return form, effect, _("Recorded.")


def _hand(request: Request, own: queries.OwnFile) -> Any:
    asked = own.request
    form = HandOverForm(request.POST or None)

    def effect(at: datetime) -> str:
        handing_over.hand_over(
            case_id=asked.case_id,
            request_id=asked.pk,
            **form.cleaned_data,
            revision=_revision(request),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:access-one", args=[asked.case_id, asked.pk])

    return form, effect, _("Recorded: what the person received is in “What left”.")


def _back(request: Request, own: queries.OwnFile) -> Any:
    asked = own.request
    form = SendBackForm(request.POST or None)

    def effect(at: datetime) -> str:
        reading_twice.read_again(
            case_id=asked.case_id,
            request_id=asked.pk,
            disagreed=set(),
            is_reply_agreed=False,
            note=form.cleaned_data["note"],
            revision=_revision(request),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:access-one", args=[asked.case_id, asked.pk])

    return form, effect, _("Sent back. Nothing leaves before it was read twice again.")


_FORMS = {"first": _first, "second": _second, "hand": _hand, "back": _back}


def _context(
    request: Request, own: queries.OwnFile, stage: str, form: forms.Form | None, at: datetime
) -> dict[str, Any]:
    asked = own.request
    return {
        "case": asked.case,
        "asked": asked,
        "own": own,
        "about": asked.file.title,
        "stage": stage,
        "lines": [_line(held, form) for held in own.held],
        "at": at,
        "is_late": asked.state not in ACCESS.final_states() and asked.due_at < at,
        "can_end": asked.state not in ACCESS.final_states(),
        "is_neither": asked.reply == Reply.NEITHER,
        "form": form,
        "draft_name": _draft(asked),
        "hand_form": form if stage == "hand" else HandOverForm(),
        "back_form": form if stage == "back" else SendBackForm(),
        "may_send_back": asked.state == AccessState.READY
        and asked.first_reader_account_id != request.actor.account_id,
    }


def _line(held: queries.Held, form: forms.Form | None) -> dict[str, Any]:
    line = own_file.line_of(held)
    key = held.item.id.hex
    if form is not None:
        line |= {name: form[f"{name}_{key}"] for name in _OF_A_LINE if f"{name}_{key}" in form.fields}
    row = held.row
    ground = withholdings().get(row.ground) if row is not None and row.ground else None
    line |= {
        "given_label": Given(row.given).label if row is not None else "",
        "given_text": own_file.given_words(held) if held.is_given else "",
        "ground_title": localized(ground, "title") if ground else "",
        "is_new": row is None,
        "code": row.given if row is not None else "",
        "is_returned": row is not None and row.is_returned,
        "opens_part": "words" in line and (line["given"].value() == Given.PART or bool(line["words"].errors)),
    }
    return line


_OF_A_LINE = ("given", "ground", "words", "agree")


@require_GET
def letter(request: Request, case_id: UUID, request_id: UUID) -> HttpResponse:
    """The paper the person keeps: a neutral title, nobody's name but what is theirs; the same words for everyone.

    When even the existence of a file is not told, it is the letter anyone receives who asks about anyone.
    """
    asked, items = _asked(request, case_id, request_id)
    if asked.state not in (AccessState.READY, AccessState.HANDED_OVER):
        raise NotVisible
    lead = asked.case.programme.lead_agency
    own = handing_over.make_letter(asked=asked, items=items, actor=request.actor, at=clock.now())
    if asked.reply == Reply.NEITHER:
        with translation.override(asked.language):
            return render(request, "cases/inquiry_letter.html", {"agency": lead, "day": clock.today()})
    with translation.override(asked.language):
        return render(request, "cases/access_letter.html", _letter(own, list(lead.regimes)))


def _letter(own: queries.OwnFile, bound_by: list[str]) -> dict[str, Any]:
    known, role = withholdings(), str(own.request.file.role)
    is_concern = role == FileRole.PERSON_OF_CONCERN
    grounds = {held.row.ground for held in own.held if held.row is not None and held.row.ground}
    told = [known[slug] for slug in sorted(grounds) if slug in known and known[slug].may_be_said_to(role)]
    return {
        # No day of what happened to the person of concern: it tells who was there that day.
        "things": [
            {**own_file.paper_line(held), **({"day": ""} if is_concern else {})}
            for held in own.given(to_keep=True)
        ],
        "said": [localized(one, "said") for one in told],
        "authorities": [localized(one, "text") for one in handing.complain_to(bound_by=bound_by)],
        "day": clock.today(),
    }


@require_POST
def withdraw(request: Request, case_id: UUID, request_id: UUID) -> HttpResponse:
    """Record that the person no longer asks."""
    asked, _items = _asked(request, case_id, request_id)

    def effect(at: datetime) -> str:
        accessing.withdraw_request(case_id=asked.case_id, request_id=asked.pk, actor=request.actor, at=at)
        return reverse("cases:access", args=[asked.case_id])

    return do(request, scope=f"access-end:{asked.pk}", effect=effect, done=_("Recorded."))
