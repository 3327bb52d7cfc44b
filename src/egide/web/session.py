"""How long the session of a page still lasts: asked by the page's script, renewed when the person says so."""

from datetime import datetime

from django.contrib.sessions.models import Session
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from egide.common.access import public


def seconds_left(request: HttpRequest, *, at: datetime) -> int:
    """Answer how many seconds the session lasts if nothing renews it; 0 when nobody is signed in.

    The stored row is read: the cookie's own age says only how long a session lasts when it is renewed.
    """
    if not request.user.is_authenticated:
        return 0
    stored = Session.objects.filter(session_key=request.session.session_key or "")
    ends_at = stored.values_list("expire_date", flat=True).first()
    if ends_at is None:
        return 0
    return max(0, int((ends_at - at).total_seconds()))


@public
@require_GET
def left(request: HttpRequest) -> JsonResponse:
    """Say how long the session lasts, in seconds. Asking does not make it last longer."""
    # Django ends sessions, by its own clock.
    return JsonResponse({"left": seconds_left(request, at=timezone.now())})


@public
@require_POST
def stay(request: HttpRequest) -> JsonResponse:
    """Renew the session, and say how long it now lasts, in seconds; 0 when it was already over."""
    if not request.user.is_authenticated:
        return JsonResponse({"left": 0})
    request.session.modified = True
    return JsonResponse({"left": request.session.get_expiry_age()})
