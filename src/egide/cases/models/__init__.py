"""The records of casework, by topic."""

from egide.cases.models.case import Case, CaseLink, Programme, Referral
from egide.cases.models.conference import AgendaItem, Attendance, Conference, Contribution, Decision
from egide.cases.models.file import Draft, Entry, File, NameToken
from egide.cases.models.work import (
    Closure,
    ContactAttempt,
    EligibilityDecision,
    LevelDecision,
    SafetyPlan,
    Task,
    TriageDecision,
)

__all__ = [
    "AgendaItem",
    "Attendance",
    "Case",
    "CaseLink",
    "Closure",
    "Conference",
    "ContactAttempt",
    "Contribution",
    "Decision",
    "Draft",
    "EligibilityDecision",
    "Entry",
    "File",
    "LevelDecision",
    "NameToken",
    "Programme",
    "Referral",
    "SafetyPlan",
    "Task",
    "TriageDecision",
]
