"""A receipt of a disclosure: codes and dates alone, signed, so that either side can show later what was passed on.

The recipient holds it too, so it says what they may know: not which laws bind what the file holds, no kind of
information their sector is told nothing of, and, to the side of the person of concern alone, not that anyone consented.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.ledger import attesting
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing.disclosures import UNNAMED_DANGER
from egide.sharing.models import Disclosure
from egide.sharing.queries import ASSIGNABLE_ROLES, not_recused
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


#: Receipts on one page.
PAGE = 50


def received_by(*, actor: Membership, before: UUID | None = None) -> tuple[list[Disclosure], UUID | None]:
    """Answer a page of what reached the actor's agency, newest first, and where the next page begins.

    Left out: what the actor is kept out of; what was told without saying of whom (a receipt would say which file);
    what named the agency and of which its sector may be told nothing.
    """
    rows = _received(actor).select_related("disclosed_by__agency").order_by("-disclosed_at", "-id")
    if before is not None:
        last = Disclosure.objects.filter(pk=before).order_by().values("disclosed_at")
        earlier = Q(disclosed_at__lt=Subquery(last)) | Q(disclosed_at=Subquery(last), pk__lt=before)
        rows = rows.filter(earlier)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def one_received(*, disclosure_id: UUID, actor: Membership) -> Disclosure:
    """Answer one of them.

    Raises:
        NotVisible: there is none, it reached another agency, or the actor is kept out.
    """
    found = (
        _received(actor)
        .select_related("recipient", "disclosed_by__agency")
        .filter(pk=disclosure_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def _received(actor: Membership) -> QuerySet[Disclosure]:
    if actor.role not in ASSIGNABLE_ROLES:
        return Disclosure.objects.none()
    rows = Disclosure.objects.filter(
        not_recused(actor, case_ref="case_id"),
        recipient=actor.agency_id,
        told__isnull=False,
        entry_id__isnull=False,
    )
    return rows.exclude(told=[]).exclude(basis=UNNAMED_DANGER)
