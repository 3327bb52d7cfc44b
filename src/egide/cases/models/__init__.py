"""The records of casework, by topic."""

from egide.cases.models.access import AccessItem, AccessRequest
from egide.cases.models.auditing import AuditAnswer, AuditWord, SelfAudit
from egide.cases.models.calendar import CalendarFeed
from egide.cases.models.cascade import EndNotice
from egide.cases.models.case import Case, CaseLink, Programme, Referral
from egide.cases.models.conference import AgendaItem, Attendance, Conference, Contribution, Decision
from egide.cases.models.conflicts import ConflictAnswer, DeclaredTie, DeclaredToken
from egide.cases.models.danger import DangerReport
from egide.cases.models.document import DocumentPart, PendingDocument
from egide.cases.models.expression import Expression
from egide.cases.models.file import Draft, Entry, File, NameToken
from egide.cases.models.inquiry import IdentityCheck, Inquiry, InquirySide
from egide.cases.models.leading import LeadChange
from egide.cases.models.matching import SameAnswer, SamePerson, SamePersonAnswer, SamePersonSearch
from egide.cases.models.release import Release
from egide.cases.models.signal import Agreement, ProsecutorReport
from egide.cases.models.supervision import Supervision
from egide.cases.models.training import TrainingChange
from egide.cases.models.transfer import Transfer, TransferQuestion
from egide.cases.models.work import (
    Closure,
    ContactAttempt,
    EligibilityDecision,
    LevelDecision,
    Plan,
    Task,
    TriageDecision,
)

__all__ = [
    "AccessItem",
    "AccessRequest",
    "AgendaItem",
    "Agreement",
    "Attendance",
    "AuditAnswer",
    "AuditWord",
    "CalendarFeed",
    "Case",
    "CaseLink",
    "Closure",
    "Conference",
    "ConflictAnswer",
    "ContactAttempt",
    "Contribution",
    "DangerReport",
    "Decision",
    "DeclaredTie",
    "DeclaredToken",
    "DocumentPart",
    "Draft",
    "EligibilityDecision",
    "EndNotice",
    "Entry",
    "Expression",
    "File",
    "IdentityCheck",
    "Inquiry",
    "InquirySide",
    "LeadChange",
    "LevelDecision",
    "NameToken",
    "PendingDocument",
    "Plan",
    "Programme",
    "ProsecutorReport",
    "Referral",
    "Release",
    "SameAnswer",
    "SamePerson",
    "SamePersonAnswer",
    "SamePersonSearch",
    "SelfAudit",
    "Supervision",
    "Task",
    "TrainingChange",
    "Transfer",
    "TransferQuestion",
    "TriageDecision",
]
