"""What a decision is asked about: who, what, why, and on what basis. Nothing else enters a decision."""

from dataclasses import dataclass, field, fields
from typing import Any

#: Exactly one is chosen for each access (domain/information-sharing.md §3).
PURPOSES = (
    "intake_triage",
    "threat_assessment",
    "case_management",
    "victim_safety",
    "service_referral",
    "emergency_response",
    "mandated_report",
    "law_enforcement_process",
    "court_or_defence",
    "supervision_reentry",
    "redress_request",
    "quality_audit",
    "evaluation_aggregate",
    "transparency_public",
    "hmis_entry",
)
#: What information is never opened for, by anyone, on any basis.
FORBIDDEN_PURPOSES = (
    "immigration_enforcement",
    "employment_screening",
    "insurance_screening",
    "housing_screening",
    "marketing",
    "training_models",
    "ranking_people",
    "intelligence_gathering",
)
#: Bases a request may name (§3). `holder` is the reader's own agency's information; it is worked out, not named.
BASES = (
    "none",
    "consent",
    "common_programme",
    "serious_imminent_threat",
    "serious_harm_reduction",
    "legal_mandate",
    "medical_emergency",
    "self",
    "deidentified",
)
INSTRUMENTS = ("", "statute", "court_order", "warrant", "subpoena")


@dataclass(frozen=True)
class ConsentState:
    """What the consents in force say of one recipient, category and purpose, at one moment.

    A consent is two things (domain/information-sharing.md, `eu-gdpr-basis`): taking part in a programme, and the
    legal basis for what is known of whoever gives it. The victim's is the programme's condition for every file of
    her case; for the file of anybody else it is no basis in law.
    """

    is_valid: bool = False
    is_written: bool = False
    has_end: bool = False
    #: One release for each agency, rather than a class of recipients.
    names_recipient: bool = True
    is_by_alleged_abuser: bool = False
    #: Given by the person the item is about, or by who may sign for them.
    is_of_subject: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is a consent at all: one signed by the suspected abuser is as if it were not there."""
        return self.is_valid and not self.is_by_alleged_abuser

    @property
    def is_basis(self) -> bool:
        """Whether something may rest on it: the person the item is about gave it."""
        return self.stands and self.is_of_subject


@dataclass(frozen=True)
class ThreatState:
    """What an approved statement of danger says, at one moment. Nothing said is not said."""

    is_stated: bool = False
    is_serious: bool = False
    is_imminent: bool = False
    can_be_reduced: bool = False
    is_in_good_faith: bool = False
    is_approved: bool = False
    #: Within its time: 72 hours for a threat, the dates of the statement otherwise.
    is_current: bool = False
    #: To identify or arrest someone who admitted a violent crime, rather than to avert.
    is_to_identify: bool = False
    is_from_treatment: bool = False
    is_under_hold: bool = False
    is_agreement_sought: bool = False


@dataclass(frozen=True)
class MandateState:
    """A statute, an order or a warrant, as counsel read it."""

    instrument: str = ""
    is_reviewed: bool = False
    is_in_scope: bool = False
    is_current: bool = False


@dataclass(frozen=True)
class ProgrammeState:
    """A programme carried out in common, and that this information is needed for it."""

    is_common: bool = False
    is_necessary: bool = False


@dataclass(frozen=True)
class Question:
    """Everything a decision depends on, and nothing else: the same question always has the same answer."""

    sector: str
    role: str
    category: str
    subject_role: str
    purpose: str
    regimes: frozenset[str] = frozenset()
    side: str = "none"
    is_holder: bool = False
    is_assigned: bool = False
    is_recused: bool = False
    has_agreement: bool = False
    is_trained: bool = False
    #: Acting for an agency that is not the person's own.
    is_visiting: bool = False
    needs_consent: bool = True
    #: The basis named; empty: consent when there is one, else none.
    named_basis: str = ""
    is_named_recipient: bool = False
    is_emergency_access: bool = False
    is_medical_recipient: bool = False
    #: An order made without notice, not yet served, is hidden from the side it binds.
    is_served: bool = True
    consent: ConsentState = field(default_factory=ConsentState)
    threat: ThreatState = field(default_factory=ThreatState)
    mandate: MandateState = field(default_factory=MandateState)
    programme: ProgrammeState = field(default_factory=ProgrammeState)
    #: The version of the decision table in force (`rules.table`); empty: the one that ships.
    table: str = ""

    @property
    def basis(self) -> str:
        """The basis of the table's row: own holding, the one named, consent, or none."""
        if self.is_holder:
            return "holder"
        return self.named_basis or ("consent" if self.consent.is_basis else "none")

    @property
    def claimed(self) -> str:
        """The basis the rules are asked with: the one named, consent, or none, whoever holds the item."""
        return self.named_basis or ("consent" if self.consent.is_basis else "none")


def camel(state: Any) -> dict[str, Any]:
    """Answer a state as the schema names it: `is_written` becomes `isWritten`."""
    found = {}
    for one in fields(state):
        first, *rest = one.name.split("_")
        found[first + "".join(part.capitalize() for part in rest)] = getattr(state, one.name)
    return found
