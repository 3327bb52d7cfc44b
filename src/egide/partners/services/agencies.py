"""Agencies: made, edited, closed. What alters who may see what waits for a second administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common import regimes as known_regimes
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership, Outcome, ProposedChange, Sector
from egide.partners.permissions import check_administrator
from egide.partners.services import changes
from egide.partners.services.people import check_somebody_administers
from egide.partners.signals import agency_deactivated


@dataclass(frozen=True)
class Names:
    """How an agency is called and where it is."""

    name_en: str
    name_fr: str
    short_en: str
    short_fr: str
    jurisdiction_id: UUID


@dataclass(frozen=True)
class Law:
    """What decides what an agency may see, and what binds what it holds."""

    sector: str
    regimes: tuple[str, ...]

    def check(self) -> None:
        """Check the sector and every regime.

        Raises:
            Refused: naming the first regime that is not acceptable.
        """
        if self.sector not in Sector.values:
            raise Refused(_("Choose a sector."))
        for code in self.regimes:
            if not known_regimes.is_acceptable(code):
                raise Refused(_("“%(code)s” is not a known regime.") % {"code": code})


@transaction.atomic
def create_agency(
    *, code: str, names: Names, law: Law, reason: str, actor: Membership, at: datetime
) -> Agency:
    """Make an agency, closed until a second administrator confirms its sector and regimes.

    Raises:
        NotVisible: the actor is not an administrator.
        Refused: the code is taken, or a regime is not known.
    """
    check_administrator(actor)
    law.check()
    try:
        with transaction.atomic():
            made = Agency.objects.create(
                code=code,
                sector=law.sector,
                regimes=sorted(set(law.regimes)),
                is_active=False,
                **vars(names),
            )
    except IntegrityError as error:
        raise Refused(_("This code is taken.")) from error
    ledger.record(action="partners.agency_created", actor=actor, target=made, at=at)
    changes.propose_agency_change(agency=made, after={"is_active": True}, reason=reason, actor=actor, at=at)
    return made


def _locked(agency_id: UUID) -> Agency:
    agency = Agency.objects.select_for_update().filter(pk=agency_id).order_by().first()
    if agency is None:
        raise NotVisible
    return agency


@transaction.atomic
def edit_agency(
    *, agency_id: UUID, names: Names, law: Law, reason: str, actor: Membership, at: datetime
) -> ProposedChange | None:
    """Rename or move an agency at once; propose its sector and regimes, where they differ. Answers the proposal.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such agency.
        Refused: a regime is not known; or sector or regimes change without a reason, or while a change waits.
    """
    check_administrator(actor)
    agency = _locked(agency_id)
    changed = [name for name, value in vars(names).items() if getattr(agency, name) != value]
    for name in changed:
        setattr(agency, name, getattr(names, name))
    if changed:
        agency.save(update_fields=changed)
        ledger.record(
            action="partners.agency_edited", actor=actor, target=agency, at=at, details={"fields": changed}
        )
    after = {"sector": law.sector, "regimes": sorted(set(law.regimes))}
    if (agency.sector, sorted(agency.regimes)) == (after["sector"], after["regimes"]):
        return None
    law.check()
    if not reason:
        raise Refused(_("Say why the sector or the regimes change."))
    return changes.propose_agency_change(agency=agency, after=after, reason=reason, actor=actor, at=at)


@transaction.atomic
def deactivate_agency(*, agency_id: UUID, reason: str, actor: Membership, at: datetime) -> Agency:
    """Close an agency: from the next request nobody acts for it.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such open agency.
        Refused: nobody would be left to administer.
    """
    check_administrator(actor)
    check_somebody_administers(Q(agency=agency_id), on=timezone.localdate(at))
    agency = _locked(agency_id)
    if not agency.is_active:
        raise NotVisible
    for waiting in ProposedChange.objects.filter(agency=agency, outcome=Outcome.WAITING).order_by("pk"):
        changes.decline_change(change_id=waiting.pk, actor=actor, at=at)
    agency.is_active, agency.deactivation_reason = False, reason
    agency.save(update_fields=["is_active", "deactivation_reason"])
    ledger.record(action="partners.agency_deactivated", actor=actor, target=agency, at=at)
    agency_deactivated.send(sender=Agency, agency_ids=[agency.pk], at=at)
    return agency


@transaction.atomic
def propose_reopening(*, agency_id: UUID, reason: str, actor: Membership, at: datetime) -> ProposedChange:
    """Ask that a closed agency take part again; its people act for it again once a second person confirms.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such closed agency.
        Refused: it is proposed already.
    """
    check_administrator(actor)
    agency = _locked(agency_id)
    if agency.is_active:
        raise NotVisible
    return changes.propose_agency_change(
        agency=agency, after={"is_active": True}, reason=reason, actor=actor, at=at
    )
