"""Sheets of answers, by situation."""

from egide.assessments.rules.definition import Definition

ODARA_ITEMS = [str(number) for number in range(1, 14)]


def answers(definition: Definition, *, others: str = "no", **given: str) -> dict[str, str]:
    """Answer a complete sheet: `yes="1 2"`, `unknown="4"`, …; every other item is `others`."""
    sheet = {item.code: others for item in definition.items}
    for answer, codes in given.items():
        for code in codes.split():
            sheet[code] = answer
    return sheet


def odara_with(definition: Definition, *, present: int, unknown: int = 0) -> dict[str, str]:
    """Answer an ODARA sheet with so many items present, then so many unknown."""
    return answers(
        definition,
        yes=" ".join(ODARA_ITEMS[:present]),
        unknown=" ".join(ODARA_ITEMS[present : present + unknown]),
    )
