"""A transfer to another area: proposed, asked about, answered, given back, and what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms import transferring as forms_of
from egide.cases.forms.fields import end_of
from egide.cases.lifecycle import TransferState
from egide.cases.models import Case, Programme, Transfer
from egide.cases.models.file import FileRole
from egide.cases.queries import transferring as queries
from egide.cases.queries.casefile import files_of
from egide.cases.services import entries, taking_over, transferring
from egide.cases.views.step import SHOWN_AGAIN, act, do, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.partners.models import Membership, Role

_LISTS = {
    "waiting": gettext_lazy("Waiting"),
    "done": gettext_lazy("Done"),
    "ended": gettext_lazy("Refused or withdrawn"),
}


@require_GET
def listed(request: Request) -> HttpResponse:
    """What waits, what was done, what was refused; for the coordinators of the two areas."""
    if request.actor is None or request.actor.role != Role.COORDINATOR:
        raise NotVisible
    which = request.GET.get("list", "waiting")
    if which not in _LISTS:
        raise NotVisible
    page = queries.listed(actor=request.actor, which=which, after=request.GET.get("from", ""))
    context = {"page": page, "rows": page.rows, "which": which, "lists": _LISTS.items(), "at": clock.now()}
    return render(request, "cases/transfers.html", {**context, "own": request.actor.agency_id})


def propose(request: Request, case_id: UUID) -> HttpResponse:
    """Choose the area, see what would go along and what allows it, and propose it."""
    case, waiting = queries.fetch_case(case_id=case_id, actor=request.actor)
    if waiting is not None and request.method != "POST":
        return redirect("cases:transfer-one", waiting)
    permissions.check_can_coordinate(request.actor, case)
    programmes = {str(one.pk): one for one in queries.programmes_for(case=case)}
    programme = programmes.get(request.GET.get("to", ""))
    if programme is None and len(programmes) == 1:
        programme = next(iter(programmes.values()))
    if programme is None:
        choose = forms_of.ChooseProgrammeForm(programmes=list(programmes.values()))
        context = {"case": case, "programmes": programmes, "form": choose}
        return render(request, "cases/transfer_choose.html", context)
    at = clock.now()
    team, there = queries.team_and_coordinators(case=case, programme=programme, at=at)
    form = forms_of.TransferForm(request.POST or None, team=team)

    def effect(at: datetime) -> str:
        made = transferring.propose_transfer(
            case_id=case_id, programme_id=programme.pk, said=form.said(), actor=request.actor, at=at
        )
        return made.get_absolute_url()

    return step(
        request,
        form=form,
        scope=f"transfer:{case_id}",
        effect=effect,
        draft=("transfer", case.pk),
        template="cases/transfer_new.html",
        context=_foreseen(request, case, programme, there, at),
        done=_("Proposed. The other team was told; your team stays responsible until it accepts."),
    )


def _foreseen(
    request: Request, case: Case, programme: Programme, there: list[Membership], at: datetime
) -> dict[str, Any]:
    """What allows the transfer, what would go along, and what would not, with the rule."""
    of_case = files_of(case)
    subject = next(file for file in of_case if file.is_subject)
    allowed = transferring.what_allows(case, programme, subject, at=at, files=of_case, there=there)
    files = []
    if allowed is not None and allowed.reader is not None:
        files = queries.would_go(
            case=case,
            programme=programme,
            reader=allowed.reader,
            ground=allowed.ground,
            actor=request.actor,
            at=at,
            files=of_case,
            ties=allowed.ties,
        )
    return {
        "case": case,
        "programme": programme,
        "allowed": allowed,
        "needs_consent": programme.protocol.is_consent_required,
        "reaches_nobody": bool(files) and not _can_be_reached(case, files),
        "files": files,
    }


def _can_be_reached(case: Case, files: list[Any]) -> bool:
    """Say whether the other team would read what contact is safe, where the team reaches the person."""
    if not case.programme.protocol.reaches_the_person:
        return True
    return any(line.slug == transferring.CONTACT_CATEGORY for one in files for line in one.seen)


@require_GET
def one(request: Request, transfer_id: UUID) -> HttpResponse:
    """A transfer as each of the two teams sees it: what waits, its questions, and, done, its receipt."""
    transfer = queries.fetch(transfer_id=transfer_id, actor=request.actor)
    return _page(request, transfer)


def _page(request: Request, transfer: Transfer, **bound: Any) -> HttpResponse:
    at, case = clock.now(), transfer.case
    questions = queries.questions_of(transfer)
    words = queries.words_of(
        transfer=transfer,
        questions=questions,
        file=entries.subject_file(case),
        actor=request.actor,
        at=at,
    )
    is_waiting = transfer.state == TransferState.PROPOSED
    can_receive = is_waiting and permissions.can_receive(request.actor, transfer)
    can_send = is_waiting and permissions.can_send(request.actor, transfer)
    is_there = permissions.can_coordinate(request.actor, case)
    context: dict[str, Any] = {
        "case": case,
        "transfer": transfer,
        "at": at,
        "is_late": transfer.is_late(at),
        "is_waiting": is_waiting,
        "reason": words.get(transfer.reason_id, ""),
        "wishes": words.get(transfer.wishes_id, "") if transfer.wishes_id else "",
        "contact": words.get(transfer.contact_id, "") if transfer.contact_id else "",
        "refusal_words": words.get(transfer.refusal_words_id, "") if transfer.refusal_words_id else "",
        "questions": [
            {
                "row": asked,
                "question": words.get(asked.question_id, ""),
                "answer": words.get(asked.answer_id, "") if asked.answer_id else "",
            }
            for asked in questions
        ],
        "can_receive": can_receive and transfer.proposed_by_account_id != request.actor.account_id,
        "can_send": can_send,
        "is_case_seen": is_there,
        "went": _receipt(transfer, transfer.went),
        "stayed": _receipt(transfer, transfer.stayed),
        "can_return": transfer.state == TransferState.ACCEPTED
        and is_there
        and case.is_open
        and case.programme_id == transfer.to_programme_id
        and not taking_over.has_begun(transfer),
        **_forms(transfer, can_receive=can_receive, can_send=can_send, at=at),
        **bound,
    }
    status = SHOWN_AGAIN if bound else 200
    return render(request, "cases/transfer.html", context, status=status)


def _forms(transfer: Transfer, *, can_receive: bool, can_send: bool, at: datetime) -> dict[str, forms.Form]:
    found: dict[str, forms.Form] = {"return_form": forms_of.ReturnForm(auto_id="return_%s")}
    if can_receive:
        there = queries.coordinators_of(transfer.to_programme, at=at, not_kept_out_of=transfer.case_id)
        found["accept_form"] = forms_of.AcceptForm(coordinators=there, auto_id="accept_%s")
        found["refuse_form"] = forms_of.RefuseForm(auto_id="refuse_%s")
        found["question_form"] = forms_of.QuestionForm(auto_id="ask_%s")
    if can_send:
        found["answer_form"] = forms_of.AnswerForm(auto_id="answer_%s")
    return found


def _receipt(transfer: Transfer, kinds: Mapping[str, list[str]]) -> list[tuple[Any, list[str]]]:
    """By person, the kinds of information, in words."""
    return [(FileRole(role).label, queries.titles(slugs)) for role, slugs in kinds.items() if slugs]


def _answered(
    request: Request,
    transfer_id: UUID,
    *,
    name: str,
    form: Callable[[Transfer], forms.Form],
    effect: Callable[[Any, datetime], Any],
    done: Any,
) -> HttpResponse:
    """Do what a form of the page asks, or show the page again with what was typed and why it was refused."""
    transfer = queries.fetch(transfer_id=transfer_id, actor=request.actor)
    asked = form(transfer)

    def once(at: datetime) -> str:
        return str(effect(asked.cleaned_data, at).get_absolute_url())

    if asked.is_valid():
        scope = f"transfer-{name}:{transfer_id}"
        answer = act(request, scope=scope, effect=once, form=asked, done=done)
        if answer is not None:
            return answer
    return _page(request, transfer, **{f"{name}_form": asked})


def _check_receives(request: Request, transfer: Transfer) -> None:
    permissions.check_can_receive(request.actor, transfer)


@require_POST
def accept(request: Request, transfer_id: UUID) -> HttpResponse:
    """Take over the case."""

    def form(transfer: Transfer) -> forms.Form:
        _check_receives(request, transfer)
        there = queries.coordinators_of(
            transfer.to_programme, at=clock.now(), not_kept_out_of=transfer.case_id
        )
        return forms_of.AcceptForm(request.POST, coordinators=there, auto_id="accept_%s")

    def effect(data: Mapping[str, Any], at: datetime) -> Any:
        return taking_over.accept_transfer(
            transfer_id=transfer_id,
            coordinator_id=UUID(data["coordinator"]),
            first_at=end_of(data["first_on"]),
            actor=request.actor,
            at=at,
        )

    done = _("Your team is responsible for the case from now on.")
    return _answered(request, transfer_id, name="accept", form=form, effect=effect, done=done)


@require_POST
def refuse(request: Request, transfer_id: UUID) -> HttpResponse:
    """Say no, with the reason."""

    def form(transfer: Transfer) -> forms.Form:
        _check_receives(request, transfer)
        return forms_of.RefuseForm(request.POST, auto_id="refuse_%s")

    def effect(data: Mapping[str, Any], at: datetime) -> Any:
        return transferring.refuse_transfer(
            transfer_id=transfer_id, refusal=data["refusal"], words=data["words"], actor=request.actor, at=at
        )

    done = _("Refused. The other team was told, and stays responsible.")
    return _answered(request, transfer_id, name="refuse", form=form, effect=effect, done=done)


@require_POST
def ask(request: Request, transfer_id: UUID) -> HttpResponse:
    """Ask something before answering."""

    def form(transfer: Transfer) -> forms.Form:
        _check_receives(request, transfer)
        return forms_of.QuestionForm(request.POST, auto_id="ask_%s")

    def effect(data: Mapping[str, Any], at: datetime) -> Any:
        asked = transferring.ask_question(
            transfer_id=transfer_id, text=data["text"], actor=request.actor, at=at
        )
        return asked.transfer

    done = _("Asked. The other team was told.")
    return _answered(request, transfer_id, name="question", form=form, effect=effect, done=done)


@require_POST
def answer(request: Request, transfer_id: UUID) -> HttpResponse:
    """Answer what the other team asked."""

    def form(transfer: Transfer) -> forms.Form:
        permissions.check_can_send(request.actor, transfer)
        return forms_of.AnswerForm(request.POST, auto_id="answer_%s")

    def effect(data: Mapping[str, Any], at: datetime) -> Any:
        asked = transferring.answer_question(
            transfer_id=transfer_id, text=data["text"], actor=request.actor, at=at
        )
        return asked.transfer

    done = _("Answered. The other team was told.")
    return _answered(request, transfer_id, name="answer", form=form, effect=effect, done=done)


@require_POST
def give_back(request: Request, transfer_id: UUID) -> HttpResponse:
    """Propose that the case go back to where it came from."""

    def form(transfer: Transfer) -> forms.Form:
        permissions.check_can_coordinate(request.actor, transfer.case)
        return forms_of.ReturnForm(request.POST, auto_id="return_%s")

    def effect(data: Mapping[str, Any], at: datetime) -> Any:
        return taking_over.propose_return(
            transfer_id=transfer_id, reason=data["reason"], actor=request.actor, at=at
        )

    done = _("Proposed. The case stays with your team until the other one agrees.")
    return _answered(request, transfer_id, name="return", form=form, effect=effect, done=done)


@require_POST
def withdraw(request: Request, transfer_id: UUID) -> HttpResponse:
    """Take a proposal back."""

    def effect(at: datetime) -> str:
        made = transferring.withdraw_transfer(transfer_id=transfer_id, actor=request.actor, at=at)
        return reverse("cases:case", args=[made.case_id])

    return do(request, scope=f"transfer-withdraw:{transfer_id}", effect=effect, done=_("Withdrawn."))
