"""Two cross-cutting duties: headers on every answer, and domain errors shown as pages."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused, Unavailable

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)


class SecurityHeaders:
    """Nothing inline, nothing from elsewhere, nothing kept by a shared computer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class DomainErrors:
    """One place where an error becomes a page: 404, 403, 409, 413, 503."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer with the page of a domain error; leave every other error to Django."""
        if isinstance(error, NotVisible):
            return render(request, "errors/404.html", {}, status=404)
        if isinstance(error, Refused):
            return render(request, "errors/409.html", {"message": error.message}, status=409)
        if isinstance(error, PermissionDenied):
            return render(request, "errors/403.html", {"message": str(error)}, status=403)
        if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
            return render(request, "errors/413.html", {}, status=413)
        if isinstance(error, Unavailable | OperationalError):
            message = getattr(error, "message", None) or _(
                "The records cannot be reached at the moment. Nothing was saved; please try again shortly."
            )
            return render(request, "errors/503.html", {"message": message}, status=503)
        return None
