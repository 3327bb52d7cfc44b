"""One decision: how much of one class of information one reader gets, and which rules say so."""

import time
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
    _check_types(question)
    ceiling = table().level(
        basis=question.basis,
        category=question.category,
        sector=question.sector,
        is_holder=question.is_holder,
        subject_role=question.subject_role,
    )
    context, entities = _context(question, rules, ceiling), _entities(question)
    if question.regimes:  # a door is an exception to a law: bound by none, there is nothing to except
        answer = _asked(rules, _request(context, "door"), entities, question.regimes)
        context["doors"] = list(answer.rules) if answer.is_allowed else []
    withheld: tuple[str, ...] = ()
    for (
        level,
        name,
    ) in _ACTIONS:  # from the most: each question costs, and most are answered by the first or second
        answer = _asked(rules, _request({**context, "wanted": int(level)}, name), entities, question.regimes)
        if answer.is_allowed:
            owed = _duties(question, level, rules, context, entities)
            return Decision(level, question.basis, (*answer.rules, *context["doors"]), withheld, owed)
        withheld = answer.rules or ("table",)
    return Decision(Level.NONE, question.basis, (), withheld)


_WORDS = ("sector", "role", "category", "subject_role", "purpose", "side", "named_basis")
_STATES = ("consent", "threat", "mandate", "programme")


def _check_types(question: Question) -> None:
    """Refuse what the schema would refuse, for less: a question that is not of its types is not decided."""
    flags = [value for name, value in vars(question).items() if name not in (*_WORDS, *_STATES, "regimes")]
    words = [getattr(question, name) for name in _WORDS] + list(question.regimes)
    for name in _STATES:
        for part, value in vars(getattr(question, name)).items():
            (words if part == "instrument" else flags).append(value)
    if not all(type(flag) is bool for flag in flags) or not all(isinstance(word, str) for word in words):
        raise _Undecided


def _duties(
    question: Question, level: Level, rules: PolicySet, context: Mapping[str, Any], entities: list[Any]
) -> tuple[str, ...]:
    """What comes along; an agency owes no duty for reading what it holds, unless a visitor reads it."""
    if level < Level.VIEW or (question.is_holder and not question.is_visiting):
        return ()
    answer = _asked(rules, _request(context, "oblige"), entities, question.regimes)
    return answer.rules if answer.is_allowed else ()


def _asked(
    rules: PolicySet, request: Mapping[str, Any], entities: list[Any], regimes: frozenset[str]
) -> Answer:
    [answer] = rules.ask([request], entities, regimes=regimes)
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


def forget() -> None:
    """Forget the answers kept in memory (for a measure; a change of rules makes other questions anyway)."""
    _decided.cache_clear()


def raw_cost(questions: Sequence[Question]) -> float:
    """Answer the seconds one question costs the engine itself, questions of one action asked in one batch."""
    rules = policies()
    began = time.perf_counter()
    for question in questions:
        context, entities = _context(question, rules, Level.SHARE), _entities(question)
        rules.ask([_request(context, "view")], entities, regimes=question.regimes)
    return (time.perf_counter() - began) / len(questions)
