"""Which agencies work on a case whose programme asks for no consent: each brought in by a person, with a reason.

Where a programme asks for consent, the consent names them, and this is shut.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import State
from egide.cases.models import Case, File
from egide.cases.models.file import FileRole
from egide.cases.services import cascading, deadlines, entries
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners import queries as partners
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.queries import assigned_agencies, recused_agencies
from egide.sharing.rules.sides import is_management_only, side_of


def check_has_team(case: Case) -> None:
    """Pass only for a programme that asks for no consent.

    Raises:
        NotVisible: the consent says who works on the case.
    """
    if case.programme.protocol.is_consent_required:
        raise NotVisible


def _case(case_id: UUID, actor: Membership) -> Case:
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    check_has_team(case)
    return case


@transaction.atomic
def bring_in(*, case_id: UUID, agency_id: UUID, reason: str, actor: Membership, at: datetime) -> None:
    """Let a partner of the programme work on a case, because it knows something or can do something.

    Raises:
        NotVisible: no such case for the actor, or its programme asks for consent.
        Refused: not active yet, no reason, not a partner, bound by no agreement, or kept out: one answer for the three.
    """
    case = _case(case_id, actor)
    if case.state != State.ACTIVE:
        raise Refused(_("Agencies come in once somebody decided that the team goes on with the case."))
    if not reason.strip():
        raise Refused(_("Write what this agency knows or can do: without need, nobody reads."))
    agency = case.programme.partners.filter(pk=agency_id, is_active=True).order_by().first()
    signed = partners.agreement_in_force(agency_ids=[agency_id], on=timezone.localdate(at))
    if agency is None or agency.pk not in signed or agency.pk in recused_agencies(case_id=case.pk):
        raise Refused(_("This agency cannot work on this case."))
    if agency.pk in assigned_agencies(case_id=case.pk):
        raise Refused(_("This agency works on this case already."))
    file = entries.subject_file(case)
    entries.write_entry(
        file=file, category="conference.record", text=reason.strip(), form="team:1", actor=actor, at=at
    )
    cascading.take_up_again(case=case, agency_id=agency.pk, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    sharing.assign(case_id=case.pk, agency=agency, side=side_of(agency.sector), actor=actor, at=at)
    # To each person of the case of whom it may read something, it is a disclosure.
    for one in _opened_to(case, agency):
        one.case = case
        sharing.record_disclosure(
            actor=actor,
            file=one,
            categories=sorted(case.programme.protocol.needed_of[one.role]),
            method="share",
            basis="common_programme",
            purpose=sharing.purpose_of(actor),
            recipient=agency,
            at=at,
        )
    ledger.record(
        action="cases.agency_brought_in", actor=actor, target=case, at=at, details={"agency_id": agency.pk}
    )


def _opened_to(case: Case, agency: Agency) -> list[File]:
    """Answer the files of which the programme lets an agency read something; the other side, the person's own alone."""
    files = case.files.filter(role__in=case.programme.protocol.needed_of).order_by("created_at", "pk")
    if is_management_only(agency.sector):
        files = files.filter(role=FileRole.PERSON_OF_CONCERN)
    return list(files)


@transaction.atomic
def let_go(*, case_id: UUID, agency_id: UUID, actor: Membership, at: datetime) -> None:
    """End an agency's work on a case; what it had to do comes back to the lead agency.

    Raises:
        NotVisible: no such case for the actor, or its programme asks for consent.
        Refused: the agency does not work on it.
    """
    case = _case(case_id, actor)
    agency = Agency.objects.filter(pk=agency_id).order_by().first()
    if agency is None or not sharing.end_assignment(case_id=case.pk, agency=agency, at=at):
        raise Refused(_("This agency does not work on this case."))
    deadlines.give_back(case=case, at=at, agency=agency)
    cascading.tell_let_go(case=case, agencies=[agency.pk], actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.agency_let_go", actor=actor, target=case, at=at, details={"agency_id": agency.pk}
    )
