"""The first two administrators: before them nobody can give anybody access, and one alone could do nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Account, Agency, Jurisdiction, Membership, Role, Sector
from egide.partners.services import inviting


@dataclass(frozen=True)
class Founder:
    """A person who will administer."""

    username: str
    full_name: str


@dataclass(frozen=True)
class Ground:
    """The agency they act for and the place it is in; both are made when they do not exist."""

    area_code: str
    area_name: str
    agency_code: str
    agency_name: str
    sector: str


@transaction.atomic
def found_administration(
    *, ground: Ground, founders: Sequence[Founder], at: datetime
) -> list[inviting.Invited]:
    """Make two administrators, each with a code by which they set their own password.

    Raises:
        Refused: somebody administers already, they are not two people, or a user name is taken.
    """
    if Membership.objects.in_force(timezone.localdate(at)).filter(role=Role.ADMINISTRATOR).exists():
        raise Refused(_("Somebody administers already: they invite the others."))
    if len({founder.username.strip().lower() for founder in founders}) != 2 or len(founders) != 2:
        raise Refused(_("Name two different people: what alters who may see what takes two."))
    if ground.sector not in Sector.values:
        raise Refused(_("Choose a sector."))
    area, _made = Jurisdiction.objects.get_or_create(
        code=ground.area_code,
        defaults={"kind": "region", "name_en": ground.area_name, "name_fr": ground.area_name},
    )
    agency, _made = Agency.objects.get_or_create(
        code=ground.agency_code,
        defaults={
            "name_en": ground.agency_name,
            "name_fr": ground.agency_name,
            "sector": ground.sector,
            "jurisdiction": area,
        },
    )
    one, two = (_administrator(founder, agency, at) for founder in founders)
    # Each is invited by the other: nobody makes a code for themselves.
    return [
        inviting.invite(account_id=invited.account_id, actor=by, at=at)
        for invited, by in ((one, two), (two, one))
    ]


def _administrator(founder: Founder, agency: Agency, at: datetime) -> Membership:
    try:
        with transaction.atomic():
            account = Account.objects.create_user(
                username=founder.username.strip(), full_name=founder.full_name, home_agency=agency
            )
    except IntegrityError as error:
        raise Refused(_("This user name is taken.")) from error
    made = Membership.objects.create(
        account=account, agency=agency, role=Role.ADMINISTRATOR, starts_on=timezone.localdate(at)
    )
    ledger.record(
        action="partners.administrator_founded",
        actor=None,
        target=made,
        at=at,
        details={"account": account.pk, "agency": agency.pk},
    )
    return made
