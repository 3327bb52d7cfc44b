"""The request as views know it: with the membership the person is acting as."""

from typing import Any

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A signed-in request. `actor` is a `partners.Membership`, set by the acting-for middleware."""

    actor: Any
    hats: list[Any]
    htmx: HtmxDetails
