"""Every page says what binds its reader: whatever a request opened is remembered, and the layout shows the notices.

A view cannot forget them: they come from opening itself (ADR 20).
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse

from egide.common.text import localized
from egide.sharing.receiving import Named
from egide.sharing.rules.notices import Notice


@dataclass
class Bound:
    """What one request opened that a notice goes along with; the consents whose account goes along too.

    `is_opened`: something was unsealed, with or without a notice.
    """

    is_opened: bool = False
    notices: dict[str, Notice] = field(default_factory=dict)
    consents: dict[Named, None] = field(default_factory=dict)


_bound: ContextVar[Bound | None] = ContextVar("bound", default=None)


def remember(notices: Iterable[Notice], consents: Iterable[Named] = ()) -> None:
    """Note that the request under way opened something, and what goes along with it; outside one, nothing is shown."""
    bound = _bound.get()
    if bound is None:
        return
    bound.is_opened = True
    given = list(consents)
    for one in notices:
        bound.notices[one.ref] = one
        if one.has_consent:
            bound.consents.update(dict.fromkeys(given))


class Binding:
    """Begin with nothing at each request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _bound.set(Bound())
        try:
            return self.get_response(request)
        finally:
            _bound.reset(token)


def as_data(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Answer notices as data, in the active language."""
    return [
        {
            "id": one.id,
            "version": one.version,
            "title": localized(one, "title"),
            "text": localized(one, "text"),
            "source": one.source,
            "verified": one.verified,
        }
        for one in notices
    ]


def context(request: HttpRequest) -> dict[str, Any]:
    """What the layout asks: the notices of this request, and whether its page may be printed from the browser.

    Worked out when it asks. What was opened is printed by its recorded way alone; the style sheet hides the rest.
    """

    def bound_by() -> list[dict[str, Any]]:
        bound = _bound.get()
        if bound is None:
            return []
        shown = [bound.notices[ref] for ref in sorted(bound.notices)]
        return [
            {**said, "ref": one.ref, "consents": list(bound.consents) if one.has_consent else []}
            for one, said in zip(shown, as_data(shown), strict=True)
        ]

    def is_read_here() -> bool:
        bound = _bound.get()
        return bound is not None and bound.is_opened

    return {"bound_by": bound_by, "is_read_here": is_read_here}
