"""Consent: asked, shown before it is recorded, refused, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases.forms import consenting as forms
from egide.cases.forms.fields import end_of
from egide.cases.lifecycle import State
from egide.cases.models import Case, File, Programme
from egide.cases.queries import consenting as queries
from egide.cases.resuming import draft_address
from egide.cases.services import consenting, drafting, enrolling, entries
from egide.cases.views.step import SHOWN_AGAIN, act, do, fetch_supported, give_back, named, step, typed
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request
from egide.partners.models import Agency
from egide.sharing import ending
from egide.sharing import services as sharing
from egide.sharing.foreseeing import Draft
from egide.sharing.models import Consent
from egide.sharing.rules.categories import CATEGORIES

CONSENT_TEXT = "ccr-consent-1"
#: The field that says what was shown before it is recorded.
SHOWN = "shown"


def _back(case_id: UUID) -> str:
    return reverse("cases:case", args=[case_id])


def partners_of(case: Case) -> list[Agency]:
    """Answer those a consent may name: the programme's partners, and agencies that lead one like it elsewhere."""
    programme = case.programme
    alike = Programme.objects.filter(protocol_code=programme.protocol_code).order_by().values("lead_agency")
    offered = Q(pk__in=programme.partners.order_by().values("pk")) | Q(pk__in=alike, is_active=True)
    return list(Agency.objects.filter(offered).exclude(pk=programme.lead_agency_id).order_by("code"))


def _form(
    case: Case, partners: Sequence[Agency], former: Consent | None, data: Any = None, initial: Any = None
) -> forms.ConsentForm:
    """The form, filled in from the consent in force: who, what, what for, until when; never how it was given."""
    suggested: dict[str, Any] = {"language": case.language, "expires_on": forms.in_six_months()}
    if former is not None:
        suggested = {
            "recipients": [str(agency.pk) for agency in former.recipients.all()],
            "categories": former.categories,
            "purposes": former.purposes,
            "expires_on": timezone.localdate(former.expires_at),
            "language": former.language,
        }
    return forms.ConsentForm(
        data,
        agencies=sorted(((str(one.pk), str(one)) for one in partners), key=lambda pair: pair[1]),
        covered=former.categories if former else (),
        initial=suggested if initial is None else initial,
    )


def _newest(in_force: Sequence[Consent]) -> Consent | None:
    return in_force[-1] if in_force else None


def _page(
    request: Request,
    case: Case,
    file: File,
    form: forms.ConsentForm,
    *,
    in_force: Sequence[Consent],
    **more: Any,
) -> HttpResponse:
    context = {
        "case": case,
        "file": file,
        "form": form,
        "draft_saved_at": None,
        "is_renewal": case.state == State.ACTIVE,
        "former": _newest(in_force),
        "earlier": in_force[:-1],
        "effect": None,
        "is_preview": False,
        **more,
    }
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    return render(request, "cases/consent.html", context, status=status)


def consent(request: Request, case_id: UUID) -> HttpResponse:
    """Ask for informed consent: it enrols, or takes the place of the one in force. What changes is shown first."""
    case = fetch_supported(request, case_id)
    consenting.check_asks_for_consent(case)
    file, at = entries.subject_file(case), clock.now()
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    former = _newest(in_force)
    form = _form(case, partners_of(case), former, request.POST or None)
    if request.method != "POST":
        saved_at = None if "fresh" in request.GET else give_back(request, form, ("consent", case.pk, file.pk))
        _tick(form, request.GET.get("add", ""))
        return _page(request, case, file, form, in_force=in_force, draft_saved_at=saved_at)
    given = _given(request, form, at)
    if given is None:
        return _page(request, case, file, form, in_force=in_force)
    return _check(request, case, file, form, given)


def _tick(form: forms.ConsentForm, agency: str) -> None:
    """Tick one agency more: the one the page before was about."""
    chosen = form.initial.get("recipients") or []
    chosen = chosen if isinstance(chosen, list) else [chosen]
    if agency in {value for value, _label in form.fields["recipients"].choices} - {*chosen}:  # type: ignore[attr-defined]
        form.initial["recipients"] = [*chosen, agency]


