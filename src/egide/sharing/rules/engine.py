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
        self._entities = entities(
            [
                part
                for number, (one, top) in enumerate(zip(questions, ceilings, strict=True))
                for part in written(one, rules, top, number)
            ]
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
            [request(action, number, wanted=wanted, doors=self.doors[number]) for number in asked],
            self._entities,
            regimes=self._regimes,
        )
        self.failed |= {number for number, answer in zip(asked, answers, strict=True) if answer.is_error}
        return [pair for pair in zip(asked, answers, strict=True) if pair[0] not in self.failed]


def request(
    action: str, number: int = 0, *, wanted: Level = Level.SHARE, doors: Sequence[str] = ()
) -> dict[str, Any]:
    """Write one question as the engine reads it: what changes from one action to the next, and who is meant."""
    asked = {"__entity": {"type": "Asked", "id": str(number)}}
    return {
        "principal": f'Actor::"{number}"',
        "action": f'Action::"{action}"',
        "resource": f'Item::"{number}"',
        "context": {"wanted": int(wanted), "doors": list(doors), "asked": asked},
    }


def written(question: Question, rules: PolicySet, ceiling: Level, number: int = 0) -> list[dict[str, Any]]:
    """Write the reader, the item, and what is asked about them."""
    return [
        _entity(
            "Actor",
            number,
            sector=question.sector,
            role=question.role,
            side=question.side,
            isAssigned=question.is_assigned,
            isRecused=question.is_recused,
            hasAgreement=question.has_agreement,
            isTrained=question.is_trained,
            isVisiting=question.is_visiting,
        ),
        _entity(
            "Item",
            number,
            category=question.category,
            subjectRole=question.subject_role,
            regimes=sorted(question.regimes),
            isHeldByActor=question.is_holder,
            isServed=question.is_served,
        ),
        _entity(
            "Asked",
            number,
            tableLevel=int(ceiling),
            purpose=question.purpose,
            basis=question.claimed,
            needsConsent=question.needs_consent,
            isNamedRecipient=question.is_named_recipient,
            isEmergencyAccess=question.is_emergency_access,
            isMedicalRecipient=question.is_medical_recipient,
            consent=camel(question.consent),
            threat=camel(question.threat),
            mandate=camel(question.mandate),
            programme=camel(question.programme),
            knownRegimes=rules.known_regimes,
        ),
    ]


def _entity(kind: str, number: int, **attributes: Any) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": str(number)}, "attrs": attributes, "parents": []}


def raw_cost(questions: Sequence[Question], rules: PolicySet) -> float:
    """Answer the seconds one question costs the engine itself: one action, all in one batch, nothing remembered."""
    batch = Batch(rules, questions[0].regimes, questions, [Level.SHARE] * len(questions))
    began = time.perf_counter()
    batch.ask("view", range(len(questions)))
    return (time.perf_counter() - began) / len(questions)
