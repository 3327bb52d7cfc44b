"""Consent withdrawn, all of it or a part: what stops is shown before it is recorded."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from egide.cases.forms import consenting as forms
from egide.cases.models import Case, File
from egide.cases.presentation.whose import Whose
from egide.cases.queries import consenting as queries
from egide.cases.resuming import draft_address
from egide.cases.services import consenting, drafting, own_consent
from egide.cases.views.consenting import SHOWN, hidden, newest
from egide.cases.views.step import SHOWN_AGAIN, act, do, give_back, named, typed
from egide.cases.views.whose import fetch_whose
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request
from egide.sharing import ending
from egide.sharing.foreseeing import Draft
from egide.sharing.models import Consent
from egide.sharing.rules.categories import CATEGORIES


def withdrawal(request: Request, case_id: UUID, file_id: UUID | None = None) -> HttpResponse:
    """The person withdraws consent, all of it or a part: what stops is shown, then it is recorded."""
    whose, at = fetch_whose(request, case_id, file_id), clock.now()
    case, file = whose.case, whose.file
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    form = _withdrawal_form(case, in_force, request.POST or None)
    if SHOWN in request.POST and not in_force:
        # Ended meanwhile, perhaps by the first click of two: the key knows.
        return do(request, scope="cases.withdrawal", effect=_nothing_stands, done="")
    if request.method == "POST" and in_force and "edit" not in request.POST and form.is_valid():
        return _check_withdrawal(request, whose, form, in_force)
    is_again = form.is_bound and "edit" not in request.POST
    saved_at = None if form.is_bound else give_back(request, form, whose.draft("withdrawal"))
    context = {
        "case": case,
        "whose": whose,
        "form": form,
        "former": newest(in_force),
        "is_again": is_again,
        "autosave": draft_address(*whose.draft("withdrawal")),
        "draft_saved_at": saved_at,
    }
    status = SHOWN_AGAIN if is_again and form.errors else 200
    return render(request, "cases/withdrawal.html", context, status=status)


def _nothing_stands(_at: Any) -> str:
    raise Refused(_("No consent is in force."))


def _withdrawal_form(case: Case, in_force: Sequence[Consent], data: Any) -> forms.WithdrawalForm:
    named = {agency.pk: agency for one in in_force for agency in one.recipients.all()}
    named.pop(case.programme.lead_agency_id, None)
    covered = {category for one in in_force for category in one.categories}
    return forms.WithdrawalForm(
        data,
        agencies=sorted(((str(pk), str(agency)) for pk, agency in named.items()), key=lambda pair: pair[1]),
        covered=[slug for slug in CATEGORIES if slug in covered],
    )


def _left(file: File, in_force: Sequence[Consent], withdrawn: dict[str, Any], lead: UUID) -> Draft:
    """What would stand of the consent: nothing when it is withdrawn whole, or for everyone, or for every kind."""
    newest = in_force[-1]
    agencies = {agency.pk for one in in_force for agency in one.recipients.all()} - {lead}
    left = agencies - {UUID(pk) for pk in withdrawn["recipients"]}
    kinds = {category for one in in_force for category in one.categories} - set(withdrawn["categories"])
    stands = withdrawn["how_much"] == "part" and left and kinds
    return Draft(
        file_id=file.pk,
        agencies=frozenset({*left, lead}) if stands else frozenset(),
        categories=frozenset(kinds) if stands else frozenset(),
        purposes=frozenset(purpose for one in in_force for purpose in one.purposes),
        is_written=newest.form != "verbal",
        expires_at=newest.expires_at,
    )


def _check_withdrawal(
    request: Request, whose: Whose, form: forms.WithdrawalForm, in_force: Sequence[Consent]
) -> HttpResponse:
    """Say what stops at once for whom, what stays lawful and why, who is told; then record it."""
    case, file, at, data = whose.case, whose.file, clock.now(), form.cleaned_data
    draft = _left(file, in_force, data, case.programme.lead_agency_id)
    effect = queries.effect(case=case, file=file, actor=request.actor, draft=draft, at=at)
    confirm = forms.ConfirmForm(request.POST if SHOWN in request.POST else None, is_asked=False)

    def once(now: Any) -> str:
        if request.POST[SHOWN] != effect.mark:
            raise Refused(_("This is no longer what the page said. Read it again, then record it."))
        said: dict[str, Any] = {
            "case_id": case.pk,
            "agencies": [UUID(pk) for pk in data["recipients"]],
            "categories": data["categories"],
            "replacing": effect.replaced,
        }
        if whose.is_own:
            own_consent.withdraw_own_consent(file_id=file.pk, actor=request.actor, at=now, **said)
        else:
            consenting.withdraw_consent(actor=request.actor, at=now, **said)
        return whose.consents

    if confirm.is_valid():
        done = _("The withdrawal was recorded. What it ends has ended.")
        answer = act(
            request,
            scope="cases.withdrawal",
            effect=once,
            form=confirm,
            draft=whose.draft("withdrawal"),
            done=done,
        )
        if answer is not None:
            return answer
    elif not confirm.is_bound:
        drafting.save_draft(
            content=typed(request), actor=request.actor, at=at, **named(whose.draft("withdrawal"))
        )
    context = {
        "case": case,
        "whose": whose,
        "effect": effect,
        "confirm": confirm,
        "kept": hidden(form),
        "is_whole": not draft.agencies,
        "given_back": queries.tasks_given_back(case=case, effect=effect),
    }
    status = SHOWN_AGAIN if confirm.is_bound and confirm.errors else 200
    return render(request, "cases/withdrawal_check.html", context, status=status)
