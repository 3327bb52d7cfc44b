"""Consent: asked, shown before it is recorded, refused, withdrawn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from egide.cases.forms import consenting as forms
from egide.cases.forms.fields import end_of
from egide.cases.lifecycle import State
from egide.cases.models import Case, Programme
from egide.cases.presentation.whose import Whose
from egide.cases.queries import consenting as queries
from egide.cases.services import consenting, drafting, enrolling, own_consent
from egide.cases.views.step import SHOWN_AGAIN, act, give_back, named, step, typed
from egide.cases.views.whose import fetch_whose
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request
from egide.partners.models import Agency
from egide.sharing import ending
from egide.sharing import services as sharing
from egide.sharing.foreseeing import Draft
from egide.sharing.models import Consent

CONSENT_TEXT = "ccr-consent-1"
#: The field that says what was shown before it is recorded.
SHOWN = "shown"


def _check_asked(whose: Whose) -> None:
    """A person's own consent may be asked in any programme; taking part is asked where the programme asks for it."""
    if not whose.is_own:
        consenting.check_asks_for_consent(whose.case)


def partners_of(case: Case) -> list[Agency]:
    """Answer those a consent may name: the programme's partners, and agencies that lead one like it elsewhere."""
    programme = case.programme
    alike = Programme.objects.filter(protocol_code=programme.protocol_code).order_by().values("lead_agency")
    offered = Q(pk__in=programme.partners.order_by().values("pk")) | Q(pk__in=alike, is_active=True)
    return list(Agency.objects.filter(offered).exclude(pk=programme.lead_agency_id).order_by("code"))


def _offered(whose: Whose) -> list[Agency]:
    """Answer those a consent may name: of somebody else's own file, those that work on the case already."""
    return own_consent.may_receive(whose.case) if whose.is_own else partners_of(whose.case)


def _form(
    whose: Whose, partners: Sequence[Agency], former: Consent | None, data: Any = None, initial: Any = None
) -> forms.ConsentForm:
    """The form, filled in from the consent in force: who, what, what for, until when; never how it was given."""
    suggested: dict[str, Any] = {"language": whose.case.language, "expires_on": forms.in_six_months()}
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
        givers=own_consent.givers_of(whose.file, at=clock.now()) if whose.is_own else (),
        initial=suggested if initial is None else initial,
    )


def newest(in_force: Sequence[Consent]) -> Consent | None:
    return in_force[-1] if in_force else None


def _page(
    request: Request,
    whose: Whose,
    form: forms.ConsentForm,
    *,
    in_force: Sequence[Consent],
    **more: Any,
) -> HttpResponse:
    context = {
        "case": whose.case,
        "file": whose.file,
        "whose": whose,
        "form": form,
        "draft_saved_at": None,
        "former": newest(in_force),
        "earlier": in_force[:-1],
        "effect": None,
        "is_preview": False,
        **more,
    }
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    return render(request, "cases/consent.html", context, status=status)


def consent(request: Request, case_id: UUID, file_id: UUID | None = None) -> HttpResponse:
    """Ask for informed consent. What changes is shown first.

    Of whom the case is about, it enrols, or takes the place of the one in force; of anybody else, it speaks of their
    own file.
    """
    whose, at = fetch_whose(request, case_id, file_id), clock.now()
    _check_asked(whose)
    case, file = whose.case, whose.file
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    former = newest(in_force)
    form = _form(whose, _offered(whose), former, request.POST or None)
    if request.method != "POST":
        saved_at = None if "fresh" in request.GET else give_back(request, form, ("consent", case.pk, file.pk))
        _tick(form, request.GET.get("add", ""))
        return _page(request, whose, form, in_force=in_force, draft_saved_at=saved_at)
    given = _given(request, whose, form, at)
    if given is None:
        return _page(request, whose, form, in_force=in_force)
    return _check(request, whose, form, given)


def _tick(form: forms.ConsentForm, agency: str) -> None:
    """Tick one agency more: the one the page before was about."""
    chosen = form.initial.get("recipients") or []
    chosen = chosen if isinstance(chosen, list) else [chosen]
    if agency in {value for value, _label in form.fields["recipients"].choices} - {*chosen}:  # type: ignore[attr-defined]
        form.initial["recipients"] = [*chosen, agency]


def _given(request: Request, whose: Whose, form: forms.ConsentForm, at: datetime) -> dict[str, Any] | None:
    """What would be recorded; None when it is no consent yet, and the form says why."""
    if not form.is_valid():
        return None
    given = form.consent(text_version=CONSENT_TEXT)
    try:
        if whose.is_own:
            own_consent.check_given(whose.file, given, form.giver(), actor=request.actor, at=at)
        else:
            sharing.check_consent(actor=request.actor, at=at, **given)
    except Refused as refusal:
        form.add_error(None, str(refusal.message))
        return None
    return given


