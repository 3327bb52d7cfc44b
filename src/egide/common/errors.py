"""Domain errors. One middleware turns them into pages; views let them pass."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise

__all__ = ["NotVisible", "PermissionDenied", "Refused", "Unavailable", "allowed"]


class NotVisible(Exception):
    """The thing does not exist for this actor: absent, out of scope and recused are one answer (404)."""


class Refused(Exception):
    """The thing exists, the actor may act on it, but not like this now (409).

    Args:
        message: one sentence in the reader's language saying why, and what can be done instead.
    """

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


class Unavailable(Exception):
    """A part of the system cannot answer now: a key, a disk, a database (503). Nothing was changed."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message


def allowed(check: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """Turn a check that raises into a yes or no, to show or hide what it guards."""
    try:
        check(*args, **kwargs)
    except (PermissionDenied, NotVisible, Refused):
        return False
    return True
