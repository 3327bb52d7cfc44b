"""Several questions asked of the engine together: one reader and one item each, written down once for every action."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import Answer, PolicySet, entities
from egide.sharing.rules.question import Question, camel

#: What stands in place of a rule when a question could not be answered: it opens nothing.
ERROR = "error"


class Batch:
    """Questions about items bound by the same laws, asked action by action.

    Args:
        ceilings: what the table gives for each question.
    """

    def __init__(
        self,
        rules: PolicySet,
        regimes: frozenset[str],
        questions: Sequence[Question],
        ceilings: Sequence[Level],
    ) -> None:
        self._rules, self._regimes = rules, regimes
        self._contexts = [context(one, rules, top) for one, top in zip(questions, ceilings, strict=True)]
        self._entities = entities(
            [part for number, one in enumerate(questions) for part in written(one, number)]
        )
        #: The doors found open, by question; part of what is asked next.
        self.doors: dict[int, tuple[str, ...]] = dict.fromkeys(range(len(questions)), ())
        #: Questions the engine could not answer, at any action.
        self.failed: set[int] = set()

    def ask(
        self, action: str, numbers: Iterable[int], *, wanted: Level = Level.SHARE
    ) -> list[tuple[int, Answer]]:
        """Ask one action of some of the questions; those that failed before or now are left out."""
        asked = [number for number in numbers if number not in self.failed]
        if not asked:
            return []
        answers = self._rules.ask(
            [
                request({**self._contexts[n], "wanted": int(wanted), "doors": list(self.doors[n])}, action, n)
                for n in asked
            ],
            self._entities,
            regimes=self._regimes,
        )
        self.failed |= {number for number, answer in zip(asked, answers, strict=True) if answer.is_error}
        return [pair for pair in zip(asked, answers, strict=True) if pair[0] not in self.failed]


def request(context: dict[str, Any], action: str, number: int = 0) -> dict[str, Any]:
    """Write one question as the engine reads it."""
    return {
        "principal": f'Actor::"{number}"',
        "action": f'Action::"{action}"',
        "resource": f'Item::"{number}"',
        "context": context,
    }


def context(question: Question, rules: PolicySet, ceiling: Level) -> dict[str, Any]:
    """Write what is neither of the reader nor of the item."""
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
        "knownRegimes": rules.known_regimes,
    }


def written(question: Question, number: int = 0) -> list[dict[str, Any]]:
    """Write the reader and the item of a question."""
    return [
        {
            "uid": {"type": "Actor", "id": str(number)},
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
            "uid": {"type": "Item", "id": str(number)},
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


def raw_cost(questions: Sequence[Question], rules: PolicySet) -> float:
    """Answer the seconds one question costs the engine itself: one action, all in one batch, nothing remembered."""
    batch = Batch(rules, questions[0].regimes, questions, [Level.SHARE] * len(questions))
    began = time.perf_counter()
    batch.ask("view", range(len(questions)))
    return (time.perf_counter() - began) / len(questions)
