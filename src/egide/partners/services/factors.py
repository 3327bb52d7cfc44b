"""Two-person recovery of a second factor."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Account, FactorReset, Membership
from egide.partners.permissions import check_administrator
from egide.partners.services.inviting import cancel_open


@transaction.atomic
def request_factor_reset(*, username: str, actor: Membership, at: datetime) -> FactorReset:
    """Ask that a person's second factor be forgotten. Nothing happens before another administrator confirms.

    Raises:
        NotVisible: the actor is not an administrator.
        PermissionDenied: they ask for themselves.
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
            made = FactorReset.objects.create(
                account=account,
                requested_by=actor,
                requested_by_account_id=actor.account_id,
                requested_at=at,
            )
    except IntegrityError as error:
        raise Refused(_("This is already asked; another administrator confirms it.")) from error
    ledger.record(action="partners.factor_reset_requested", actor=actor, target=made, at=at)
    return made


@transaction.atomic
def confirm_factor_reset(*, reset_id: UUID, actor: Membership, at: datetime) -> FactorReset:
    """Confirm, as a second administrator: the factors are forgotten and the person signed out everywhere.

    Raises:
        PermissionDenied: the actor asked for it, under any hat, or it is their own account.
        NotVisible: the actor is not an administrator, or no such request waits.
    """
    check_administrator(actor)
    reset = (
        FactorReset.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(pk=reset_id, confirmed_at__isnull=True)
        .order_by()
        .first()
    )
    if reset is None:
        raise NotVisible
    if actor.account_id in (reset.requested_by_account_id, reset.account_id):
        raise PermissionDenied(_("A second administrator confirms, who is neither of you."))
    reset.confirmed_by, reset.confirmed_at = actor, at
    reset.confirmed_by_account_id = actor.account_id
    reset.save(update_fields=["confirmed_by", "confirmed_by_account", "confirmed_at"])
    Authenticator.objects.filter(user=reset.account).delete()
    # Sessions carry a hash of the password: a new unusable one ends them all; an invitation lets them set another.
    reset.account.set_unusable_password()
    reset.account.save(update_fields=["password"])
    cancel_open(reset.account, at=at)
    ledger.record(action="partners.factor_reset_confirmed", actor=actor, target=reset, at=at)
    return reset
