"""Who answers for how information is shared. To everyone else these pages do not exist."""

from egide.common.errors import NotVisible, allowed
from egide.partners.models import Membership, Role


def check_privacy_officer(actor: Membership | None) -> None:
    """Only privacy officers; to anyone else the page is not there."""
    if actor is None or actor.role != Role.PRIVACY_OFFICER:
        raise NotVisible


def is_privacy_officer(actor: Membership | None) -> bool:
    return allowed(check_privacy_officer, actor)
