"""Which hat the person wears: chosen once, kept in the session, checked on every request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from egide.partners import queries
from egide.partners.models import Membership

SESSION_KEY = "acting_as"


def _actor_of(request: HttpRequest) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    hats = list(queries.hats(account=request.user, on=timezone.localdate()))
    chosen = request.session.get(SESSION_KEY)
    request.hats = hats  # type: ignore[attr-defined]
    for hat in hats:
        if str(hat.pk) == chosen:
            return hat
    return hats[0] if hats else None


class ActingFor:
    """Set `request.actor`: the membership chosen, the only one, or none.

    A hat that ended since it was chosen is not worn any more.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = _actor_of(request)  # type: ignore[attr-defined]
        return self.get_response(request)
