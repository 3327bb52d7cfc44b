"""Who may do what in a case. Each check raises; each `can_` shows or hides.

Whoever lacks the training a programme asks does not work on its cases either: they would act on what they do not see.
What keeps somebody safe asks for no training: referring, telling of a danger, keeping somebody out, saying that one's
own task cannot be done.
"""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from egide.cases.models import Case, Conference, LeadChange, Programme, Transfer
from egide.cases.models.case import programmes_of
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.permissions import allowed
from egide.common.text import localized
from egide.partners.models import Membership, Role
from egide.partners.permissions import keeps_training
from egide.partners.queries import training
from egide.partners.rules.training import courses
from egide.sharing import prosecutor

#: Roles that may refer: everyone who works with people.
REFERRING_ROLES = (Role.REFERRER, Role.COORDINATOR, Role.TEAM_MEMBER, Role.ADVOCATE, Role.CHAIR)
#: Who has forms whose drafts are kept.
WRITING_ROLES = (*REFERRING_ROLES, Role.PRIVACY_OFFICER)
#: The only form of those who keep the training of an agency, whatever else they do.
TRAINING_FORM = "training"
#: Roles that may write in a case they are assigned to.
WORKING_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.TEAM_MEMBER, Role.CHAIR)


def keeps_drafts(actor: Membership | None, form: str) -> bool:
    """Whoever has forms keeps drafts of them."""
    if actor is None:
        return False
    return actor.role in WRITING_ROLES or (form == TRAINING_FORM and keeps_training(actor))


def check_can_refer(actor: Membership, programme: Programme) -> None:
    """A partner of the programme, or its lead agency, refers to it."""
    if actor.role not in REFERRING_ROLES:
        raise PermissionDenied(_("Your role does not make referrals."))
    if actor.agency_id == programme.lead_agency_id:
        return
    if not programme.partners.filter(pk=actor.agency_id).order_by().exists():
        raise PermissionDenied(_("Your agency is not a partner of this programme."))


def check_trained(actor: Membership, programme: Programme) -> None:
    """Whoever works on a case has the training its programme asks, as whoever reads it; no query for a hat worn.

    Raises:
        PermissionDenied: they lack a course; the message says which one, and where it is recorded.
    """
    required = programme.required_training
    if not required:
        return
    lacks, _soon = training.lacks_of(member=actor, required=required, at=clock.now())
    if not lacks:
        return
    known = courses()
    names = ", ".join(localized(known[one.course], "title") for one in lacks if one.course in known)
    raise PermissionDenied(
        _(
            "Your training is not valid: %(courses)s. Until it is recorded you read and write nothing in the cases of "
            "this programme. Your agency’s coordinator, or an administrator, records it on the page Training. You may "
            "still refer, tell of a danger, declare a conflict of interest, or say that your task cannot be done."
        )
        % {"courses": names or ", ".join(one.course for one in lacks)}
    )


def check_can_coordinate(actor: Membership, case: Case) -> None:
    """Only a coordinator of the programme's lead agency moves a case."""
    if actor.role != Role.COORDINATOR or case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator of this programme can do this."))
    check_trained(actor, case.programme)


def check_is_of_team(actor: Membership, case: Case) -> None:
    """Whoever works for the programme that leads the case, trained: what only the lead agency knows of."""
    if case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only the programme’s own team sees this."))
    check_trained(actor, case.programme)


def is_of_team(actor: Membership, case: Case) -> bool:
    return allowed(check_is_of_team, actor, case)


def check_can_tell_danger(actor: Membership, case: Case) -> None:
    """The victim's side: a coordinator or an advocate of the lead agency. A danger is told without training."""
    if actor.role not in (Role.COORDINATOR, Role.ADVOCATE) or case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only the programme’s coordinators and victim advocates can do this."))


def check_can_support(actor: Membership, case: Case) -> None:
    """The victim's side, for all else than telling of a danger."""
    check_can_tell_danger(actor, case)
    check_trained(actor, case.programme)


def check_works_on_cases(actor: Membership | None) -> None:
    """Those whose role works on cases; one at a time is still asked of each case."""
    if actor is None or actor.role not in WORKING_ROLES:
        raise PermissionDenied(_("This page is for people who work on cases."))


def check_can_contribute(actor: Membership, case: Case) -> None:
    """Anyone who works on the case adds what their agency knows; the case was fetched in their scope."""
    if actor.role not in WORKING_ROLES:
        raise PermissionDenied(_("Your role reads; it does not write in a case."))
    check_trained(actor, case.programme)


def check_can_keep_out(actor: Membership, programme: Programme) -> None:
    """A coordinator or the chair of the lead agency keeps somebody out. A conflict of interest waits for no training."""
    if actor.role not in (Role.COORDINATOR, Role.CHAIR) or programme.pk not in programmes_of(actor):
        raise PermissionDenied(_("Only the coordinator or the chair of this programme can do this."))


