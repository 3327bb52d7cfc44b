"""What must hold between the parts of a definition: a wrong sheet is refused, never used."""

from collections.abc import Collection, Mapping, Sequence

from egide.assessments.rules.definition import YES, Definition, DefinitionError, gettext_noop
from egide.assessments.rules.ranges import LARGEST_KNOT, knots, possible_range

MOST_ITEMS = 200


def check(definition: Definition, *, adjusted: Mapping[str, int]) -> None:
    """Refuse a definition whose parts contradict each other.

    Args:
        adjusted: codes that `score.adjustments` names.
    Raises:
        DefinitionError: the first contradiction, with its place.
    """
    _check_items(definition)
    codes = {item.code for item in definition.items}
    _check_known(adjusted, codes, where="score.adjustments")
    for number, pair in enumerate(definition.excludes):
        _check_known(pair, codes, where=f"excludes[{number}]")
    for number, trigger in enumerate(definition.triggers):
        _check_known(trigger.items, codes, where=f"triggers[{number}]")
        if not trigger.is_judgement and trigger.count > len(trigger.items):
            raise DefinitionError(
                f"triggers[{number}].at_least", gettext_noop("asks for more items than it names")
            )
    if definition.kind == "trigger" and not definition.triggers:
        raise DefinitionError("triggers", gettext_noop("is missing: an instrument of this kind has some"))
    if definition.kind != "trigger" and definition.triggers:
        raise DefinitionError("triggers", gettext_noop("goes with the kind trigger, and only with it"))
    if any(len(knot) > LARGEST_KNOT for knot in knots(definition.items, definition.excludes)):
        raise DefinitionError(
            "excludes", gettext_noop("ties more than %(most)d items together"), most=LARGEST_KNOT
        )
    if definition.is_summed:
        _check_bounds(definition)
        _check_bands(definition)
        _check_norms(definition)
    else:
        _check_answers(definition)
    _check_groups(definition)


def _check_items(definition: Definition) -> None:
    if not definition.items:
        raise DefinitionError("items", gettext_noop("the list is empty"))
    if len(definition.items) > MOST_ITEMS:
        raise DefinitionError("items", gettext_noop("holds more than %(most)d"), most=MOST_ITEMS)
    _check_unique([item.code for item in definition.items], where="items")
    places = {item.code: number for number, item in enumerate(definition.items)}
    for number, item in enumerate(definition.items):
        where = f"items[{number}]"
        if not definition.codings and (YES not in item.answers or "unknown" not in item.answers):
            raise DefinitionError(
                f"{where}.answers", gettext_noop("yes and unknown are always possible answers")
            )
        if item.only_if and places.get(item.only_if, number) >= number:
            raise DefinitionError(f"{where}.only_if", gettext_noop("name an item that comes before this one"))


def _check_answers(definition: Definition) -> None:
    """An instrument that is not added up lets every item stay open, as the others do with "unknown"."""
    for where, codings in (("answers", definition.codings), ("relevance", definition.relevance)):
        _check_unique([one.code for one in codings], where=where)
    for number, item in enumerate(definition.items):
        if not definition.open_answers & set(item.answers):
            raise DefinitionError(
                f"items[{number}].answers",
                gettext_noop("one answer leaves the item open: write open: true beside it"),
            )
    if definition.excludes and definition.codings:
        raise DefinitionError(
            "excludes", gettext_noop("an instrument of this kind has no score: leave this out")
        )
    if definition.missing.policy != "none":
        raise DefinitionError(
            "missing", gettext_noop("an instrument of this kind has no score: leave this out")
        )


def _check_groups(definition: Definition) -> None:
    """A group that is named exists; where some are, every item stands under one."""
    known = [group.code for group in definition.groups]
    _check_unique(known, where="groups")
    if known:
        for number, item in enumerate(definition.items):
            _check_known([item.group], known, where=f"items[{number}].group")


def _check_bounds(definition: Definition) -> None:
    codes = frozenset(item.code for item in definition.items)
    low, high = possible_range(definition.items, definition.excludes, present=frozenset(), unknown=codes)
    if definition.minimum != low:
        raise DefinitionError(
            "score.min",
            gettext_noop("the items give %(expected)d, not %(given)d"),
            expected=low,
            given=definition.minimum,
        )
    if definition.maximum != high:
        raise DefinitionError(
            "score.max",
            gettext_noop("the items give %(expected)d, not %(given)d"),
            expected=high,
            given=definition.maximum,
        )


def _check_bands(definition: Definition) -> None:
    """Bands follow each other from the least score to the greatest, with no gap and no overlap."""
    if not definition.bands:
        return
    _check_unique([band.code for band in definition.bands], where="bands")
    expected = definition.minimum
    for number, band in enumerate(definition.bands):
        if band.low != expected:
            raise DefinitionError(
                f"bands[{number}].min",
                gettext_noop("should be %(expected)d: no gap and no overlap"),
                expected=expected,
            )
        if band.high < band.low:
            raise DefinitionError(f"bands[{number}].max", gettext_noop("comes before its min"))
        expected = band.high + 1
    if definition.bands[-1].high != definition.maximum:
        raise DefinitionError(
            f"bands[{len(definition.bands) - 1}].max",
            gettext_noop("should be %(expected)d: no gap and no overlap"),
            expected=definition.maximum,
        )


def _check_norms(definition: Definition) -> None:
    _check_unique([norms.id for norms in definition.norm_sets], where="norm_sets")
    bands = {band.code for band in definition.bands}
    for number, norms in enumerate(definition.norm_sets):
        rows = [row.band for row in norms.rows]
        _check_unique(rows, where=f"norm_sets[{number}].rows")
        _check_known(rows, bands, where=f"norm_sets[{number}].rows")


def _check_known(named: Collection[str], known: Collection[str], *, where: str) -> None:
    for code in named:
        if code not in known:
            raise DefinitionError(where, gettext_noop("%(code)s does not exist"), code=code)


def _check_unique(codes: Sequence[str], *, where: str) -> None:
    if len(set(codes)) != len(codes):
        repeated = next(code for code in codes if codes.count(code) > 1)
        raise DefinitionError(where, gettext_noop("%(code)s is given twice"), code=repeated)
