"""Where a person's judgement stands beside a score. Differing is kept and listed; nothing follows from it."""

from egide.assessments.rules.definition import Definition
from egide.assessments.rules.reading import JUDGEMENTS

SAME, HIGHER, LOWER = "same", "higher", "lower"


def differs(definition: Definition | None, *, band: str | None, judgement: str, said: str) -> str:
    """Answer `higher` or `lower` when a judgement differs from the score, else nothing.

    What the assessor says counts first. Where they say nothing, the level whose name the band bears, if it bears one.

    Args:
        band: the one the score falls in, when it falls in one.
        judgement: the assessor's own; "not known" differs from nothing.
        said: `same`, `higher`, `lower`, `apart`, or nothing.
    """
    if judgement not in JUDGEMENTS:
        return ""
    if said:
        return said if said in (HIGHER, LOWER) else ""
    named = definition.band(band).judgement if definition is not None and band else ""
    if not named or named == judgement:
        return ""
    return HIGHER if JUDGEMENTS.index(judgement) > JUDGEMENTS.index(named) else LOWER
