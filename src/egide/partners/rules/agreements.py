"""Where an agreement stands, from its dates and signatures."""

from dataclasses import dataclass
from datetime import date, timedelta

#: An agreement about to end is said so early enough to sign another.
EXPIRING_DAYS = 60

DRAFT, SIGNING, TO_COME, IN_FORCE, EXPIRING, EXPIRED, TERMINATED = (
    "draft",
    "signing",
    "to_come",
    "in_force",
    "expiring",
    "expired",
    "terminated",
)


@dataclass(frozen=True)
class Terms:
    """What the state of an agreement depends on. `terminated_on` is the first day without it."""

    starts_on: date
    ends_on: date | None
    terminated_on: date | None
    parties: int
    signed: int

    @property
    def last_day(self) -> date | None:
        """The last day it binds, None while no end is set."""
        ends = [self.ends_on] if self.ends_on else []
        if self.terminated_on:
            ends.append(self.terminated_on - timedelta(days=1))
        return min(ends, default=None)


def agreement_state(terms: Terms, *, on: date) -> str:
    """Answer where an agreement stands that day.

    The end comes first: what is over is over, signed or not. Then the signatures, then the dates. An agency that
    signed is bound from its own signature, also while others have yet to sign.
    """
    if terms.terminated_on is not None and terms.terminated_on <= on:
        return TERMINATED
    last = terms.last_day
    if last is not None and last < on:
        return EXPIRED
    if terms.signed == 0:
        return DRAFT
    if terms.signed < terms.parties:
        return SIGNING
    if terms.starts_on > on:
        return TO_COME
    if last is not None and (last - on).days <= EXPIRING_DAYS:
        return EXPIRING
    return IN_FORCE
