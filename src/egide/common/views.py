"""The few pages that belong to nobody."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from egide.common.typed import words_sent


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old or came from elsewhere, without losing the way back."""
    return render(request, "errors/csrf.html", {"words": words_sent(request)}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The one page for what is absent, out of scope or recused."""
    return render(request, "errors/404.html", {}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request made no sense, or was larger than the service accepts."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "errors/413.html", {}, status=413)
    return render(request, "errors/400.html", {}, status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something failed on our side and that nothing was half-done; or that the records are out of reach.

    Errors met before a view is reached (session, sign-in) come here and not to `DomainErrors`.
    """
    if isinstance(sys.exc_info()[1], UNREACHABLE):
        return out_of_reach(request)
    return render(request, "errors/500.html", {}, status=500)


#: The database is gone, full, or does not answer.
UNREACHABLE = (OperationalError, InterfaceError)


def out_of_reach(request: HttpRequest) -> HttpResponse:
    """Say that the records cannot be reached now."""
    message = _("The records cannot be reached at the moment. Nothing was saved; please try again shortly.")
    return render(request, "errors/503.html", {"message": message}, status=503)