def _check(request: Request, whose: Whose, form: forms.ConsentForm, given: dict[str, Any]) -> HttpResponse:
    """Show who gains and who loses; record it once that was shown, and confirmed when somebody loses."""
    case, file, at = whose.case, whose.file, clock.now()
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
        answer = _record(request, whose, given, form.giver(), effect, confirm)
        if answer is not None:
            return answer
    elif not is_sent:
        drafting.save_draft(
            content=typed(request), actor=request.actor, at=at, **named(("consent", case.pk, file.pk))
        )
    context = {
        "case": case,
        "whose": whose,
        "effect": effect,
        "confirm": confirm,
        "kept": hidden(form),
        "said": _said(form, given),
        "former": newest(effect.in_force),
        "earlier": effect.in_force[:-1],
        "expires_on": given["expires_at"],
        "is_renewal": whose.is_own or case.state == State.ACTIVE,
    }
    status = SHOWN_AGAIN if confirm.is_bound and confirm.errors else 200
    return render(request, "cases/consent_check.html", context, status=status)


def _record(
    request: Request,
    whose: Whose,
    given: dict[str, Any],
    giver: str,
    effect: queries.Effect,
    confirm: forms.ConfirmForm,
) -> HttpResponse | None:
    case = whose.case

    def once(at: Any) -> str:
        if request.POST[SHOWN] != effect.mark:
            raise Refused(_("This is no longer what the page said. Read it again, then record it."))
        asked: dict[str, Any] = {"case_id": case.pk, "consent": given, "replacing": effect.replaced}
        if whose.is_own:
            own_consent.give_own_consent(
                file_id=whose.file.pk, giver=giver, actor=request.actor, at=at, **asked
            )
        else:
            write = enrolling.enrol if case.state != State.ACTIVE else consenting.renew_consent
            write(actor=request.actor, at=at, **asked)
        return whose.back

    done = _("The consent was recorded. The agencies it names now work on the case.")
    if whose.is_own:
        done = _("The consent was recorded. It speaks of this person’s own file, and of no other.")
    return act(
        request,
        scope="cases.consent",
        effect=once,
        form=confirm,
        draft=("consent", case.pk, whose.file.pk),
        done=done,
    )


def hidden(form: forms.ConsentForm | forms.WithdrawalForm) -> list[tuple[str, str]]:
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
def consent_preview(request: Request, case_id: UUID, file_id: UUID | None = None) -> HttpResponse:
    """Show what the consent as typed so far would change; nothing is saved and nothing typed is lost."""
    whose, at = fetch_whose(request, case_id, file_id), clock.now()
    _check_asked(whose)
    case, file = whose.case, whose.file
    in_force = ending.in_force_on(file_id=file.pk, at=at)
    former = newest(in_force)
    partners, sent = _offered(whose), request.POST
    said = typed(request)
    for name in ("recipients", "categories", "purposes"):
        said[name] = sent.getlist(name)
    form = _form(whose, partners, former, initial=said)
    day = parse_date(sent.get("expires_on", "") if len(sent.get("expires_on", "")) == 10 else "")
    drafted = Draft(
        file_id=file.pk,
        agencies=frozenset(one.pk for one in partners if str(one.pk) in said["recipients"]),
        categories=frozenset(said["categories"])
        & {value for value, _label in form.fields["categories"].choices},  # type: ignore[attr-defined]
        purposes=frozenset(said["purposes"]) & {value for value, _label in forms.PURPOSES},
        is_written=sent.get("form", "") != "verbal",
        expires_at=end_of(day) if day else at,
        is_by_alleged_abuser=sent.get("given_by") == "guardian"
        and sent.get("guardian_is_alleged_abuser") in ("yes", "unknown"),
    )
    is_whole = bool(drafted.agencies and drafted.categories and drafted.purposes and drafted.expires_at > at)
    effect = None
    if is_whole and not drafted.is_by_alleged_abuser:
        effect = queries.effect(case=case, file=file, actor=request.actor, draft=drafted, at=at)
    return _page(
        request,
        whose,
        form,
        in_force=in_force,
        effect=effect,
        is_preview=True,
        drafted=drafted,
        has_end=day is not None,
    )


def refusal(request: Request, case_id: UUID, file_id: UUID | None = None) -> HttpResponse:
    """Record a refusal, and what may still be done."""
    whose = fetch_whose(request, case_id, file_id)
    _check_asked(whose)
    found = whose.case
    form = forms.RefusalForm(request.POST or None)

    def effect(at: Any) -> str:
        said: dict[str, Any] = {"case_id": found.pk, "actor": request.actor, "at": at, **form.cleaned_data}
        if whose.is_own:
            own_consent.refuse_own_consent(file_id=whose.file.pk, **said)
        else:
            consenting.refuse_consent(**said)
        return whose.back

    done = _("The refusal was recorded. Nobody else sees the case.")
    lead = _("It is her or his choice. Every view by another agency ends at once.")
    if whose.is_own:
        done = _("The refusal was recorded. What consent opened of this file is closed.")
        lead = _(
            "%(who)s. It is their choice. What consent opened of their file to other agencies closes at once; the case goes "
            "on, and what the law lets be shared to protect somebody stays possible."
        ) % {"who": whose.title}

    return step(
        request,
        form=form,
        scope="cases.refusal",
        effect=effect,
        draft=whose.draft("refusal"),
        done=done,
        context={
            "case": found,
            "title": _("The person does not consent"),
            "lead": lead,
            "submit": _("Record the refusal"),
            "back": whose.back,
        },
    )
