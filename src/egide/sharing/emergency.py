"""Emergency access ("break glass", domain §7.3): named users, a reason, four hours, a review always.

It opens what a serious and imminent threat opens to the reader's sector, for reading, and nothing else. A
person with an overdue review opens nothing more.
"""

import json
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing.models import EmergencyAccess, EmergencyUser
from egide.sharing.opening import open_private
from egide.sharing.permissions import check_privacy_officer
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault import services as vault
from egide.vault.fields import ciphertext_of
from egide.vault.services import SealContext

PURPOSE = "emergency_response"
LASTS = timedelta(hours=4)
REVIEW_WORKING_DAYS = 3
#: What the reason is kept as: whoever reads the signs of danger reads why the file was opened.
REASON_CATEGORY = "threat.indicators"
OUTCOMES = ("justified", "training", "misuse")


def may_open(actor: Membership) -> bool:
    """Say whether a person is named for emergency access, under this hat."""
    return EmergencyUser.objects.filter(membership=actor.pk, ended_at__isnull=True).order_by().exists()


def is_blocked(actor: Membership, *, at: datetime) -> bool:
    """Say whether a review of this person, under any hat, is overdue."""
    return (
        EmergencyAccess.objects.filter(
            membership__account=actor.account_id, reviewed_at__isnull=True, review_due_at__lt=at
        )
        .order_by()
        .exists()
    )


@transaction.atomic
def name_user(*, membership: Membership, actor: Membership, at: datetime) -> EmergencyUser:
    """Let a person open a file in an emergency.

    Raises:
        NotVisible: the actor is no privacy officer. Refused: it is themselves, or they are named already.
    """
    check_privacy_officer(actor)
    if membership.account_id == actor.account_id:
        raise Refused(_("Somebody else names you."))
    try:
        with transaction.atomic():
            made = EmergencyUser.objects.create(membership=membership, named_by=actor, named_at=at)
    except IntegrityError as error:
        raise Refused(_("This person is named already.")) from error
    ledger.record(action="sharing.emergency_user_named", actor=actor, target=made, at=at)
    return made


@transaction.atomic
def end_user(*, user_id: UUID, actor: Membership, at: datetime) -> None:
    """Take the permission back. What is open ends with it.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such permission.
    """
    check_privacy_officer(actor)
    row = (
        EmergencyUser.objects.select_for_update().filter(pk=user_id, ended_at__isnull=True).order_by().first()
    )
    if row is None:
        raise NotVisible
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    EmergencyAccess.objects.filter(membership=row.membership_id, ends_at__gt=at).update(ends_at=at)
    ledger.record(action="sharing.emergency_user_ended", actor=actor, target=row, at=at)


@transaction.atomic
def open_access(
    *, case_id: UUID, file_id: UUID, reason: str, actor: Membership, at: datetime
) -> EmergencyAccess:
    """Open a case for four hours. The caller has checked the second factor and that nobody is recused.

    Raises:
        NotVisible: the actor is not named. Refused: no reason, a review is overdue, or it is open already.
    """
    if not may_open(actor):
        raise NotVisible
    if not reason.strip():
        raise Refused(_("Write whose life is at risk now, and why you cannot wait."))
    if is_blocked(actor, at=at):
        raise Refused(_("A former emergency access of yours waits for its review, and is overdue."))
    if EmergencyAccess.objects.filter(membership=actor, case_id=case_id, ends_at__gt=at).order_by().exists():
        raise Refused(_("You have opened this case already."))
    pk = new_id()
    compartment = compartment_of(REASON_CATEGORY)
    made = EmergencyAccess.objects.create(
        id=pk,
        membership=actor,
        case_id=case_id,
        file_id=file_id,
        reason=vault.sealer(file_id, compartment=compartment).seal(
            compartment,
            json.dumps({"text": reason.strip()}, ensure_ascii=False),
            SealContext(model="sharing.EmergencyAccess", field="reason", row=pk),
        ),
        opened_at=at,
        ends_at=at + LASTS,
        review_due_at=add_working_days(at, REVIEW_WORKING_DAYS),
    )
    ledger.record(
        action="sharing.emergency_opened", actor=actor, target=made, at=at, subject=file_id, purpose=PURPOSE
    )
    return made


def _locked(access_id: UUID) -> EmergencyAccess:
    row = (
        EmergencyAccess.objects.select_for_update(of=("self",))
        .select_related("membership")
        .filter(pk=access_id)
        .order_by()
        .first()
    )
    if row is None:
        raise NotVisible
    return row


@transaction.atomic
def renew(*, access_id: UUID, actor: Membership, at: datetime) -> EmergencyAccess:
    """Give four hours more, once, as a second person.

    Raises:
        NotVisible: none. PermissionDenied: it is the actor's own. Refused: renewed already, or ended.
    """
    row = _locked(access_id)
    if row.membership.account_id == actor.account_id:
        raise PermissionDenied(_("A second person renews it."))
    if row.renewed_at is not None:
        raise Refused(_("It was renewed once already."))
    if row.ends_at <= at:
        raise Refused(_("It has ended already."))
    row.renewed_by, row.renewed_at, row.ends_at = actor, at, row.ends_at + LASTS
    row.save(update_fields=["renewed_by", "renewed_at", "ends_at"])
    ledger.record(action="sharing.emergency_renewed", actor=actor, target=row, at=at, subject=row.file_id)
    return row


@transaction.atomic
def review(*, access_id: UUID, outcome: str, actor: Membership, at: datetime) -> EmergencyAccess:
    """Say, as a privacy officer, what the review of an emergency access found.

    Raises:
        NotVisible: no such access, or no privacy officer. PermissionDenied: it is the actor's own.
        Refused: reviewed already, or no such outcome.
    """
    check_privacy_officer(actor)
    row = _locked(access_id)
    if row.membership.account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else reviews it."))
    if row.reviewed_at is not None:
        raise Refused(_("It was reviewed already."))
    if outcome not in OUTCOMES:
        raise Refused(_("Say what the review found."))
    row.reviewed_by, row.reviewed_at, row.outcome = actor, at, outcome
    row.ends_at = min(row.ends_at, at)
    row.save(update_fields=["reviewed_by", "reviewed_at", "outcome", "ends_at"])
    ledger.record(
        action="sharing.emergency_reviewed",
        actor=actor,
        target=row,
        at=at,
        subject=row.file_id,
        details={"outcome": outcome},
    )
    return row


def reason_record(row: EmergencyAccess, *, holder_id: UUID) -> SealedRecord:
    """Answer the reason, sealed."""
    return SealedRecord(
        id=row.pk,
        file_id=row.file_id,
        category=REASON_CATEGORY,
        holder_id=holder_id,
        regimes=(),
        compartment=compartment_of(REASON_CATEGORY),
        model="sharing.EmergencyAccess",
        field="reason",
        sealed=ciphertext_of(row.reason),
        meta={"form": "emergency:1"},
    )


@transaction.atomic
def reasons(*, accesses: list[EmergencyAccess], actor: Membership, at: datetime) -> dict[UUID, str]:
    """Open, for a privacy officer who reviews them, the reasons typed; the reading is recorded once.

    Raises:
        NotVisible: the actor is no privacy officer.
    """
    check_privacy_officer(actor)
    if not accesses:
        return {}
    found = {
        row.pk: str(open_private(reason_record(row, holder_id=row.membership.agency_id)).get("text", ""))
        for row in accesses
    }
    ledger.record(
        action="sharing.emergency_reasons_read",
        actor=actor,
        target="",
        at=at,
        purpose="quality_audit",
        details={"accesses": [str(pk) for pk in found]},
    )
    return found
