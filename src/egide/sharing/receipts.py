"""A receipt of a disclosure: codes and dates alone, signed, so that either side can show later what was passed on."""

import json
from datetime import UTC
from typing import Any

from egide.ledger import services as ledger
from egide.ledger.rules.canonical import canonical
from egide.sharing.models import Disclosure

TITLE = "egide disclosure receipt 1"


def receipt(disclosure: Disclosure) -> str:
    """Answer the signed receipt of a disclosure: the same whenever it is asked for, and nobody's name in it."""
    recipient = disclosure.recipient
    body = canonical(
        {
            "disclosure": str(disclosure.pk),
            "file": str(disclosure.file_id),
            "recipient": recipient.code if recipient is not None else "the-person",
            "from": disclosure.disclosed_by.agency.code,
            "categories": disclosure.categories,
            "method": disclosure.method,
            "basis": disclosure.basis,
            "purpose": disclosure.purpose,
            "regimes": disclosure.regimes or [],
            "consent": str(disclosure.consent_id or ""),
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
