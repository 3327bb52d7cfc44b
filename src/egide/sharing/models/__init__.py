"""What sharing keeps, by topic."""

from egide.sharing.models.records import (
    Assignment,
    Consent,
    ConsentRecipient,
    Disclosure,
    EmergencyAccess,
    EmergencyUser,
    Ground,
    GroundQuerySet,
    Recusal,
    Suspension,
)
from egide.sharing.models.table import TableState, TableVersion

__all__ = [
    "Assignment",
    "Consent",
    "ConsentRecipient",
    "Disclosure",
    "EmergencyAccess",
    "EmergencyUser",
    "Ground",
    "GroundQuerySet",
    "Recusal",
    "Suspension",
    "TableState",
    "TableVersion",
]