def _given(request: Request, form: forms.ConsentForm, at: datetime) -> dict[str, Any] | None:
    """What would be recorded; None when it is no consent yet, and the form says why."""
    if not form.is_valid():
        return None
    given = form.consent(text_version=CONSENT_TEXT)
    try:
        sharing.check_consent(actor=request.actor, at=at, **given)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None
    return given


def _check(
    request: Request, case: Case, file: File, form: forms.ConsentForm, given: dict[str, Any]
) -> HttpResponse:
    """Show who gains and who loses; record it once that was shown, and confirmed when somebody loses."""
    at = clock.now()
    drafted = Draft(
        file_id=file.pk,
        agencies=frozenset(UUID(str(pk)) for pk in given["recipients"]),
        categories=frozenset(given["categories"]),
        purposes=frozenset(given["purposes"]),
        is_written=given["form"] != "verbal",
        expires_at=given["expires_at"],
    )
    effect = queries.effect(case=case, file=file, actor=request.actor, draft=drafted, at=at)
    is_sent = SHOWN in request.POST
    confirm = forms.ConfirmForm(request.POST if is_sent else None, is_asked=bool(effect.losers))
    if is_sent and confirm.is_valid():
        answer = _record(request, case, file, given, effect, confirm)
        if answer is not None:
            return answer
    elif not is_sent:
        drafting.save_draft(
            content=typed(request), actor=request.actor, at=at, **named(("consent", case.pk, file.pk))
        )
    context = {
        "case": case,
        "effect": effect,
        "confirm": confirm,
        "kept": _hidden(form),
        "said": _said(form, given),
        "former": _newest(effect.in_force),
        "earlier": effect.in_force[:-1],
        "expires_on": given["expires_at"],
        "is_renewal": case.state == State.ACTIVE,
    }
    status = SHOWN_AGAIN if confirm.is_bound and confirm.errors else 200
    return render(request, "cases/consent_check.html", context, status=status)


def _record(
    request: Request,
    case: Case,
    file: File,
    given: dict[str, Any],
    effect: queries.Effect,
    confirm: forms.ConfirmForm,
) -> HttpResponse | None:
    def once(at: Any) -> str:
        if request.POST[SHOWN] != effect.mark:
            raise Refused(_("This is no longer what the page said. Read it again, then record it."))
        write = enrolling.enrol if case.state != State.ACTIVE else consenting.renew_consent
        write(case_id=case.pk, consent=given, actor=request.actor, at=at, replacing=effect.replaced)
        return _back(case.pk)

    return act(
        request,
        scope="cases.consent",
        effect=once,
        form=confirm,
        draft=("consent", case.pk, file.pk),
        done=_("The consent was recorded. The agencies it names now work on the case."),
    )


