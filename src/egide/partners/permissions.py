"""Who may administer. To everyone else these pages do not exist."""

from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, allowed
from egide.partners.models import Membership, Role

#: Roles that decide who sees what, judge how it was seen, or read every case of their areas: giving them takes
#: two administrators.
SENSITIVE_ROLES = (
    Role.ADMINISTRATOR,
    Role.PRIVACY_OFFICER,
    Role.COORDINATOR,
    Role.ADVOCATE,
    Role.CHAIR,
)


def check_administrator(actor: Membership | None) -> None:
    """Only administrators; for others there is nothing here."""
    if actor is None or actor.role != Role.ADMINISTRATOR:
        raise NotVisible


def is_administrator(actor: Membership | None) -> bool:
    return allowed(check_administrator, actor)


def check_not_oneself(actor: Membership, account_id: object) -> None:
    """Nobody decides about their own account, under any hat."""
    if actor.account_id == account_id:
        raise PermissionDenied(_("Another administrator does this for you."))


#: Who records training for the agency they act for; an administrator does for any.
TRAINING_ROLES = (Role.ADMINISTRATOR, Role.TRAINER, Role.COORDINATOR)


def check_keeps_training(actor: Membership | None) -> None:
    """Coordinators, trainers and administrators; for others there is nothing here."""
    if actor is None or actor.role not in TRAINING_ROLES:
        raise NotVisible


def keeps_training(actor: Membership | None) -> bool:
    return allowed(check_keeps_training, actor)


def check_can_record_training(actor: Membership, member: Membership) -> None:
    """For one's own agency, an administrator for any, and nobody for themselves, under any hat."""
    check_keeps_training(actor)
    if actor.role != Role.ADMINISTRATOR and actor.agency_id != member.agency_id:
        raise NotVisible
    if actor.account_id == member.account_id:
        raise PermissionDenied(_("Somebody else records your training."))
