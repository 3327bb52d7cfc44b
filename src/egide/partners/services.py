"""Two-person recovery of a second factor."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Account, FactorReset, Membership, Role


def check_administrator(actor: Membership | None) -> None:
    """Only administrators."""
    if actor is None or actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied(_("Only an administrator can do this."))


@transaction.atomic
def request_factor_reset(*, username: str, actor: Membership, at: datetime) -> FactorReset:
    """Ask that a person's second factor be forgotten. Nothing happens before another administrator confirms.

    Raises:
        PermissionDenied: the actor is not an administrator, or asks for themselves.
        Refused: there is no such account, or it is asked already.
    """
    check_administrator(actor)
    account = Account.objects.filter(username=username.strip(), is_active=True).order_by().first()
    if account is None:
        raise Refused(_("There is no such account."))
    if account.pk == actor.account_id:
        raise PermissionDenied(_("Another administrator asks this for you."))
    try:
        with transaction.atomic():
            made = FactorReset.objects.create(account=account, requested_by=actor, requested_at=at)
    except IntegrityError as error:
        raise Refused(_("This is already asked; another administrator confirms it.")) from error
    ledger.record(action="partners.factor_reset_requested", actor=actor, target=made, at=at)
    return made


@transaction.atomic
def confirm_factor_reset(*, reset_id: UUID, actor: Membership, at: datetime) -> FactorReset:
    """Confirm, as a second administrator: the factors are forgotten and the person signed out everywhere.

    Raises:
        PermissionDenied: the actor asked for it, under any hat, or it is their own account.
        NotVisible: there is no such request waiting.
    """
    check_administrator(actor)
    reset = (
        FactorReset.objects.select_for_update(of=("self",))
        .select_related("requested_by", "account")
        .filter(pk=reset_id, confirmed_at__isnull=True)
        .order_by()
        .first()
    )
    if reset is None:
        raise NotVisible
    if actor.account_id in (reset.requested_by.account_id, reset.account_id):
        raise PermissionDenied(_("A second administrator confirms, who is neither of you."))
    reset.confirmed_by, reset.confirmed_at = actor, at
    reset.save(update_fields=["confirmed_by", "confirmed_at"])
    Authenticator.objects.filter(user=reset.account).delete()
    # Sessions carry a hash of the password: a new unusable one ends them all; the person sets another.
    reset.account.set_unusable_password()
    reset.account.save(update_fields=["password"])
    ledger.record(action="partners.factor_reset_confirmed", actor=actor, target=reset, at=at)
    return reset


@transaction.atomic
def set_password(*, reset_id: UUID, password: str, actor: Membership, at: datetime) -> None:
    """Set the password of a person whose factors were reset, told to them in person, once.

    Raises:
        NotVisible: no confirmed reset waits. ValidationError: the password is too weak.
    """
    check_administrator(actor)
    reset = (
        FactorReset.objects.select_related("account")
        .filter(pk=reset_id, confirmed_at__isnull=False)
        .order_by()
        .first()
    )
    if reset is None or reset.account.has_usable_password():
        raise NotVisible
    validate_password(password, reset.account)
    reset.account.set_password(password)
    reset.account.save(update_fields=["password"])
    ledger.record(action="partners.password_set", actor=actor, target=reset, at=at)
