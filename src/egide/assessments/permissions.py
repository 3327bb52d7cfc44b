"""Who may assess and who may activate an instrument. What may be read is `sharing`'s to decide."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from egide.assessments.models import Assessment
from egide.common.permissions import allowed
from egide.partners.models import Membership, Role

#: Roles that work with people and may score a sheet.
ASSESSING_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.TEAM_MEMBER, Role.CHAIR)


def check_can_assess(actor: Membership) -> None:
    """People who work on cases assess; the caller checked that the file is theirs to work on."""
    if actor.role not in ASSESSING_ROLES:
        raise PermissionDenied(_("Your role does not record assessments."))


def check_can_score_second(actor: Membership, first: Assessment) -> None:
    """A second scorer is another person, under any hat."""
    check_can_assess(actor)
    if actor.account_id == first.assessor.account_id:
        raise PermissionDenied(_("A second scorer is another person: you scored this one."))


def check_can_replace(actor: Membership, earlier: Assessment) -> None:
    """The agency that made an assessment corrects it."""
    check_can_assess(actor)
    if actor.agency_id != earlier.agency_id:
        raise PermissionDenied(_("Only the agency that recorded this assessment can correct it."))


def check_can_record_right(actor: Membership) -> None:
    """An administrator answers for the right to use an instrument."""
    if actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied(_("Only an administrator records the right to use an instrument."))


def can_assess(actor: Membership) -> bool:
    return allowed(check_can_assess, actor)


def can_score_second(actor: Membership, first: Assessment) -> bool:
    return allowed(check_can_score_second, actor, first)


def can_record_right(actor: Membership) -> bool:
    return allowed(check_can_record_right, actor)
