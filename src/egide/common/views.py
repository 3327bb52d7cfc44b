"""The few pages that belong to nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old or came from elsewhere, without losing the way back."""
    return render(request, "errors/csrf.html", {}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The one page for what is absent, out of scope or recused."""
    return render(request, "errors/404.html", {}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that something failed on our side and that nothing was half-done."""
    return render(request, "errors/500.html", {}, status=500)
