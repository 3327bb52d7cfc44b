"""The few pages that belong to nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old or came from elsewhere, without losing the way back."""
    return render(request, "errors/csrf.html", {}, status=403)
