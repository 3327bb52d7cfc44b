"""Which hat the person wears: chosen once, kept in the session, checked on every request."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from egide.common import clock
from egide.partners import queries
from egide.partners.models import Membership

SESSION_KEY = "acting_as"


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


class ActingFor:
    """Set `request.actor`: the membership chosen, the first until one is chosen, or none.

    A hat that ended since it was chosen is not worn any more. Pages then show under another, and say which;
    what is sent is refused until the person chooses: it was typed for an agency and is not recorded as another's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor, is_chosen = _actor_of(request)  # type: ignore[attr-defined]
        is_sending = request.method not in ("GET", "HEAD", "OPTIONS", "TRACE")
        if is_sending and not is_chosen and not request.path.startswith(_ANY_HAT):
            message = _(
                "You no longer act for the agency you had chosen. Choose for which one you act, then send again."
            )
            return render(request, "errors/409.html", {"message": message}, status=409)
        return self.get_response(request)


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