def check_can_say_served(actor: Membership, case: Case, holder_id: UUID) -> None:
    """Who holds an order, or leads the case, says that it was served: it opens it to the side it binds.

    Raises:
        PermissionDenied: the actor does neither, or does not write in cases.
    """
    check_can_contribute(actor, case)
    if actor.agency_id != holder_id and case.programme_id not in programmes_of(actor):
        raise PermissionDenied(
            _("The agency that holds this order, or the programme’s own team, records that it was served.")
        )


def can_say_served(actor: Membership, case: Case, holder_id: UUID) -> bool:
    return allowed(check_can_say_served, actor, case, holder_id)


def check_can_convene(actor: Membership, programme: Programme) -> None:
    """The same people call a conference."""
    check_can_keep_out(actor, programme)
    check_trained(actor, programme)


def check_can_receive(actor: Membership, change: LeadChange | Transfer) -> None:
    """A coordinator of the programme asked answers whether it leads the case."""
    if actor.role != Role.COORDINATOR or change.to_programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator of the agency asked can answer this."))
    check_trained(actor, change.to_programme)


def can_receive(actor: Membership, change: LeadChange | Transfer) -> bool:
    return allowed(check_can_receive, actor, change)


def check_can_send(actor: Membership, transfer: Transfer) -> None:
    """A coordinator of the programme that proposed a transfer speaks for it until it is answered."""
    if actor.role != Role.COORDINATOR or transfer.from_programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator of this programme can do this."))
    check_trained(actor, transfer.from_programme)


def can_send(actor: Membership, transfer: Transfer) -> bool:
    return allowed(check_can_send, actor, transfer)


def check_can_run(actor: Membership, conference: Conference) -> None:
    """The same people run it."""
    check_can_convene(actor, conference.programme)


def check_can_supervise(actor: Membership, case: Case) -> None:
    """A coordinator or the chair of the programme reads the work of others, and returns it."""
    if actor.role not in (Role.COORDINATOR, Role.CHAIR) or case.programme_id not in programmes_of(actor):
        raise PermissionDenied(_("Only a coordinator or the chair of this programme returns work."))
    check_trained(actor, case.programme)


def can_supervise(actor: Membership, case: Case) -> bool:
    return allowed(check_can_supervise, actor, case)


def check_is_not_own_work(actor: Membership, author_account_id: UUID) -> None:
    """Nobody returns, accepts or takes back their own work, whichever hat they wear."""
    if actor.account_id == author_account_id:
        raise PermissionDenied(_("This is your own work: somebody else reads it."))


def check_is_author(actor: Membership, author_id: UUID) -> None:
    """Who did the work answers for it, under the hat they wore."""
    if actor.pk != author_id:
        raise PermissionDenied(_("Only who did this work answers."))


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


def check_can_look_for_the_same(actor: Membership | None) -> None:
    """A coordinator goes through the possible duplicates of their programmes; for others there is nothing here."""
    if actor is None or actor.role != Role.COORDINATOR:
        raise NotVisible


def check_can_review_quality(actor: Membership | None) -> None:
    """A coordinator looks at how assessments are made in the cases they lead; for others there is nothing here."""
    if actor is None or actor.role != Role.COORDINATOR:
        raise NotVisible


def check_can_audit(actor: Membership | None) -> None:
    """The programmes' own teams audit themselves, whoever is of them; for others there is nothing here."""
    if actor is None or not programmes_of(actor):
        raise NotVisible


def can_review_quality(actor: Membership | None) -> bool:
    return allowed(check_can_review_quality, actor)


def can_receive_inquiries(actor: Membership | None) -> bool:
    return allowed(check_can_receive_inquiries, actor)


def can_refer(actor: Membership, programme: Programme) -> bool:
    return allowed(check_can_refer, actor, programme)


def can_coordinate(actor: Membership, case: Case) -> bool:
    return allowed(check_can_coordinate, actor, case)


def can_support(actor: Membership, case: Case) -> bool:
    return allowed(check_can_support, actor, case)


def can_tell_danger(actor: Membership, case: Case) -> bool:
    return allowed(check_can_tell_danger, actor, case)


def can_keep_out(actor: Membership, programme: Programme) -> bool:
    return allowed(check_can_keep_out, actor, programme)


def is_trained(actor: Membership, case: Case) -> bool:
    return allowed(check_trained, actor, case.programme)


def can_contribute(actor: Membership, case: Case) -> bool:
    return allowed(check_can_contribute, actor, case)


def can_convene(actor: Membership, programme: Programme) -> bool:
    return allowed(check_can_convene, actor, programme)
