"""May I tell them? One line first: yes, yes but only some of it, or no; why, and what one can do instead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from egide.cases.queries.sharing import FileLine, KindLine
from egide.sharing.rules.levels import Level

#: The answers, from the most open.
YES, ONLY, NO, NOTHING = "yes", "only", "no", "nothing"


@dataclass(frozen=True)
class Told:
    """Kinds of one file that may be told alike."""

    whose: str
    titles: list[str]


@dataclass(frozen=True)
class Answer:
    """The answer for one agency, of what the one who asks may read; what they may not is nowhere in it."""

    verdict: str
    #: To be told and copied; to be read here alone, without a copy; some of it alone, as a law binds who wrote the rest.
    told: list[Told] = field(default_factory=list)
    shown: list[Told] = field(default_factory=list)
    some: list[Told] = field(default_factory=list)
    #: Why not, of what may not be told: each reason once, the one that closes most in front, with what it closes.
    reasons: list[tuple[str, list[str]]] = field(default_factory=list)
    #: Consent would open some of it.
    consent_opens: bool = False
    #: Grounds other than consent that would open some of it: (kind, role of the file, whose it is).
    grounds: list[tuple[str, str, str]] = field(default_factory=list)


def answer(lines: Sequence[FileLine]) -> Answer:
    """Answer in one line, from what `queries.sharing.possibilities` found for the agency and the one who asks."""
    every = [(one, line) for one in lines for line in one.lines]
    if not every:
        return Answer(NOTHING)
    closed = [line for _one, line in every if line.least < Level.VIEW]
    return Answer(
        _verdict([line for _one, line in every]),
        _where(lines, lambda line: line.least >= Level.SHARE),
        _where(lines, lambda line: line.least == Level.VIEW),
        _where(lines, lambda line: line.least < Level.VIEW <= line.today),
        _reasons(closed),
        any(way.kind == "consent" for line in closed for way in line.open_ways),
        _grounds(lines),
    )


def only(lines: Sequence[FileLine], category: str) -> list[FileLine]:
    """Keep one kind of information, or everything when none is named."""
    if not category:
        return list(lines)
    kept = [
        FileLine(one.key, one.label, [line for line in one.lines if line.category == category])
        for one in lines
    ]
    return [one for one in kept if one.lines]


def _verdict(lines: Sequence[KindLine]) -> str:
    if all(line.least >= Level.SHARE for line in lines):
        return YES
    return ONLY if any(line.today >= Level.VIEW for line in lines) else NO


def _where(lines: Sequence[FileLine], is_so: Callable[[KindLine], bool]) -> list[Told]:
    found = [Told(one.label, [line.title for line in one.lines if is_so(line)]) for one in lines]
    return [one for one in found if one.titles]


def _reasons(closed: Sequence[KindLine]) -> list[tuple[str, list[str]]]:
    by_reason: dict[str, list[str]] = {}
    for line in closed:
        titles = by_reason.setdefault(line.reason, [])
        if line.title not in titles:
            titles.append(line.title)
    return sorted(by_reason.items(), key=lambda pair: -len(pair[1]))


def _grounds(lines: Sequence[FileLine]) -> list[tuple[str, str, str]]:
    found = {
        (way.kind, one.key, one.label): None
        for one in lines
        for line in one.lines
        if line.least < Level.VIEW
        for way in line.open_ways
        if way.kind != "consent"
    }
    return list(found)
