"""The service navigation: modules register their entry at start-up; the layout shows those that apply."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise


@dataclass(frozen=True)
class Item:
    """One entry: its label, address name, place in the row, who sees it, and an optional count."""

    label: str | Promise
    url_name: str
    order: int
    shown_to: Callable[[Any], bool] = lambda actor: actor is not None
    count: Callable[[Any], int] | None = None


_items: dict[str, Item] = {}


def register(item: Item) -> None:
    """Add an entry; registering the same address again replaces it."""
    _items[item.url_name] = item


def items_for(actor: Any) -> list[Item]:
    """List the entries shown to this actor, in their order."""
    return sorted((item for item in _items.values() if item.shown_to(actor)), key=lambda item: item.order)


def is_shown(url_name: str, actor: Any) -> bool:
    """Say whether the entry of that address is shown to this actor; nobody else is asked about."""
    item = _items.get(url_name)
    return item is not None and item.shown_to(actor)
