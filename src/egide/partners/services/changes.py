"""A change that alters who may see what: one administrator proposes, another person confirms."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import (
    Account,
    Agency,
    ChangeKind,
    Membership,
    NoticeKind,
    Outcome,
    ProposedChange,
    Role,
)
from egide.partners.permissions import SENSITIVE_ROLES, check_administrator, check_not_oneself
from egide.partners.services import signing
from egide.partners.services.placing import Place, check_place, place_of, put
from egide.partners.services.signing import Signature

#: What of an agency alters who may see what.
AGENCY_FIELDS = ("sector", "regimes", "is_active")


@transaction.atomic
def propose_agency_change(
    *, agency: Agency, after: dict[str, Any], reason: str, actor: Membership, at: datetime
) -> ProposedChange:
    """Ask that an agency's sector, regimes or opening be changed. Nothing changes before a second person confirms.

    Raises:
        NotVisible: the actor is not an administrator.
        Refused: nothing would change, or a change of this agency waits already.
    """
    check_administrator(actor)
    after = {name: after[name] for name in AGENCY_FIELDS if name in after}
    before = {name: getattr(agency, name) for name in after}
    if before == after:
        raise Refused(_("Nothing would change."))
    return _propose(
        kind=ChangeKind.AGENCY,
        agency=agency,
        before=before,
        after=after,
        reason=reason,
        actor=actor,
        at=at,
    )


@transaction.atomic
def propose_sensitive_role(
    *, account: Account, agency: Agency, place: Place, reason: str, actor: Membership, at: datetime
) -> ProposedChange:
    """Ask that a person be given a role that decides who sees what, or reads every case of its areas.

    Raises:
        NotVisible: the actor is not an administrator. PermissionDenied: it is for themselves.
        Refused: the person holds the role, or it is proposed already.
    """
    check_administrator(actor)
    check_not_oneself(actor, account.pk)
    if place.role not in SENSITIVE_ROLES:
        raise ValueError("this role is given by one administrator")
    check_place(account=account, place=place, on=timezone.localdate(at))
    return _propose(
        kind=ChangeKind.MEMBERSHIP,
        agency=agency,
        account=account,
        role=place.role,
        after=place.proposed(),
        reason=reason,
        actor=actor,
        at=at,
    )


@transaction.atomic
def propose_signature(
    *, party_id: UUID, signature: Signature, reason: str, actor: Membership, at: datetime
) -> ProposedChange:
    """Ask that a signature seen on the paper bind an agency: it opens what the agreement opens.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such party that has yet to sign.
        Refused: the day is to come, the agreement is over, or this signature waits already.
    """
    check_administrator(actor)
    party = signing.fetch_unsigned(party_id)
    signing.check_may_be_signed(party, signature, on=timezone.localdate(at))
    return _propose(
        kind=ChangeKind.SIGNATURE,
        agency=party.agency,
        party=party,
        after=signature.proposed(),
        reason=reason,
        actor=actor,
        at=at,
    )


@transaction.atomic
def propose_home(
    *, account_id: UUID, agency_id: UUID, reason: str, actor: Membership, at: datetime
) -> ProposedChange:
    """Ask that a person belong to another agency: what was a hat becomes theirs, and the other way round.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such active person or agency.
        PermissionDenied: it is for themselves.
        Refused: nothing would change, or it is proposed already.
    """
    check_administrator(actor)
    check_not_oneself(actor, account_id)
    account = Account.objects.filter(pk=account_id, is_active=True).order_by().first()
    agency = Agency.objects.filter(pk=agency_id, is_active=True).order_by().first()
    if account is None or agency is None:
        raise NotVisible
    if account.home_agency_id == agency.pk:
        raise Refused(_("Nothing would change."))
    return _propose(
        kind=ChangeKind.HOME,
        agency=agency,
        account=account,
        before={"home_agency": str(account.home_agency_id or "")},
        after={"home_agency": str(agency.pk)},
        reason=reason,
        actor=actor,
        at=at,
    )


def _propose(*, actor: Membership, at: datetime, **fields: Any) -> ProposedChange:
    try:
        with transaction.atomic():
            made = ProposedChange.objects.create(
                proposed_by=actor, proposed_by_account_id=actor.account_id, proposed_at=at, **fields
            )
    except IntegrityError as error:
        raise Refused(
            _("Such a change waits already; another administrator confirms or declines it.")
        ) from error
    details = {"kind": str(made.kind), "agency": made.agency_id}
    if made.account_id:
        details |= {"account": made.account_id}
    if made.role:
        details |= {"role": str(made.role)}
    if made.party_id:
        details |= {"party": made.party_id}
    ledger.record(action="partners.change_proposed", actor=actor, target=made, at=at, details=details)
    _tell_administrators(made, at=at)
    return made


def _tell_administrators(change: ProposedChange, *, at: datetime) -> None:
    """A mail to whoever may confirm it: not the one who proposed it, nor the one it is about."""
    others = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(role=Role.ADMINISTRATOR)
        .exclude(account__in=[pk for pk in (change.proposed_by_account_id, change.account_id) if pk])
        .order_by()
    )
    told = others.values_list("account_id", flat=True)
    notifications.tell(accounts=told, kind=NoticeKind.CHANGE_PROPOSED, at=at)


def _open_change(change_id: UUID) -> ProposedChange:
    change = (
        ProposedChange.objects.select_for_update(of=("self",))
        .select_related("agency", "account")
        .filter(pk=change_id, outcome=Outcome.WAITING)
        .order_by()
        .first()
    )
    if change is None:
        raise NotVisible
    return change


@transaction.atomic
def confirm_change(*, change_id: UUID, actor: Membership, at: datetime) -> ProposedChange:
    """Confirm, as a second person: the change takes effect at once.

    Raises:
        NotVisible: the actor is not an administrator, or no such change waits.
        PermissionDenied: the actor proposed it, under any hat, or it is about them.
        Refused: what it would change was changed since.
    """
    check_administrator(actor)
    change = _open_change(change_id)
    if actor.account_id in (change.proposed_by_account_id, change.account_id):
        raise PermissionDenied(_("A second administrator confirms, who is neither of you."))
    _APPLY[ChangeKind(change.kind)](change, at)
    return _decide(change, Outcome.CONFIRMED, actor=actor, at=at)


@transaction.atomic
def decline_change(*, change_id: UUID, actor: Membership, at: datetime) -> ProposedChange:
    """Decline a change, or withdraw one's own: nothing changes.

    Raises:
        NotVisible: the actor is not an administrator, or no such change waits.
    """
    check_administrator(actor)
    return _decide(_open_change(change_id), Outcome.DECLINED, actor=actor, at=at)


def _decide(change: ProposedChange, outcome: Outcome, *, actor: Membership, at: datetime) -> ProposedChange:
    change.outcome, change.decided_by, change.decided_at = outcome, actor, at
    change.decided_by_account_id = actor.account_id
    change.save(update_fields=["outcome", "decided_by", "decided_by_account", "decided_at"])
    ledger.record(
        action=f"partners.change_{outcome.value}",
        actor=actor,
        target=change,
        at=at,
        details={"proposed_by": change.proposed_by_id},
    )
    return change


def _apply_to_agency(change: ProposedChange, at: datetime) -> None:
    agency = Agency.objects.select_for_update().get(pk=change.agency_id)
    if {name: getattr(agency, name) for name in change.before} != change.before:
        raise Refused(_("The agency was changed since. Decline this one, and propose it again."))
    for name, value in change.after.items():
        setattr(agency, name, value)
    agency.save(update_fields=[*change.after])


def _apply_home(change: ProposedChange, at: datetime) -> None:
    account = change.account
    if account is None or not account.is_active or not change.agency.is_active:
        raise Refused(_("The person or the agency is no longer active."))
    if str(account.home_agency_id or "") != change.before["home_agency"]:
        raise Refused(_("The person’s own agency was changed since. Decline this one, and propose it again."))
    account.home_agency = change.agency
    account.save(update_fields=["home_agency"])


def _apply_role(change: ProposedChange, at: datetime) -> None:
    account = change.account
    if account is None or not account.is_active or not change.agency.is_active:
        raise Refused(_("The person or the agency is no longer active."))
    today = timezone.localdate(at)
    place = place_of(agency_id=change.agency_id, role=change.role, proposed=change.after, on=today)
    check_place(account=account, place=place, on=today)
    home = change.agency
    if place.home_id is not None:
        home = Agency.objects.filter(pk=place.home_id, is_active=True).order_by().first() or home
    put(account=account, place=place, home=home)


def _apply_signature(change: ProposedChange, at: datetime) -> None:
    if change.party_id is None:
        raise Refused(_("This agreement is over. Write down another one."))
    party = signing.fetch_unsigned(change.party_id)
    signing.sign(party, Signature.of(change.after), on=timezone.localdate(at))


_APPLY: dict[ChangeKind, Callable[[ProposedChange, datetime], None]] = {
    ChangeKind.AGENCY: _apply_to_agency,
    ChangeKind.HOME: _apply_home,
    ChangeKind.MEMBERSHIP: _apply_role,
    ChangeKind.SIGNATURE: _apply_signature,
}
