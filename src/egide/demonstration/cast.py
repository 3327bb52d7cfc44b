"""Who works in one area, what their consents cover, and the working hours they keep."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from egide.cases.models import Case, Programme
from egide.common.ids import REFERENCE_ALPHABET
from egide.demonstration.world import World
from egide.partners.models import Membership, Role, Sector

#: What people usually agree to share; the place they live in is left out more often than not.
SHARED = (
    "identity.core",
    "contact.safe",
    "incident.facts",
    "threat.indicators",
    "risk.assessment.summary",
    "plan.safety",
    "plan.management",
    "health.general",
    "education.record",
    "justice.orders",
    "social.services",
    "conference.record",
    "referral.status",
)
#: Sectors that may sit for a case; the police always do, the others when the person agrees.
PARTNER_SECTORS = (Sector.HEALTH, Sector.EDUCATION, Sector.JUSTICE, Sector.SOCIAL_SERVICES, Sector.COMMUNITY)


@dataclass(frozen=True)
class Cast:
    """The people of one programme."""

    programme: Programme
    language: str
    coordinator: Membership
    second: Membership
    advocate: Membership
    chair: Membership
    partners: dict[str, Membership]
    referrers: tuple[Membership, ...]

    @property
    def police(self) -> Membership:
        return self.partners[Sector.POLICE]

    def seats(self) -> list[tuple[Membership, str]]:
        """Answer who is invited to a conference, each in their seat."""
        own = [(self.chair, "chair"), (self.coordinator, "coordinator"), (self.advocate, "advocate")]
        return own + [(member, "team_member") for member in self.partners.values()]


def cast_of(world: World, programme: Programme, language: str) -> Cast:
    """Find the people of a programme among those of the world, in the order they are written down."""
    lead, partners = programme.lead_agency_id, {agency.pk for agency in programme.partners.order_by("code")}
    own: dict[str, list[Membership]] = {}
    for member in world.people.values():
        if member.agency_id == lead:
            own.setdefault(member.role, []).append(member)
    outside = [member for member in world.people.values() if member.agency_id in partners]
    return Cast(
        programme=programme,
        language=language,
        coordinator=own[Role.COORDINATOR][0],
        second=own[Role.COORDINATOR][1],
        advocate=own[Role.ADVOCATE][0],
        chair=own[Role.CHAIR][0],
        partners={member.sector: member for member in outside if member.role == Role.TEAM_MEMBER},
        referrers=tuple(outside),
    )


def recipients(cast: Cast, chance: random.Random) -> list[UUID]:
    """Choose the agencies a person consents to: the police, and most of the others."""
    others = [sector for sector in PARTNER_SECTORS if sector in cast.partners]
    chosen = chance.sample(others, chance.randint(2, len(others)))
    return [cast.police.agency_id, *(cast.partners[sector].agency_id for sector in chosen)]


def draw_reference(case: Case, chance: random.Random) -> None:
    """Give a case the reference drawn from the same chance as the rest: the world is the same each time."""
    letters = "".join(chance.choice(REFERENCE_ALPHABET) for _letter in range(5))
    case.reference = f"{case.programme.prefix}-{letters}"
    case.save(update_fields=["reference"])


class Clock:
    """Moves forward through the working hours of one case, and never past now."""

    def __init__(self, start: datetime, *, now: datetime, chance: random.Random) -> None:
        self.at, self._now, self._chance = start, now, chance

    def after(self, *, days: int = 0, hours: int = 0) -> datetime:
        """Move on, to the same day or some days later, always to a working hour of a working day."""
        moment = timezone.localtime(self.at + timedelta(days=days, hours=hours))
        if days or not 8 <= moment.hour < 18 or moment.weekday() > 4:
            moment = self._working(moment, is_next=not days and moment.hour >= 18)
        last = self._now - timedelta(minutes=5)
        if moment <= self.at:
            moment = self.at + timedelta(minutes=10)
        if moment > last:
            moment = self.at + max(last - self.at, timedelta()) / 2
        self.at = moment
        return moment

    def _working(self, local: datetime, *, is_next: bool) -> datetime:
        local += timedelta(days=int(is_next))
        local += timedelta(days=7 - local.weekday() if local.weekday() > 4 else 0)
        minute = self._chance.randrange(0, 60, 5)
        return local.replace(hour=self._chance.randint(8, 15), minute=minute, second=0, microsecond=0)
