"""Every field that holds personal data says, beside itself, what for and for how long."""

from typing import TypeVar

from django.db import models

F = TypeVar("F", bound=models.Field)  # type: ignore[type-arg]


def personal(field: F, *, purpose: str, retention: str) -> F:
    """Declare why a field holds personal data and when it goes; answers the field itself.

    Args:
        purpose: the reason, in one phrase.
        retention: the event or period that ends it, in one phrase.
    """
    if not purpose or not retention:
        raise ValueError("a personal field needs a purpose and a retention")
    field.personal_purpose = purpose  # type: ignore[attr-defined]
    field.personal_retention = retention  # type: ignore[attr-defined]
    return field
