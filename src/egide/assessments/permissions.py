"""Who may assess and who may activate an instrument. What may be read is `sharing`'s to decide."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from egide.assessments.models import Assessment
from egide.common.errors import NotVisible
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


#: Who looks after the instruments: one of them brings a definition in, another approves it.
KEEPING_ROLES = (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER)


def check_keeps_instruments(actor: Membership | None) -> None:
    """Administrators and privacy officers; for others there is nothing here."""
    if actor is None or actor.role not in KEEPING_ROLES:
        raise NotVisible


def check_can_import(actor: Membership | None) -> None:
    """An administrator brings a definition in; a privacy officer only answers it."""
    check_keeps_instruments(actor)
    if actor is not None and actor.role != Role.ADMINISTRATOR:
        raise PermissionDenied(_("An administrator brings a definition in; you may approve it."))


def check_sees_library(actor: Membership | None) -> None:
    """Who assesses and who looks after the instruments; for others there is nothing here."""
    if actor is None or actor.role not in (*ASSESSING_ROLES, *KEEPING_ROLES):
        raise NotVisible


def keeps_instruments(actor: Membership | None) -> bool:
    return allowed(check_keeps_instruments, actor)


def can_import(actor: Membership | None) -> bool:
    return allowed(check_can_import, actor)


def sees_library(actor: Membership | None) -> bool:
    return allowed(check_sees_library, actor)


def can_assess(actor: Membership) -> bool:
    return allowed(check_can_assess, actor)


def can_score_second(actor: Membership, first: Assessment) -> bool:
    return allowed(check_can_score_second, actor, first)


def can_record_right(actor: Membership) -> bool:
    return allowed(check_can_record_right, actor)
