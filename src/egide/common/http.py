"""The request as views know it: with the membership the person is acting as."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A signed-in request. `actor` is a `partners.Membership`, set by the acting-for middleware."""

    actor: Any
    hats: list[Any]
    htmx: HtmxDetails


#: The hidden field that says under which membership a form was shown.
HAT_FIELD = "acting_as"
_ANY = UUID(int=0)


@lru_cache(maxsize=512)
def _around(name: str, prefix: str) -> tuple[str, ...]:
    return tuple(reverse(name, args=[_ANY]).split(str(_ANY)))


def address(name: str, pk: UUID) -> str:
    """Answer the address of a record, as `reverse` does; found once a name, for lists.

    Raises:
        NoReverseMatch: no such address, or one that does not take exactly one identifier.
    """
    before, after = _around(name, get_script_prefix())
    return f"{before}{pk}{after}"
