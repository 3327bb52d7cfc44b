"""A one-time code, given in person, by which someone sets a password nobody else has known."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.common.ids import REFERENCE_ALPHABET
from egide.ledger import services as ledger
from egide.partners.models import Account, FactorReset, Invitation, Membership
from egide.partners.permissions import check_administrator, check_not_oneself

VALID_FOR = timedelta(hours=72)
#: Four groups of five characters out of 22: 89 bits, beyond guessing even from the hash.
GROUPS, GROUP_LENGTH = 4, 5
#: After so many wrong codes, a pause; kept with the invitation, so that every process counts the same.
TRIES, PAUSE = 5, timedelta(minutes=15)


@dataclass(frozen=True)
class Invited:
    """An invitation just made, with the code that is told once and kept nowhere."""

    invitation: Invitation
    code: str


def _hash(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(b"egide-invitation:" + plain.encode()).hexdigest()


def _new_code() -> str:
    groups = (
        "".join(secrets.choice(REFERENCE_ALPHABET) for _n in range(GROUP_LENGTH)) for _g in range(GROUPS)
    )
    return "-".join(groups)


def may_be_invited(account: Account) -> bool:
    """Say whether a code may be made: the person never signed in, or two administrators reset their account.

    Otherwise one administrator could enter as them.
    """
    if not account.is_active or account.has_usable_password():
        return False
    if Authenticator.objects.filter(user=account).exists():
        return False
    if account.last_login is None:
        return True
    return FactorReset.objects.filter(account=account, confirmed_at__gt=account.last_login).exists()


@transaction.atomic
def invite(*, account_id: UUID, actor: Membership, at: datetime) -> Invited:
    """Make a code valid 72 hours; an earlier one stops working.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such active person.
        PermissionDenied: it is the actor's own account.
        Refused: the person has a password, or their account was not reset by two administrators.
    """
    check_administrator(actor)
    account = Account.objects.select_for_update().filter(pk=account_id, is_active=True).order_by().first()
    if account is None:
        raise NotVisible
    check_not_oneself(actor, account.pk)
    if not may_be_invited(account):
        raise Refused(
            _("This person already signs in. If they lost their way in, two administrators reset it first.")
        )
    cancel_open(account, at=at)
    code = _new_code()
    made = Invitation.objects.create(
        account=account, code_hash=_hash(code), made_by=actor, made_at=at, expires_at=at + VALID_FOR
    )
    ledger.record(action="partners.invited", actor=actor, target=made, at=at, details={"account": account.pk})
    return Invited(made, code)


def cancel_open(account: Account, *, at: datetime) -> None:
    """End whatever code this person still holds."""
    Invitation.objects.filter(account=account, used_at=None, cancelled_at=None).update(cancelled_at=at)


@transaction.atomic
def accept_invitation(*, username: str, code: str, password: str, at: datetime) -> bool:
    """Set the password of the person who holds the code; False, and counted, when the code is not theirs.

    Unknown people, wrong, used and expired codes, and too many tries are one answer.

    Raises:
        ValidationError: the code is right and the password too weak; the code can be used again.
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("account", "made_by")
        .filter(
            account__username=username.strip(),
            account__is_active=True,
            used_at=None,
            cancelled_at=None,
            expires_at__gt=at,
        )
        .order_by()
        .first()
    )
    if invitation is None:
        return False
    if invitation.failed_at is not None and at - invitation.failed_at >= PAUSE:
        invitation.failures = 0
    if invitation.failures >= TRIES:
        return False
    if not secrets.compare_digest(invitation.code_hash, _hash(code)):
        invitation.failures, invitation.failed_at = invitation.failures + 1, at
        invitation.save(update_fields=["failures", "failed_at"])
        return False
    account = invitation.account
    validate_password(password, account)
    account.set_password(password)
    account.save(update_fields=["password"])
    invitation.used_at = at
    invitation.save(update_fields=["used_at"])
    ledger.record(
        action="partners.invitation_used",
        actor=None,
        target=invitation,
        at=at,
        details={"account": account.pk, "made_by": invitation.made_by_id},
    )
    return True
