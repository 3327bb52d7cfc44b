"""Score answers: raw, how many are open, what is still possible. A finding; it decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from egide.assessments.rules.definition import (
    OPEN_ANSWERS,
    UNKNOWN,
    YES,
    Definition,
    Item,
    NormRow,
    NormSet,
    Trigger,
)
from egide.assessments.rules.ranges import possible_range


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the answers.

    `code` is one of `missing_item`, `unknown_item`, `unknown_answer`, `answer_not_allowed`,
    `impossible_pair`, `not_asked`; `item` is where; `other` the second item of a pair, or the answer given.
    """

    code: str
    item: str
    other: str = ""


class AnswerError(ValueError):
    """The answers cannot be scored; `problems` lists everything wrong, in the order of the sheet."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{p.code} {p.item} {p.other}".strip() for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class NormFinding:
    """One norm set, with its rows that the possible range touches."""

    norms: NormSet
    rows: tuple[NormRow, ...]


@dataclass(frozen=True)
class Score:
    """What the answers come to.

    `raw` adds what is known to be present; `low` and `high` are the least and greatest scores the
    open answers allow. `band` is given only when every possible score falls in it. `prorated` is
    always None unless the definition carries a table imported from the licensed manual.
    """

    instrument: str
    version: str
    raw: int
    unknown: int
    low: int
    high: int
    band: str | None
    is_determined: bool
    norms: tuple[NormFinding, ...]
    prorated: int | None = None


def problems_in(definition: Definition, answers: Mapping[str, str]) -> tuple[Problem, ...]:
    """List everything that keeps the answers from being scored, in the order of the sheet."""
    found = []
    for item in definition.items:
        answer = answers.get(item.code)
        if answer is None:
            if not is_skipped(item, answers) and not definition.may_be_partial:
                found.append(Problem("missing_item", item.code))
        elif answer not in definition.answers:
            found.append(Problem("unknown_answer", item.code, str(answer)))
        elif answer not in item.answers:
            found.append(Problem("answer_not_allowed", item.code, answer))
        elif answer == YES and is_skipped(item, answers):
            found.append(Problem("not_asked", item.code, item.only_if))
    for left, right in definition.excludes:
        if answers.get(left) == YES and answers.get(right) == YES:
            found.append(Problem("impossible_pair", left, right))
    known = {item.code for item in definition.items}
    found += [Problem("unknown_item", str(code)) for code in answers if code not in known]
    return tuple(found)


def is_skipped(item: Item, answers: Mapping[str, str]) -> bool:
    """Say whether the answers make this item one that is not asked."""
    if not item.only_if:
        return False
    parent = answers.get(item.only_if)
    return parent is not None and parent != YES and parent not in OPEN_ANSWERS


def score(definition: Definition, answers: Mapping[str, str]) -> Score:
    """Score a complete set of answers by item code.

    Unknown and refused leave an item open; not applicable counts zero where the item allows it.

    Raises:
        AnswerError: an item is missing or does not exist, an answer is not one the item takes, or
            two answers exclude each other.
    Source:
        domain/instruments.md §1 and §2, "Missing information": show raw, number open and range;
        no proration without the licensed table.
    """
    problems = problems_in(definition, answers)
    if problems:
        raise AnswerError(problems)
    present = {code for code, answer in answers.items() if answer == YES}
    unknown = {code for code, answer in answers.items() if answer in OPEN_ANSWERS}
    low, high = possible_range(definition.items, definition.excludes, present=present, unknown=unknown)
    raw = sum(item.points for item in definition.items if item.code in present)
    is_withheld = definition.missing.policy == "max_missing" and len(unknown) > (definition.missing.most or 0)
    band = None if is_withheld else band_of(definition, low=low, high=high)
    return Score(
        instrument=definition.code,
        version=definition.version,
        raw=raw,
        unknown=len(unknown),
        low=low,
        high=high,
        band=band,
        is_determined=band is not None if definition.bands else low == high and not is_withheld,
        norms=norm_findings(definition, low=low, high=high),
        prorated=definition.missing.prorated(unknown=len(unknown), raw=raw),
    )


def band_of(definition: Definition, *, low: int, high: int) -> str | None:
    """Answer the code of the one band that holds the whole range; None when it spans several."""
    for band in definition.bands:
        if band.holds(low) and band.holds(high):
            return band.code
    return None


def norm_findings(definition: Definition, *, low: int, high: int) -> tuple[NormFinding, ...]:
    """List every norm set with the rows of the bands that the range touches."""
    touched = {band.code for band in definition.bands if band.low <= high and low <= band.high}
    return tuple(
        NormFinding(norms, tuple(row for row in norms.rows if row.band in touched))
        for norms in definition.norm_sets
    )


def complete_with_unknown(definition: Definition, answers: Mapping[str, str]) -> dict[str, str]:
    """Answer the same answers with each item still unanswered left open, for a score so far."""
    return {
        item.code: answers.get(item.code) or UNKNOWN
        for item in definition.items
        if answers.get(item.code) or not is_skipped(item, answers)
    }


@dataclass(frozen=True)
class Finding:
    """What a sheet that is not added up comes to: how many items are open and, of a rule, how it was met.

    `outcome` is empty where there is no rule; else `by_rule`, `by_judgement`, `not_met`, `undetermined`
    or `not_answered`.
    """

    unknown: int
    outcome: str = ""


#: Every outcome of a rule, the first two being those in which somebody is to be reached.
OUTCOMES = ("by_rule", "by_judgement", "not_met", "undetermined", "not_answered")


def finding(definition: Definition, answers: Mapping[str, str], *, believes: bool = False) -> Finding:
    """Read a sheet that is not added up: nothing is counted but what is still open.

    Args:
        believes: whether the practitioner is concerned, whatever the answers.
    Raises:
        AnswerError: an item is missing or does not exist, or an answer is not one the item takes.
    """
    problems = problems_in(definition, answers)
    if problems:
        raise AnswerError(problems)
    unknown = sum(answer in definition.open_answers for answer in answers.values())
    return Finding(unknown=unknown, outcome=outcome(definition, answers, believes=believes))


def outcome(definition: Definition, answers: Mapping[str, str], *, believes: bool) -> str:
    """Say how the rule of an instrument was met; empty when it has none.

    Source:
        domain/instruments.md §3.1: any one of some items, or so many of the others, or belief; unanswered is not no.
    """
    if not definition.triggers:
        return ""
    if is_triggered(definition, answers, judgement=False):
        return "by_rule"
    if believes and definition.has_judgement_trigger:
        return "by_judgement"
    if all(answers.get(item.code, UNKNOWN) in OPEN_ANSWERS for item in definition.items):
        return "not_answered"
    return "undetermined" if is_triggered(definition, answers, judgement=False) is None else "not_met"


def is_triggered(definition: Definition, answers: Mapping[str, str], *, judgement: bool) -> bool | None:
    """Say whether any trigger is met; None while open answers leave it undetermined.

    Args:
        judgement: whether the practitioner is concerned, whatever the answers.
    """
    findings = [_is_met(trigger, answers, judgement=judgement) for trigger in definition.triggers]
    if True in findings:
        return True
    return None if None in findings else False


def _is_met(trigger: Trigger, answers: Mapping[str, str], *, judgement: bool) -> bool | None:
    if trigger.is_judgement:
        return judgement
    present = sum(answers.get(code) == YES for code in trigger.items)
    still_open = sum(answers.get(code) in OPEN_ANSWERS for code in trigger.items)
    if present >= trigger.count:
        return True
    return None if present + still_open >= trigger.count else False
