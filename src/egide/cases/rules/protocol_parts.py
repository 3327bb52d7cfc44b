"""Parts of a protocol that other rules speak of too."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Interval:
    """A delay in working days, or in days and hours."""

    working_days: int = 0
    elapsed: timedelta = timedelta()
