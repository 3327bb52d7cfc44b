"""Record a request from outside, and that it was answered. Nothing here looks for a case: there is nothing to betray."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import IdentityCheck, Inquiry, InquirySide
from egide.cases.services import entries
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.vault import services as vault

#: Source: domain/information-sharing.md §5.2 (an answer within thirty days).
ANSWER_WITHIN = timedelta(days=30)
#: What was written of a request is kept this long after its answer, in years, as its field declares.
KEPT_YEARS = 2
#: How many are forgotten in one turn; the rest at the next.
AT_ONCE = 500


@transaction.atomic
def record_inquiry(
    *,
    side: str,
    identity_check: str,
    language: str,
    words: Mapping[str, str],
    actor: Membership,
    at: datetime,
) -> Inquiry:
    """Write a request down, sealed under a key of its own.

    Args:
        words: who asks, about whom, what, and where the answer goes.
    Raises:
        NotVisible: the actor's role does not receive requests. Refused: something is not said.
    """
    permissions.check_can_receive_inquiries(actor)
    if side not in InquirySide.values or identity_check not in IdentityCheck.values:
        raise Refused(_("Say on whose behalf it is asked, and how you know who asks."))
    if not words.get("asker", "").strip() or not words.get("asked", "").strip():
        raise Refused(_("Write who asks, and what they ask."))
    made = Inquiry(
        id=new_id(),
        agency=actor.agency,
        recorded_by=actor,
        received_at=at,
        side=side,
        identity_check=identity_check,
        language="fr" if language == "fr" else "en",
        answer_due_at=at + ANSWER_WITHIN,
    )
    made.content = entries.seal_json(
        {name: text.strip() for name, text in words.items() if text.strip()},
        file_id=made.pk,
        compartment="common",
        row=made.pk,
        model="cases.Inquiry",
        field="content",
        sealer=vault.create_file_keys(file_id=made.pk),
    )
    made.save(force_insert=True)
    ledger.record(action="cases.inquiry_recorded", actor=actor, target=made, at=at)
    return made


@transaction.atomic
def open_inquiry(*, inquiry: Inquiry, actor: Membership, at: datetime) -> Mapping[str, str]:
    """Read what was written of a request; it leaves a trace.

    Raises:
        NotVisible: another agency received it, or the actor's role does not.
        Refused: it was forgotten.
    """
    permissions.check_can_receive_inquiries(actor)
    if inquiry.forgotten_at is not None:
        raise Refused(_("What was asked is destroyed."))
    words = sharing.open_own_inquiry(actor=actor, inquiry=inquiry)
    ledger.record(action="cases.inquiry_read", actor=actor, target=inquiry, at=at, purpose="redress_request")
    return words


@transaction.atomic
def record_letter(*, inquiry: Inquiry, actor: Membership, at: datetime) -> None:
    """Record that the letter was made: it says nothing of anyone, and leaves a trace as every paper does."""
    ledger.record(action="cases.inquiry_letter_made", actor=actor, target=inquiry, at=at)


@transaction.atomic
def record_answered(*, inquiry_id: UUID, actor: Membership, at: datetime) -> Inquiry:
    """Record that the answer was sent or handed over.

    Raises:
        NotVisible: another agency received it. Refused: it was answered already.
    """
    permissions.check_can_receive_inquiries(actor)
    found = (
        Inquiry.objects.select_for_update().filter(pk=inquiry_id, agency=actor.agency_id).order_by().first()
    )
    if found is None:
        raise NotVisible
    if found.answered_at is not None:
        raise Refused(_("This was answered already."))
    found.answered_at, found.answered_by = at, actor
    found.save(update_fields=["answered_at", "answered_by"])
    ledger.record(action="cases.inquiry_answered", actor=actor, target=found, at=at)
    return found


def _kept_since(at: datetime) -> datetime:
    """The moment before which an answer is old enough; never a day too early, 29 February included."""
    try:
        return at.replace(year=at.year - KEPT_YEARS)
    except ValueError:
        return at.replace(year=at.year - KEPT_YEARS, day=28)


def forget_answered(*, at: datetime) -> int:
    """Destroy the keys of requests answered two years ago; answers of how many. Running it again does nothing more.

    One that nobody answered is not forgotten: it is late, and stands first in its agency's list.
    """
    due = Inquiry.objects.filter(answered_at__lte=_kept_since(at), forgotten_at__isnull=True)
    found = list(due.order_by("answered_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_forget(pk, at) for pk in found)


@transaction.atomic
def _forget(pk: UUID, at: datetime) -> bool:
    row = Inquiry.objects.select_for_update().filter(pk=pk, forgotten_at__isnull=True).order_by().first()
    if row is None:
        return False  # another worker did it
    vault.shred(file_id=row.pk, at=at)
    row.forgotten_at = at
    row.save(update_fields=["forgotten_at"])
    ledger.record(action="cases.inquiry_forgotten", actor=None, target=row, at=at)
    return True
