"""A place: what a person does, where, from which day to which, and for which areas."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.partners.models import Account, Agency, Jurisdiction, Membership


@dataclass(frozen=True)
class Place:
    """What a person will do, where, from which day, until which (both included)."""

    agency_id: UUID
    role: str
    starts_on: date
    ends_on: date | None = None
    #: The places whose cases a role of the whole programme sees; without any, it sees none.
    area_ids: tuple[UUID, ...] = ()
    #: The person's own agency, when this first place is in another one; the agency of the place unless said.
    home_id: UUID | None = None

    def proposed(self) -> dict[str, Any]:
        """Answer what a proposal keeps of it beside the agency and the role, as JSON."""
        return {
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat() if self.ends_on else "",
            "areas": sorted(str(pk) for pk in self.area_ids),
            "home": str(self.home_id or ""),
        }


def place_of(*, agency_id: UUID, role: str, proposed: Mapping[str, Any], on: date) -> Place:
    """Answer the place a proposal asked for. It begins on the day it is confirmed at the soonest.

    Args:
        proposed: what `Place.proposed` answered; empty for proposals made before they kept dates.
    """
    starts = date.fromisoformat(proposed["starts_on"]) if proposed.get("starts_on") else on
    ends = proposed.get("ends_on")
    home = proposed.get("home")
    return Place(
        agency_id=agency_id,
        role=role,
        starts_on=max(starts, on),
        ends_on=date.fromisoformat(ends) if ends else None,
        area_ids=tuple(UUID(pk) for pk in proposed.get("areas", ())),
        home_id=UUID(home) if home else None,
    )


def check_place(*, account: Account, place: Place, on: date) -> None:
    """Check that a place makes sense and is not held already.

    Raises:
        Refused: the person has this role there already, or the dates are the wrong way round.
    """
    if place.ends_on is not None and place.ends_on < place.starts_on:
        raise Refused(_("The last day is before the first one."))
    same = Membership.objects.filter(account=account, agency=place.agency_id, role=place.role)
    if same.filter(Q(ends_on=None) | Q(ends_on__gte=max(place.starts_on, on))).exists():
        raise Refused(_("This person already has this role there."))


def put(*, account: Account, place: Place, home: Agency) -> Membership:
    """Write a place down with its areas; a first place settles the person's own agency.

    Raises:
        Refused: the person has this role there already.
    """
    try:
        with transaction.atomic():
            made = Membership.objects.create(
                account=account,
                agency_id=place.agency_id,
                role=place.role,
                starts_on=place.starts_on,
                ends_on=place.ends_on,
            )
    except IntegrityError as error:
        raise Refused(_("This person already has this role there.")) from error
    made.areas.set(Jurisdiction.objects.filter(pk__in=place.area_ids).order_by("pk"))
    settle_home(account, home)
    return made


def settle_home(account: Account, agency: Agency) -> None:
    """Record a person's own agency with their first place; later, that takes two administrators."""
    if account.home_agency_id is None:
        account.home_agency = agency
        account.save(update_fields=["home_agency"])
