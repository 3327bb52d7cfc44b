"""Pages of a list by key: each begins after the last row of the one before (ADR 8). Nothing is left out unsaid."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

M = TypeVar("M", bound=Model)
T = TypeVar("T")
U = TypeVar("U")
#: A place in a list: the moment it is ordered by, the identifier, and whether one goes back from there.
Place = tuple[datetime | None, UUID, bool]


def encode_place(moment: datetime | None, pk: UUID, *, is_back: bool = False) -> str:
    """Answer a place as an address carries it: a date and an opaque identifier."""
    raw = json.dumps([moment.isoformat() if moment else "", str(pk), int(is_back)]).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_place(text: str) -> Place | None:
    """Read a place back; None when it is not one of ours."""
    try:
        moment, pk, back = json.loads(base64.urlsafe_b64decode(text[:200] + "=" * (-len(text) % 4)))
        found = datetime.fromisoformat(moment) if moment else None
        if found is not None:
            found = found.astimezone(UTC)  # one without an offset, or out of the calendar, is not ours
        return found, UUID(pk), bool(back)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, and the way to the others."""

    rows: list[T]
    #: Where the next page begins; empty on the last one.
    next: str = ""
    #: Rows come before these.
    is_later: bool = False

    def showing(self, shown: Callable[[list[T]], list[U]]) -> "Page[U]":
        """The same page, each row as it is shown."""
        return Page(shown(self.rows), self.next, self.is_later)


def page(rows: QuerySet[M], *, by: str, size: int, after: str = "") -> Page[M]:
    """Answer a page of a list ordered by a moment, then by identifier, in one query.

    Args:
        by: the field of the moment, never empty; with a minus, the latest comes first.
        after: `next` of the page before; one that is not ours answers the first page.
    """
    name, is_down = by.removeprefix("-"), by.startswith("-")
    place = decode_place(after) if after else None
    is_later = place is not None and place[0] is not None
    if place is not None and is_later:
        beyond = "lt" if is_down else "gt"
        same: dict[str, Any] = {name: place[0], f"pk__{beyond}": place[1]}
        rows = rows.filter(
            Q(**{f"{name}__{beyond}": place[0]}) | Q(**same), **{f"{name}__{beyond}e": place[0]}
        )
    found = list(rows.order_by(by, "-pk" if is_down else "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], encode_place(getattr(last, name), last.pk) if last else "", is_later)
