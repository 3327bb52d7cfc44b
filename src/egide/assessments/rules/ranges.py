"""The lowest and highest score that open answers still allow: exact, whatever the signs of the points."""

from collections.abc import Iterator, Sequence, Set
from itertools import product

from egide.assessments.rules.definition import Item

#: Items tied to one another are tried in every combination; beyond this many, a definition is refused.
LARGEST_KNOT = 12


def knots(items: Sequence[Item], excludes: Sequence[tuple[str, str]]) -> Iterator[tuple[Item, ...]]:
    """Yield the items grouped so that no pair, and no "asked only if", crosses two groups."""
    group = {item.code: item.code for item in items}
    ties = [*excludes, *((item.code, item.only_if) for item in items if item.only_if)]
    for left, right in ties:
        if left in group and right in group:
            kept, gone = group[left], group[right]
            group = {code: kept if name == gone else name for code, name in group.items()}
    for name in dict.fromkeys(group.values()):
        yield tuple(item for item in items if group[item.code] == name)


def is_possible(present: Set[str], items: Sequence[Item], excludes: Sequence[tuple[str, str]]) -> bool:
    """Say whether these items can be present together, all others being absent."""
    if any(left in present and right in present for left, right in excludes):
        return False
    return all(item.only_if in present for item in items if item.only_if and item.code in present)


def possible_range(
    items: Sequence[Item], excludes: Sequence[tuple[str, str]], *, present: Set[str], unknown: Set[str]
) -> tuple[int, int]:
    """Answer the least and greatest sum over every possible answer to the open items.

    Args:
        present: codes of the items answered yes; possible together.
        unknown: codes of the open items; every other item is absent.
    """
    low = high = 0
    for knot in knots(items, excludes):
        totals = []
        choices = [
            (True,) if item.code in present else (False, True) if item.code in unknown else (False,)
            for item in knot
        ]
        pairs = [pair for pair in excludes if any(item.code in pair for item in knot)]
        for assignment in product(*choices):
            chosen = {item.code for item, is_present in zip(knot, assignment, strict=True) if is_present}
            if is_possible(chosen, knot, pairs):
                totals.append(sum(item.points for item in knot if item.code in chosen))
        low += min(totals)
        high += max(totals)
    return low, high
