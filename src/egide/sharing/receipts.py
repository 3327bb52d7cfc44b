"""A receipt of a disclosure: codes and dates alone, signed, so that either side can show later what was passed on.

The recipient holds it too, so it says what they may know: not which laws bind what the file holds, no kind of
information their sector is told nothing of, and, to the side of the person of concern alone, not that anyone consented.
"""

import json
from datetime import UTC
from typing import Any

from egide.ledger import services as ledger
from egide.ledger.rules.canonical import canonical
from egide.sharing.models import Disclosure
from egide.sharing.rules.sides import is_management_only

TITLE = "egide disclosure receipt 2"


def receipt(disclosure: Disclosure) -> str:
    """Answer the signed receipt of a disclosure: the same whenever it is asked for, and nobody's name in it."""
    recipient = disclosure.recipient
    is_quiet = recipient is not None and is_management_only(recipient.sector)
    body = canonical(
        {
            "disclosure": str(disclosure.pk),
            "file": str(disclosure.file_id),
            "recipient": recipient.code if recipient is not None else "the-person",
            "from": disclosure.disclosed_by.agency.code,
            "categories": disclosure.told or [],
            "notices": disclosure.notices or [],
            "method": disclosure.method,
            "basis": "" if is_quiet else disclosure.basis,
            "purpose": disclosure.purpose,
            "consent": "" if is_quiet else str(disclosure.consent_id or ""),
            "ground": str(disclosure.ground_id or ""),
            "at": disclosure.disclosed_at.astimezone(UTC).isoformat(timespec="seconds"),
        }
    )
    return ledger.signed(f"{TITLE}\n{body}\n")


def read_receipt(note: str) -> dict[str, Any]:
    """Answer what a receipt says, if it was signed here.

    Raises:
        NotSigned: it is malformed, altered, or signed by another.
        ValueError: it is signed, and is no receipt.
    """
    title, body = ledger.read_signed(note).splitlines()
    if title != TITLE:
        raise ValueError("no receipt of a disclosure")
    return dict(json.loads(body))
