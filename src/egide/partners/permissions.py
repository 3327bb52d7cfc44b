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
