"""People: their account, the places they act from, and the end of both."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners import queries
from egide.partners.models import Account, Agency, Membership, Outcome, ProposedChange, Role
from egide.partners.permissions import SENSITIVE_ROLES, check_administrator, check_not_oneself
from egide.partners.services import changes, inviting
from egide.partners.services.placing import Place, check_place, put


@transaction.atomic
def create_account(
    *, username: str, full_name: str, email: str, language: str, actor: Membership, at: datetime
) -> inviting.Invited:
    """Make an account without a password, and the invitation by which the person sets one.

    Raises:
        NotVisible: the actor is not an administrator.
        Refused: the user name is taken or malformed.
    """
    check_administrator(actor)
    username = username.strip()
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as error:
        raise Refused(_("Write the user name with letters, figures and @ . + - _ only.")) from error
    if Account.objects.filter(username__iexact=username).exists():
        raise Refused(_("This user name is taken."))
    if email and Account.objects.filter(email__iexact=email).exists():
        raise Refused(_("Another account has this e-mail address."))
    try:
        with transaction.atomic():
            account = Account.objects.create_user(
                username=username, email=email, full_name=full_name, language=language
            )
    except IntegrityError as error:
        raise Refused(_("This user name is taken.")) from error
    ledger.record(action="partners.account_created", actor=actor, target=account, at=at)
    return inviting.invite(account_id=account.pk, actor=actor, at=at)


def _active_account(account_id: UUID) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id, is_active=True).order_by().first()
    if account is None:
        raise NotVisible
    return account


@transaction.atomic
def give_membership(
    *, account_id: UUID, place: Place, reason: str, actor: Membership, at: datetime
) -> Membership | ProposedChange:
    """Give a person a role in an agency; a role that decides who sees what is proposed to a second administrator.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such active person or agency.
        PermissionDenied: it is for themselves.
        Refused: the person has this role there already, or the dates are the wrong way round.
    """
    check_administrator(actor)
    check_not_oneself(actor, account_id)
    account = _active_account(account_id)
    agency = Agency.objects.filter(pk=place.agency_id, is_active=True).order_by().first()
    if agency is None or place.role not in Role.values:
        raise NotVisible
    home = Agency.objects.filter(pk=place.home_id or agency.pk, is_active=True).order_by().first()
    if home is None:
        raise NotVisible
    today = timezone.localdate(at)
    check_place(account=account, place=place, on=today)
    if place.role in SENSITIVE_ROLES:
        return changes.propose_sensitive_role(
            account=account, agency=agency, place=place, reason=reason, actor=actor, at=at
        )
    made = put(account=account, place=place, home=home)
    ledger.record(
        action="partners.membership_given",
        actor=actor,
        target=made,
        at=at,
        details={
            "account": account.pk,
            "agency": agency.pk,
            "role": str(made.role),
            "areas": sorted(str(pk) for pk in made.areas.order_by().values_list("pk", flat=True)),
            "home": account.home_agency_id,
        },
    )
    return made


@transaction.atomic
def end_membership(*, membership_id: UUID, actor: Membership, at: datetime) -> Membership:
    """End one place at once: from the next request, the person no longer acts from it.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such place in force or to come.
        Refused: nobody would be left to administer.
    """
    check_administrator(actor)
    today = timezone.localdate(at)
    check_somebody_administers(Q(pk=membership_id), on=today)
    found = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("account", "agency")
        .filter(queries.not_over(today), pk=membership_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    _end(found, today)
    ledger.record(
        action="partners.membership_ended",
        actor=actor,
        target=found,
        at=at,
        details={"account": found.account_id, "agency": found.agency_id, "role": str(found.role)},
    )
    return found


def _end(membership: Membership, today: date) -> None:
    """Write yesterday as the last day, so that it is over now; one begun today or to come never was in force."""
    yesterday = today - timedelta(days=1)
    membership.starts_on = min(membership.starts_on, yesterday)
    membership.ends_on = yesterday
    membership.save(update_fields=["starts_on", "ends_on"])


def check_somebody_administers(leaving: Q, *, on: date) -> None:
    """Check that an administrator is left that day once the memberships that match `leaving` are gone.

    The rows are locked, in one order, before any other: two administrators cannot end each other at the same
    moment, nor wait for each other for ever.

    Raises:
        Refused: nobody would be left.
    """
    all_of_them = Membership.objects.in_force(on).filter(role=Role.ADMINISTRATOR)
    everyone = {found.pk for found in all_of_them.select_for_update(of=("self",)).order_by("pk")}
    gone = set(all_of_them.filter(leaving).order_by().values_list("pk", flat=True))
    if gone and everyone == gone:
        raise Refused(_("Nobody would be left to administer. Make another administrator first."))


@transaction.atomic
def deactivate_account(*, account_id: UUID, actor: Membership, at: datetime) -> Account:
    """Close a person's account: signed out everywhere at once, every place ended, no way back in.

    What they did stays in the ledger under their name.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such active person.
        PermissionDenied: it is the actor's own account.
        Refused: nobody would be left to administer.
    """
    check_administrator(actor)
    check_not_oneself(actor, account_id)
    today = timezone.localdate(at)
    check_somebody_administers(Q(account=account_id), on=today)
    account = _active_account(account_id)
    places = Membership.objects.select_for_update().filter(queries.not_over(today), account=account)
    ended = list(places.order_by("pk"))
    for membership in ended:
        _end(membership, today)
    for waiting in ProposedChange.objects.filter(account=account, outcome=Outcome.WAITING).order_by("pk"):
        changes.decline_change(change_id=waiting.pk, actor=actor, at=at)
    account.is_active = False
    account.set_unusable_password()
    account.save(update_fields=["is_active", "password"])
    inviting.cancel_open(account, at=at)
    ledger.record(
        action="partners.account_deactivated",
        actor=actor,
        target=account,
        at=at,
        counts={"memberships": len(ended)},
    )
    return account
