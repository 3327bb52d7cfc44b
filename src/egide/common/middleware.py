"""Two cross-cutting duties: headers on every answer, and domain errors shown as pages."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from egide.common import views
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
        if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
            return views.bad_request(request, error)
        if isinstance(error, Unavailable):
            return render(request, "errors/503.html", {"message": error.message}, status=503)
        if isinstance(error, views.UNREACHABLE):
            return views.out_of_reach(request)
        return None
