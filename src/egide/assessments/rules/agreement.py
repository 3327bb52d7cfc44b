"""Two people score the same sheet: where they differ, and how often they agree."""

from collections.abc import Mapping
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
