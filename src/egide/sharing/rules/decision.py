"""One decision: how much of one class of information one reader gets, and which rules say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import PolicySet, policies
from egide.sharing.rules.table import table

_ACTIONS = ((Level.SHARE, "share"), (Level.VIEW, "view"), (Level.FLAG, "flag"))
PURPOSES = (
    "intake_triage",
    "threat_assessment",
    "case_management",
    "victim_safety",
    "service_referral",
    "emergency_response",
    "supervision_reentry",
    "quality_audit",
)


@dataclass(frozen=True)
class ConsentState:
    """What the consents in force say of one recipient, category and purpose, at one moment."""

    is_valid: bool = False
    is_written: bool = False
    has_end: bool = False


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
    is_trained: bool = True
    needs_consent: bool = True
    consent: ConsentState = field(default_factory=ConsentState)

    @property
    def basis(self) -> str:
        """The basis of the table's row: own holding, consent, or none."""
        return "holder" if self.is_holder else "consent" if self.consent.is_valid else "none"


@dataclass(frozen=True)
class Decision:
    """The level, the rules that allowed it, and those that kept it from being higher."""

    level: Level
    basis: str
    allowed_by: tuple[str, ...]
    withheld_by: tuple[str, ...]

    @property
    def is_silent(self) -> bool:
        """Whether even the existence of the class must not be told."""
        if self.level > Level.NONE:
            return False
        return any(name == "error" or catalogue()[name].is_silent for name in self.withheld_by)


class _Undecided(Exception):
    """The policies could not answer: not a decision to remember."""


def decide(question: Question) -> Decision:
    """Decide one class. Deny by default; an unknown purpose or an error opens nothing."""
    if question.purpose not in PURPOSES:
        return Decision(Level.NONE, question.basis, (), ("error",))
    try:
        return _decided(question, policies())
    except _Undecided:
        return Decision(Level.NONE, question.basis, (), ("error",))


@lru_cache(maxsize=20_000)
def _decided(question: Question, rules: PolicySet) -> Decision:
    ceiling = table().level(
        basis=question.basis,
        category=question.category,
        sector=question.sector,
        is_holder=question.is_holder,
    )
    answers = rules.ask([_request(question, rules, ceiling, *step) for step in _ACTIONS], _entities(question))
    if any("error" in answer.rules for answer in answers):
        raise _Undecided
    withheld: tuple[str, ...] = ()
    for (level, _name), answer in zip(_ACTIONS, answers, strict=True):
        if answer.is_allowed:
            return Decision(level, question.basis, answer.rules, withheld)
        withheld = answer.rules
    return Decision(Level.NONE, question.basis, (), withheld)


def _request(
    question: Question, rules: PolicySet, ceiling: Level, wanted: Level, action: str
) -> Mapping[str, Any]:
    return {
        "principal": 'Actor::"reader"',
        "action": f'Action::"{action}"',
        "resource": 'Item::"item"',
        "context": {
            "tableLevel": int(ceiling),
            "wanted": int(wanted),
            "purpose": question.purpose,
            "needsConsent": question.needs_consent,
            "consent": {
                "isValid": question.consent.is_valid,
                "isWritten": question.consent.is_written,
                "hasEnd": question.consent.has_end,
            },
            "regimesWithRule": sorted(rules.regimes),
        },
    }


def _entities(question: Question) -> list[Mapping[str, Any]]:
    return [
        {
            "uid": {"type": "Actor", "id": "reader"},
            "attrs": {
                "sector": question.sector,
                "role": question.role,
                "side": question.side,
                "isAssigned": question.is_assigned,
                "isRecused": question.is_recused,
                "hasAgreement": question.has_agreement,
                "isTrained": question.is_trained,
            },
            "parents": [],
        },
        {
            "uid": {"type": "Item", "id": "item"},
            "attrs": {
                "category": question.category,
                "subjectRole": question.subject_role,
                "regimes": sorted(question.regimes),
                "isHeldByActor": question.is_holder,
            },
            "parents": [],
        },
    ]
