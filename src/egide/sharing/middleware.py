"""A refusal to show is a fact too: recorded the same way whether the thing is absent, elsewhere or kept away."""

from collections.abc import Callable

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse

from egide.common import clock
from egide.common.errors import NotVisible
from egide.ledger import services as ledger


class Denials:
    """Record that someone asked for what they may not know of: which page, never which thing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Leave the answer to the next middleware; only take note."""
        actor = getattr(request, "actor", None)
        if not isinstance(error, NotVisible) or actor is None:
            return
        match = request.resolver_match
        try:
            with transaction.atomic():
                ledger.record(
                    action="sharing.not_shown",
                    actor=actor,
                    target="",
                    at=clock.now(),
                    result="denied",
                    details={"page": match.view_name if match else ""},
                )
        except DatabaseError:  # the answer stays the same when the ledger cannot be written
            return
