"""Who may do what in a case. Each check raises; each `can_` shows or hides."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from egide.cases.models import Case, Conference, LeadChange, Programme
from egide.cases.models.case import programmes_of
from egide.common.errors import NotVisible
from egide.common.permissions import allowed
from egide.partners.models import Membership, Role
from egide.sharing import prosecutor

#: Roles that may refer: everyone who works with people.
REFERRING_ROLES = (Role.REFERRER, Role.COORDINATOR, Role.TEAM_MEMBER, Role.ADVOCATE, Role.CHAIR)
#: Who has forms whose drafts are kept.
WRITING_ROLES = (*REFERRING_ROLES, Role.PRIVACY_OFFICER)
#: Roles that may write in a case they are assigned to.
WORKING_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.TEAM_MEMBER, Role.CHAIR)


def check_can_refer(actor: Membership, programme: Programme) -> None:
    """A partner of the programme, or its lead agency, refers to it."""
    if actor.role not in REFERRING_ROLES:
        raise PermissionDenied(_("Your role does not make referrals."))
    if actor.agency_id == programme.lead_agency_id:
        return
    if not programme.partners.filter(pk=actor.agency_id).order_by().exists():
        raise PermissionDenied(_("Your agency is not a partner of this programme."))


def check_can_coordinate(actor: Membership, case: Case) -> None:
    """Only a coordinator of the programme's lead agency moves a case."""
    if actor.role != Role.COORDINATOR or case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator of this programme can do this."))


def check_can_support(actor: Membership, case: Case) -> None:
    """The victim's side: a coordinator or an advocate of the lead agency."""
    if actor.role not in (Role.COORDINATOR, Role.ADVOCATE) or case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only the programme’s coordinators and victim advocates can do this."))


def check_can_contribute(actor: Membership, case: Case) -> None:
    """Anyone who works on the case adds what their agency knows; the case was fetched in their scope."""
    if actor.role not in WORKING_ROLES:
        raise PermissionDenied(_("Your role reads; it does not write in a case."))


def check_can_convene(actor: Membership, programme: Programme) -> None:
    """A coordinator or the chair of the lead agency calls a conference."""
    if actor.role not in (Role.COORDINATOR, Role.CHAIR) or programme.pk not in programmes_of(actor):
        raise PermissionDenied(_("Only the coordinator or the chair of this programme can do this."))


def check_can_receive(actor: Membership, change: LeadChange) -> None:
    """A coordinator of the programme asked answers whether it leads the case."""
    if actor.role != Role.COORDINATOR or change.to_programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator of the agency asked can answer this."))


def can_receive(actor: Membership, change: LeadChange) -> bool:
    return allowed(check_can_receive, actor, change)


def check_can_run(actor: Membership, conference: Conference) -> None:
    """The same people run it."""
    check_can_convene(actor, conference.programme)


#: Who answers the door when somebody asks what is held about a person.
INQUIRY_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.PRIVACY_OFFICER)


def check_can_receive_inquiries(actor: Membership | None) -> None:
    """Coordinators, advocates and privacy officers, each for their own agency; for others there is nothing here."""
    if actor is None or actor.role not in INQUIRY_ROLES:
        raise NotVisible


def check_can_report_to_prosecutor(actor: Membership | None) -> None:
    """A health professional whom the French law lets tell the prosecutor; for others there is nothing here."""
    if actor is None or actor.role not in WORKING_ROLES or not prosecutor.may_report(actor):
        raise NotVisible


def can_report_to_prosecutor(actor: Membership | None) -> bool:
    return allowed(check_can_report_to_prosecutor, actor)


def can_receive_inquiries(actor: Membership | None) -> bool:
    return allowed(check_can_receive_inquiries, actor)


def can_refer(actor: Membership, programme: Programme) -> bool:
    return allowed(check_can_refer, actor, programme)


def can_coordinate(actor: Membership, case: Case) -> bool:
    return allowed(check_can_coordinate, actor, case)


def can_support(actor: Membership, case: Case) -> bool:
    return allowed(check_can_support, actor, case)


def can_contribute(actor: Membership, case: Case) -> bool:
    return allowed(check_can_contribute, actor, case)


def can_convene(actor: Membership, programme: Programme) -> bool:
    return allowed(check_can_convene, actor, programme)
