"""One decision: how much of one class of information one reader gets, and which rules say so."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TypeVar

from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.engine import ERROR, Batch
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import PolicySet, policies
from egide.sharing.rules.question import (
    BASES,
    PURPOSES,
    ConsentState,
    MandateState,
    ProgrammeState,
    Question,
    ThreatState,
)
from egide.sharing.rules.table import is_known, table_of

__all__ = [
    "BASES",
    "PURPOSES",
    "ConsentState",
    "Decision",
    "MandateState",
    "ProgrammeState",
    "Question",
    "ThreatState",
    "best",
    "best_of",
    "decide",
    "decide_many",
]

_ACTIONS = ((Level.SHARE, "share"), (Level.VIEW, "view"), (Level.FLAG, "flag"))
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Decision:
    """The level, what allowed it, what kept it from being higher, and the duties that come with it.

    Args:
        allowed_by: the table, and the doors of the law that were open.
        withheld_by: the rules that keep the level from being higher.
        obligations: duties that come with opening it; none below reading.
        is_tellable: the table lets this sector know, on this basis, at least that such information exists.
    """

    level: Level
    basis: str
    allowed_by: tuple[str, ...]
    withheld_by: tuple[str, ...]
    obligations: tuple[str, ...] = ()
    is_tellable: bool = False

    @property
    def may_be_known(self) -> bool:
        """Whether the reader may be told that the class exists, and by which rule it is withheld."""
        return self.level > Level.NONE or (self.is_tellable and not self.is_silent)

    @property
    def is_silent(self) -> bool:
        """Whether a rule forbids that even the existence of the file be told."""
        if self.level > Level.NONE:
            return False
        return any(name == ERROR or catalogue()[name].is_silent for name in self.withheld_by)


#: Answers remembered, by question and rules; all forgotten when there are so many.
REMEMBERED = 50_000
_known: dict[tuple[Question, PolicySet], Decision] = {}


def decide(question: Question, rules: PolicySet | None = None) -> Decision:
    """Decide one class. Deny by default; an unknown purpose or basis, or an error, opens nothing.

    Args:
        rules: those of another deployment, for a question that is only asked; this one's when None.
    """
    return decide_many([question], rules)[0]


def decide_many(questions: Sequence[Question], rules: PolicySet | None = None) -> list[Decision]:
    """Decide several classes, each as `decide` would alone; the engine is asked once for all of them.

    The same question under the same rules always has the same answer: it is remembered. An error is not.
    """
    acting = rules or policies()
    known = [_known.get((one, acting)) for one in questions]
    new = [one for one, answer in zip(questions, known, strict=True) if answer is None]
    if not new:
        return [answer for answer in known if answer is not None]
    askable = [one for one in dict.fromkeys(new) if _is_askable(one)]
    found = dict(zip(askable, _decided(askable, acting), strict=True))
    if len(_known) + len(found) > REMEMBERED:
        _known.clear()
    _known.update({(one, acting): answer for one, answer in found.items() if ERROR not in answer.withheld_by})
    return [answer or found.get(one) or _denied(one) for one, answer in zip(questions, known, strict=True)]


def _denied(question: Question) -> Decision:
    return Decision(Level.NONE, question.basis, (), (ERROR,))


_WORDS = ("sector", "role", "category", "subject_role", "purpose", "side", "named_basis", "table")
_STATES = ("consent", "threat", "mandate", "programme")


def _is_askable(question: Question) -> bool:
    """Say whether a question is of its types and names a purpose, a basis and a table there are.

    The schema would refuse the first, for more; what is not askable is denied.
    """
    if question.purpose not in PURPOSES or question.claimed not in BASES:
        return False
    if not isinstance(question.table, str) or not is_known(question.table):
        return False
    flags = [value for name, value in vars(question).items() if name not in (*_WORDS, *_STATES, "regimes")]
    words = [getattr(question, name) for name in _WORDS] + list(question.regimes)
    for name in _STATES:
        for part, value in vars(getattr(question, name)).items():
            (words if part == "instrument" else flags).append(value)
    return all(type(flag) is bool for flag in flags) and all(isinstance(word, str) for word in words)


def _decided(questions: Sequence[Question], rules: PolicySet) -> list[Decision]:
    """Ask the engine, laws by laws: only policies that could match an item are read for it."""
    found: dict[Question, Decision] = {}
    by_laws = sorted(questions, key=lambda one: sorted(one.regimes))
    for regimes, group in groupby(by_laws, key=lambda one: one.regimes):
        mine = list(group)
        found.update(zip(mine, _decided_under(regimes, mine, rules), strict=True))
    return [found[one] for one in questions]


def _decided_under(
    regimes: frozenset[str], questions: Sequence[Question], rules: PolicySet
) -> list[Decision]:
    tops = [_ceiling(one) for one in questions]
    batch = Batch(rules, regimes, questions, tops)
    if regimes:  # a door is an exception to a law: bound by none, there is nothing to except
        for number, answer in batch.ask("door", range(len(questions))):
            batch.doors[number] = answer.rules if answer.is_allowed else ()
    levels: dict[int, Level] = {}
    allowed: dict[int, tuple[str, ...]] = {}
    withheld: dict[int, tuple[str, ...]] = {}
    left: Sequence[int] = range(len(questions))
    for (
        level,
        action,
    ) in _ACTIONS:  # from the most: each question costs, and most are answered by the first or second
        for number, answer in batch.ask(action, left, wanted=level):
            if answer.is_allowed:
                levels[number], allowed[number] = level, answer.rules
            else:
                withheld[number] = answer.rules or ("table",)
        left = [number for number in left if number not in levels]
    owing = [number for number, level in levels.items() if _owes(questions[number], level)]
    owed = {number: answer.rules for number, answer in batch.ask("oblige", owing) if answer.is_allowed}
    return [
        _denied(question)
        if number in batch.failed
        else Decision(
            levels.get(number, Level.NONE),
            question.basis,
            (*allowed[number], *batch.doors[number]) if number in allowed else (),
            withheld.get(number, ()),
            owed.get(number, ()),
            tops[number] >= Level.FLAG,
        )
        for number, question in enumerate(questions)
    ]


def _ceiling(question: Question) -> Level:
    """The most the table gives on the basis of a question."""
    return table_of(question.table).level(
        basis=question.basis,
        category=question.category,
        sector=question.sector,
        is_holder=question.is_holder,
        subject_role=question.subject_role,
    )


def _owes(question: Question, level: Level) -> bool:
    """Duties come with reading; an agency owes none for what it holds, unless a visitor reads it."""
    return level >= Level.VIEW and (not question.is_holder or question.is_visiting)


def best(questions: Sequence[Question]) -> Decision:
    """Answer the decision of the basis that opens most: the same class asked on every basis the reader has.

    Raises:
        ValueError: nothing was asked.
    """
    if not questions:
        raise ValueError("nothing was asked")
    return max(decide_many(questions), key=lambda found: found.level)


def best_of(asked: Mapping[K, Sequence[Question]]) -> dict[K, Decision]:
    """Answer `best` for each of several classes; the engine is asked once for all of them."""
    answers = iter(decide_many([one for questions in asked.values() for one in questions]))
    return {
        key: max(islice(answers, len(questions)), key=lambda found: found.level)
        for key, questions in asked.items()
    }


def forget() -> None:
    """Forget the answers kept in memory (for a measure; a change of rules makes other questions anyway)."""
    _known.clear()