def _hidden(form: forms.ConsentForm | forms.WithdrawalForm) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the answer."""
    found = []
    for name in form.fields:
        value = form[name].value()
        values = value if isinstance(value, list) else [value]
        found += [(name, "on" if one is True else str(one)) for one in values if one not in (None, "", False)]
    return found


def _said(form: forms.ConsentForm, given: dict[str, Any]) -> dict[str, list[str]]:
    """Who, what and what for, in words."""
    return {
        name: [str(label) for value, label in form.fields[name].choices if value in set(given[name])]  # type: ignore[attr-defined]
        for name in ("recipients", "categories", "purposes")
    }


@require_POST
def consent_preview(request: Request, case_id: UUID) -> HttpResponse:
    """Show what the consent as typed so far would change; nothing is saved and nothing typed is lost."""
    case = fetch_supported(request, case_id)
    consenting.check_asks_for_consent(case)
    file, at = entries.subject_file(case), clock.now()
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    former = _newest(in_force)
    partners, sent = partners_of(case), request.POST
    said = typed(request)
    for name in ("recipients", "categories", "purposes"):
        said[name] = sent.getlist(name)
    form = _form(case, partners, former, initial=said)
    day = parse_date(sent.get("expires_on", "") if len(sent.get("expires_on", "")) == 10 else "")
    drafted = Draft(
        file_id=file.pk,
        agencies=frozenset(one.pk for one in partners if str(one.pk) in said["recipients"]),
        categories=frozenset(said["categories"])
        & {value for value, _label in form.fields["categories"].choices},  # type: ignore[attr-defined]
        purposes=frozenset(said["purposes"]) & {value for value, _label in forms.PURPOSES},
        is_written=sent.get("form", "") != "verbal",
        expires_at=end_of(day) if day else at,
        is_by_alleged_abuser=bool(sent.get("guardian_is_alleged_abuser")),
    )
    is_whole = bool(drafted.agencies and drafted.categories and drafted.purposes and drafted.expires_at > at)
    effect = None
    if is_whole and not drafted.is_by_alleged_abuser:
        effect = queries.effect(case=case, file=file, actor=request.actor, draft=drafted, at=at)
    return _page(
        request,
        case,
        file,
        form,
        in_force=in_force,
        effect=effect,
        is_preview=True,
        drafted=drafted,
        has_end=day is not None,
    )


def refusal(request: Request, case_id: UUID) -> HttpResponse:
    """Record a refusal, and what may still be done."""
    found = fetch_supported(request, case_id)
    consenting.check_asks_for_consent(found)
    form = forms.RefusalForm(request.POST or None)

    def effect(at: Any) -> str:
        consenting.refuse_consent(
            case_id=found.pk,
            words=form.cleaned_data["words"],
            still_done=form.cleaned_data["still_done"],
            actor=request.actor,
            at=at,
        )
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.refusal",
        effect=effect,
        draft=("refusal", found.pk),
        done=_("The refusal was recorded. Nobody else sees the case."),
        context={
            "case": found,
            "title": _("The person does not consent"),
            "lead": _("It is her or his choice. Every view by another agency ends at once."),
            "submit": _("Record the refusal"),
        },
    )


def withdrawal(request: Request, case_id: UUID) -> HttpResponse:
    """The person withdraws consent, all of it or a part: what stops is shown, then it is recorded."""
    case = fetch_supported(request, case_id)
    file, at = entries.subject_file(case), clock.now()
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    form = _withdrawal_form(case, in_force, request.POST or None)
    if SHOWN in request.POST and not in_force:
        # Ended meanwhile, perhaps by the first click of two: the key knows.
        return do(request, scope="cases.withdrawal", effect=_nothing_stands, done="")
    if request.method == "POST" and in_force and "edit" not in request.POST and form.is_valid():
        return _check_withdrawal(request, case, file, form, in_force)
    is_again = form.is_bound and "edit" not in request.POST
    saved_at = None if form.is_bound else give_back(request, form, ("withdrawal", case.pk))
    context = {
        "case": case,
        "form": form,
        "former": _newest(in_force),
        "is_again": is_again,
        "autosave": draft_address("withdrawal", case.pk),
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
    request: Request, case: Case, file: File, form: forms.WithdrawalForm, in_force: Sequence[Consent]
) -> HttpResponse:
    """Say what stops at once for whom, what stays lawful and why, who is told; then record it."""
    at, data = clock.now(), form.cleaned_data
    draft = _left(file, in_force, data, case.programme.lead_agency_id)
    effect = queries.effect(case=case, file=file, actor=request.actor, draft=draft, at=at)
    confirm = forms.ConfirmForm(request.POST if SHOWN in request.POST else None, is_asked=False)

    def once(now: Any) -> str:
        if request.POST[SHOWN] != effect.mark:
            raise Refused(_("This is no longer what the page said. Read it again, then record it."))
        consenting.withdraw_consent(
            case_id=case.pk,
            agencies=[UUID(pk) for pk in data["recipients"]],
            categories=data["categories"],
            replacing=effect.replaced,
            actor=request.actor,
            at=now,
        )
        return reverse("cases:consents", args=[case.pk])

    if confirm.is_valid():
        done = _("The withdrawal was recorded. What it ends has ended.")
        answer = act(
            request,
            scope="cases.withdrawal",
            effect=once,
            form=confirm,
            draft=("withdrawal", case.pk),
            done=done,
        )
        if answer is not None:
            return answer
    elif not confirm.is_bound:
        drafting.save_draft(
            content=typed(request), actor=request.actor, at=at, **named(("withdrawal", case.pk))
        )
    context = {
        "case": case,
        "effect": effect,
        "confirm": confirm,
        "kept": _hidden(form),
        "is_whole": not draft.agencies,
        "given_back": queries.tasks_given_back(case=case, effect=effect),
    }
    status = SHOWN_AGAIN if confirm.is_bound and confirm.errors else 200
    return render(request, "cases/withdrawal_check.html", context, status=status)
