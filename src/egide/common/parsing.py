"""Read what an address or a form claims to be a number or an identifier; anything else is nothing."""

from uuid import UUID

from egide.common.errors import NotVisible

#: The largest identifier a database row may have here.
LARGEST = 2**63 - 1


def whole_number(text: str) -> int | None:
    """Answer a whole number of plain digits that a database can hold; None otherwise."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 19:
        return None
    value = int(text)
    return value if value <= LARGEST else None


def uuid_or_none(text: str) -> UUID | None:
    """Answer an identifier; None when it is not one."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None


def uuid_or_absent(text: str) -> UUID:
    """Answer an identifier.

    Raises:
        NotVisible: it is not one, so nothing has it.
    """
    found = uuid_or_none(text)
    if found is None:
        raise NotVisible
    return found
