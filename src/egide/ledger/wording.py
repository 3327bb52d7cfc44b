"""What the ledger's codes mean, in words: each module says its own, pages of any module show them."""

from collections.abc import Mapping
from typing import Any

_words: dict[str, Any] = {}


def register(words: Mapping[str, Any]) -> None:
    """Add what a module's actions are called; naming one again replaces its words."""
    _words.update(words)


def words_of(action: str) -> str:
    """Answer an action in the reader's words; its code when nobody has written them yet."""
    return str(_words.get(action, action))
