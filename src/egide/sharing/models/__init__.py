"""What sharing keeps, by topic."""

from egide.sharing.models.emergency import EmergencyAccess, EmergencyMiss, EmergencyUser
from egide.sharing.models.records import (
    ENDED_BY_SOMEBODY,
    GIVERS,
    LAPSED,
    Assignment,
    Consent,
    ConsentRecipient,
    Disclosure,
    Ground,
    GroundQuerySet,
    Recusal,
    Suspension,
)
from egide.sharing.models.table import TableState, TableVersion

__all__ = [
    "ENDED_BY_SOMEBODY",
    "GIVERS",
    "LAPSED",
    "Assignment",
    "Consent",
    "ConsentRecipient",
    "Disclosure",
    "EmergencyAccess",
    "EmergencyMiss",
    "EmergencyUser",
    "Ground",
    "GroundQuerySet",
    "Recusal",
    "Suspension",
    "TableState",
    "TableVersion",
]
