"""Jurisdictions, agencies, people and what they signed; and what takes two administrators."""

from egide.partners.models.notices import Notice, NoticeKind
from egide.partners.models.partners import (
    Account,
    Agency,
    Agreement,
    AgreementKind,
    AgreementParty,
    Jurisdiction,
    Membership,
    MembershipQuerySet,
    Role,
    Sector,
)
from egide.partners.models.safeguards import ChangeKind, FactorReset, Invitation, Outcome, ProposedChange
from egide.partners.models.training import TrainingRecord

__all__ = [
    "Account",
    "Agency",
    "Agreement",
    "AgreementKind",
    "AgreementParty",
    "ChangeKind",
    "FactorReset",
    "Invitation",
    "Jurisdiction",
    "Membership",
    "MembershipQuerySet",
    "Notice",
    "NoticeKind",
    "Outcome",
    "ProposedChange",
    "Role",
    "Sector",
    "TrainingRecord",
]
