"""One decision: how much of one class of information one reader gets, and which rules say so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import Answer, PolicySet, policies
from egide.sharing.rules.question import (
    BASES,
    PURPOSES,
    ConsentState,
    MandateState,
    ProgrammeState,
    Question,
    ThreatState,
    camel,
)
from egide.sharing.rules.table import table

__all__ = [
    "BASES",
    "PURPOSES",
    "ConsentState",
    "Decision",
    "MandateState",
    "ProgrammeState",
    "Question",
    "ThreatState",
    "decide",
]

_ACTIONS = ((Level.SHARE, "share"), (Level.VIEW, "view"), (Level.FLAG, "flag"))


@dataclass(frozen=True)
class Decision:
    """The level, what allowed it, what kept it from being higher, and the duties that come with it.

    Args:
        allowed_by: the table, and the doors of the law that were open.
        withheld_by: the rules that keep the level from being higher.
        obligations: duties that come with opening it; none below reading.
    """

    level: Level
    basis: str
    allowed_by: tuple[str, ...]
    withheld_by: tuple[str, ...]
    obligations: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether even the existence of the class must not be told."""
        if self.level > Level.NONE:
            return False
        return any(name == "error" or catalogue()[name].is_silent for name in self.withheld_by)


class _Undecided(Exception):
    """The policies could not answer: not a decision to remember."""


def decide(question: Question, rules: PolicySet | None = None) -> Decision:
    """Decide one class. Deny by default; an unknown purpose or basis, or an error, opens nothing.

    Args:
        rules: those of another deployment, for a question that is only asked; this one's when None.
    """
    if question.purpose not in PURPOSES or question.claimed not in BASES:
        return Decision(Level.NONE, question.basis, (), ("error",))
    try:
        return _decided(question, rules or policies())
    except _Undecided:
        return Decision(Level.NONE, question.basis, (), ("error",))


@lru_cache(maxsize=50_000)
def _decided(question: Question, rules: PolicySet) -> Decision:
    ceiling = table().level(
        basis=question.basis,
        category=question.category,
        sector=question.sector,
        is_holder=question.is_holder,
        subject_role=question.subject_role,
    )
    context, entities = _context(question, rules, ceiling), _entities(question)
    if question.regimes:  # a door is an exception to a law: bound by none, there is nothing to except
        answer = _asked(rules, _request(context, "door"), entities)
        context["doors"] = list(answer.rules) if answer.is_allowed else []
    withheld: tuple[str, ...] = ()
    for (
        level,
        name,
    ) in _ACTIONS:  # from the most: each question costs, and most are answered by the first or second
        answer = _asked(rules, _request({**context, "wanted": int(level)}, name), entities)
        if answer.is_allowed:
            owed = _duties(question, level, rules, context, entities)
            return Decision(level, question.basis, (*answer.rules, *context["doors"]), withheld, owed)
        withheld = answer.rules or ("table",)
    return Decision(Level.NONE, question.basis, (), withheld)


def _duties(
    question: Question, level: Level, rules: PolicySet, context: Mapping[str, Any], entities: list[Any]
) -> tuple[str, ...]:
    """What comes along; an agency owes no duty for reading what it holds, unless a visitor reads it."""
    if level < Level.VIEW or (question.is_holder and not question.is_visiting):
        return ()
    answer = _asked(rules, _request(context, "oblige"), entities)
    return answer.rules if answer.is_allowed else ()


def _asked(rules: PolicySet, request: Mapping[str, Any], entities: list[Any]) -> Answer:
    [answer] = rules.ask([request], entities)
    if answer.is_error:
        raise _Undecided
    return answer


def _request(context: Mapping[str, Any], action: str) -> Mapping[str, Any]:
    return {
        "principal": 'Actor::"reader"',
        "action": f'Action::"{action}"',
        "resource": 'Item::"item"',
        "context": context,
    }


def _context(question: Question, rules: PolicySet, ceiling: Level) -> dict[str, Any]:
    return {
        "tableLevel": int(ceiling),
        "wanted": int(Level.SHARE),
        "purpose": question.purpose,
        "basis": question.claimed,
        "needsConsent": question.needs_consent,
        "isNamedRecipient": question.is_named_recipient,
        "isEmergencyAccess": question.is_emergency_access,
        "isMedicalRecipient": question.is_medical_recipient,
        "consent": camel(question.consent),
        "threat": camel(question.threat),
        "mandate": camel(question.mandate),
        "programme": camel(question.programme),
        "doors": [],
        "knownRegimes": sorted(rules.regimes),
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
                "isVisiting": question.is_visiting,
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
                "isServed": question.is_served,
            },
            "parents": [],
        },
    ]


def best(questions: Sequence[Question]) -> Decision:
    """Answer the decision of the basis that opens most: the same class asked on every basis the reader has.

    Raises:
        ValueError: nothing was asked.
    """
    if not questions:
        raise ValueError("nothing was asked")
    return max((decide(question) for question in questions), key=lambda found: found.level)
