"""Which hat the person wears: chosen once, kept in the session, checked on every request."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from egide.common import clock
from egide.common.http import HAT_FIELD
from egide.common.typed import is_words, words_sent
from egide.ledger import services as ledger
from egide.partners import queries
from egide.partners.models import Membership

SESSION_KEY = "acting_as"


#: The button that takes the former hat again and sends what was typed under it.
AGAIN = "act_again"
#: Sent under any hat: choosing one, signing in and out, the language.
_ANY_HAT = ("/me/acting-for/", "/account/", "/language/")


def _actor_of(request: HttpRequest) -> tuple[Membership | None, bool]:
    """Answer the hat worn, and whether it is the one chosen (or none was)."""
    if not request.user.is_authenticated:
        return None, True
    hats = list(queries.hats(account=request.user, on=clock.today()))
    chosen = request.session.get(SESSION_KEY)
    request.hats = hats  # type: ignore[attr-defined]
    for hat in hats:
        if str(hat.pk) == chosen:
            return hat, True
    return (hats[0] if hats else None), chosen is None


def wear(request: HttpRequest, hat: Membership) -> None:
    """Act under this hat from now on; the ledger says so."""
    request.session[SESSION_KEY] = str(hat.pk)
    request.actor = hat  # type: ignore[attr-defined]
    with transaction.atomic():
        ledger.record(action="partners.acting_for_changed", actor=hat, target=hat, at=clock.now())


class SignInRequired(LoginRequiredMiddleware):
    """Sign-in is asked before every page; what was typed while a session ended is given back, and not recorded."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer nothing to who is signed in; to others the way to sign in, with what they typed."""
        sign_in = super().process_view(request, view_func, view_args, view_kwargs)
        if sign_in is None:
            return None
        if request.headers.get("HX-Request"):
            # A script would follow to the page of signing in, and put it where a few words were to come.
            return HttpResponse(status=401)
        words = words_sent(request) if _is_sending(request) else []
        return render(request, "errors/signed_out.html", {"words": words}, status=401) if words else sign_in


class ActingFor:
    """Set `request.actor`: the membership chosen, the first until one is chosen, or none.

    What is sent was typed for an agency and is not recorded as another's. Every form says under which hat it was
    shown: sent under another, or under one that ended, nothing is done, and the page that says so gives back all
    that was typed, with a button that takes the former hat again and sends it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, is_chosen = _actor_of(request)  # type: ignore[attr-defined]
        if _is_sending(request) and not is_chosen:
            return _not_sent(request, None)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Compare the hat of the form with the one worn; here the request is known to come from our own page."""
        actor = getattr(request, "actor", None)
        typed_as = request.POST.get(HAT_FIELD, "") if _is_sending(request) else ""
        if actor is None or not typed_as or typed_as == str(actor.pk):
            return None
        former = next((hat for hat in request.hats if str(hat.pk) == typed_as), None)  # type: ignore[attr-defined]
        if former is not None and AGAIN in request.POST:
            wear(request, former)
            return None
        return _not_sent(request, former)


def _is_sending(request: HttpRequest) -> bool:
    is_safe = request.method in ("GET", "HEAD", "OPTIONS", "TRACE")
    return not is_safe and not request.path.startswith(_ANY_HAT)


def _not_sent(request: HttpRequest, former: Membership | None) -> HttpResponse:
    """Say that nothing was recorded, give back what was typed, offer the former hat where it is still worn."""
    sent = [(name, value) for name, values in request.POST.lists() for value in values]
    kept = [pair for pair in sent if pair[0] not in ("csrfmiddlewaretoken", AGAIN)]
    words = [value for name, value in kept if is_words(name, value)]
    context = {"former": former, "kept": kept, "words": words, "again": AGAIN}
    return render(request, "errors/other_hat.html", context, status=409)


#: Pages that stay open to a person who has yet to add a second factor.
_OPEN_PREFIXES = ("/account/", "/language/", "/static/", "/ledger/", "/gallery/")


class SecondFactor:
    """Where a deployment requires it, nobody works before adding a second factor. Signing in asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            settings.EGIDE_SECOND_FACTOR_REQUIRED
            and request.user.is_authenticated
            and not request.path.startswith(_OPEN_PREFIXES)
            and not is_mfa_enabled(request.user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
        ):
            messages.warning(request, _("Add a second factor first: a passkey, or a code from your phone."))
            return redirect("mfa_index")
        return self.get_response(request)
