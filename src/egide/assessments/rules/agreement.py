"""Two people score the same sheet: where they differ, and how often they agree."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from egide.assessments.rules.definition import Definition


@dataclass(frozen=True)
class Difference:
    """One item the two scorers answered differently; an item not asked is an empty answer."""

    item: str
    first: str
    second: str


@dataclass(frozen=True)
class Agreement:
    """The comparison of two complete sheets of one instrument."""

    compared: int
    agreed: int
    differences: tuple[Difference, ...]

    @property
    def percent(self) -> int:
        """Items answered alike, in whole percents of those compared, rounded down: 100 means all."""
        return self.agreed * 100 // self.compared if self.compared else 100


def agreement(definition: Definition, first: Mapping[str, str], second: Mapping[str, str]) -> Agreement:
    """Compare two scorers item by item, in the order of the sheet.

    Unknown and refused are different answers here: both leave the item open, but one says why.
    An item neither was asked is not compared. Simple percent agreement: not corrected for chance.
    """
    compared = [item.code for item in definition.items if item.code in first or item.code in second]
    differences = tuple(
        Difference(code, first.get(code, ""), second.get(code, ""))
        for code in compared
        if first.get(code) != second.get(code)
    )
    return Agreement(compared=len(compared), agreed=len(compared) - len(differences), differences=differences)


#: Pairs of sheets below which no figure is shown: a handful tells of two people, not of a team.
SMALLEST_GROUP = 5


@dataclass(frozen=True)
class Statistics:
    """How often two scorers answered alike, over several pairs of sheets of one instrument.

    `kappa` is Cohen's, for answers that are words and have no order: 1 when always alike, 0 when no more than by
    chance; None when both always gave one and the same answer, so that chance alone explains it.
    """

    pairs: int
    compared: int
    agreed: int
    kappa: float | None

    @property
    def is_shown(self) -> bool:
        """Whether there are enough pairs for the figures to say something of a team."""
        return self.pairs >= SMALLEST_GROUP

    @property
    def percent(self) -> int:
        """Answers alike, in whole percents of those compared, rounded down."""
        return self.agreed * 100 // self.compared if self.compared else 100


def statistics(
    pairs: Iterable[tuple[Mapping[str, str], Mapping[str, str]]], *, is_partial: bool = False
) -> Statistics:
    """Compare the sheets of several pairs, all items together.

    Args:
        is_partial: leave out what only one of the two answered: a checklist may stay half filled.
    Source:
        J. Cohen, "A coefficient of agreement for nominal scales", 1960.
    """
    joint: Counter[tuple[str, str]] = Counter()
    count = 0
    for first, second in pairs:
        count += 1
        for item in first.keys() | second.keys():
            answers = first.get(item, ""), second.get(item, "")
            if not (is_partial and "" in answers):
                joint[answers] += 1
    compared = sum(joint.values())
    agreed = sum(number for (first_said, second_said), number in joint.items() if first_said == second_said)
    return Statistics(pairs=count, compared=compared, agreed=agreed, kappa=_kappa(joint, compared, agreed))


def _kappa(joint: Mapping[tuple[str, str], int], compared: int, agreed: int) -> float | None:
    firsts: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for (first_said, second_said), number in joint.items():
        firsts[first_said] += number
        seconds[second_said] += number
    # Counts, not shares: whole numbers compare exactly.
    by_chance = sum(firsts[said] * seconds[said] for said in firsts)
    if by_chance == compared * compared:
        return None
    return (agreed * compared - by_chance) / (compared * compared - by_chance)
