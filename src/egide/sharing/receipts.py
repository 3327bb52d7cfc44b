"""A receipt of a disclosure: codes and dates alone, signed, so that either side can show later what was passed on.

The recipient holds it too, so it says what they may know: not which laws bind what the file holds, no kind of
information their sector is told nothing of, and, to the side of the person of concern alone, not that anyone consented.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.ledger import attesting
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing.models import Disclosure
from egide.sharing.rules.sides import is_management_only

TITLE = "egide disclosure receipt 2"


def receipt(disclosure: Disclosure) -> str:
    """Answer the signed receipt of a disclosure, with the proof that it is in the ledger once it has its place there.

    The same whenever it is asked for from then on; nobody's name is in it.

    Raises:
        Refused: it was recorded before receipts named their entry.
        Unavailable: the ledger does not fit its signed heads.
    """
    if disclosure.entry_id is None:
        raise Refused(_("It was recorded before receipts were made."))
    return attesting.attest(title=TITLE, said=_said(disclosure), entry_id=disclosure.entry_id)


def _said(disclosure: Disclosure) -> dict[str, Any]:
    recipient = disclosure.recipient
    is_quiet = recipient is not None and is_management_only(recipient.sector)
    return {
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


@transaction.atomic
def give_receipt(*, disclosure: Disclosure, actor: Membership, at: datetime) -> str:
    """Answer the receipt, and record who took it."""
    made = receipt(disclosure)
    ledger.record(
        action="sharing.receipt_given", actor=actor, target=disclosure, at=at, subject=disclosure.file_id
    )
    return made
