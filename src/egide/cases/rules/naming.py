"""Do words tell of somebody? Names, numbers and addresses looked for in a text, however they are written there.

What is found is certain enough to refuse; what is not found proves nothing, so a second person reads after.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from egide.vault.rules import names

#: A part of a name shorter than this is too common to look for.
_SHORTEST = 3
#: Two words written as one, or one as two, are the same from this length: shorter ones meet by chance.
_SHORTEST_PAIR = 6
#: Figures by which a telephone number is known, without what comes before it (country, region).
_FIGURES = 7
#: Figures of a number with its region and country; in a longer row several numbers may stand.
_ONE_NUMBER = 11

_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_NUMBER = re.compile(r"\d(?:\W*\d){6,}")
_POSTCODE = re.compile(r"\b[a-z]\d[a-z]\W?\d[a-z]\d\b")
_HOUSE = re.compile(r"\b(\d+)[a-z]?\b(\D{0,60})")
_BEFORE = frozenset(
    [
        "rue",
        "avenue",
        "av",
        "ave",
        "boulevard",
        "boul",
        "blvd",
        "chemin",
        "ch",
        "rang",
        "allee",
        "place",
        "route",
        "rte",
        "promenade",
        "impasse",
        "cour",
        "croissant",
        "montee",
        "ruelle",
        "cote",
    ]
)
_AFTER = frozenset(
    [
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "drive",
        "dr",
        "lane",
        "ln",
        "court",
        "ct",
        "crescent",
        "cres",
        "boulevard",
        "blvd",
        "way",
        "place",
        "pl",
        "terrace",
        "highway",
        "hwy",
    ]
)
_LINKS = frozenset(
    ["de", "du", "des", "la", "le", "les", "l", "d", "of", "the", "st", "ste", "saint", "sainte"]
)
_UNITS = frozenset(
    [
        "app",
        "apt",
        "appartement",
        "apartment",
        "suite",
        "unit",
        "unite",
        "bureau",
        "floor",
        "etage",
        "no",
        "numero",
    ]
)
_NOT_A_STREET = _BEFORE | _AFTER | _LINKS | _UNITS


@dataclass(frozen=True)
class Somebody:
    """What tells of one person, or of several."""

    #: One name, or one part of a name, each.
    names: tuple[str, ...] = ()
    #: Telephone numbers, addresses and places, with whatever else the entry says.
    places: tuple[str, ...] = ()


def values(content: object) -> Iterator[str]:
    """List what a content says: its values, at any depth, as they are read, never as they are stored."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from values(value)
    elif isinstance(content, list | tuple):
        for value in content:
            yield from values(value)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield str(content)


def tells_of(
    said: str, *, somebody: Somebody, but_not: Iterable[str] = (), with_streets: bool = True
) -> bool:
    """Say whether a text holds a name, a number or an address of somebody.

    Args:
        but_not: names that may be said: those of the person who is given the text.
        with_streets: whether a street without its number tells already; a danger has to be told somewhere.
    """
    text = _plain(said)
    looked_for = _name_forms(somebody.names) - _name_forms(but_not)
    if looked_for & _said_forms(text):
        return True
    return any(_tells_place(text, _plain(place), with_streets) for place in somebody.places)


def holds(said: str, mark: str) -> bool:
    """Say whether a text holds a mark (a reference), whatever the case and the punctuation."""
    bare = _bare(_plain(mark))
    return bool(bare) and bare in _bare(_plain(said))


def _plain(text: str) -> str:
    """Fold, without what is not seen (soft hyphens, marks of direction): it would part a name in two."""
    return names.folded("".join(c for c in text if unicodedata.category(c) != "Cf"))


def _bare(plain: str) -> str:
    return "".join(re.findall(r"[^\W_]+", plain))


def _forms(text: str) -> set[str]:
    return {form for word in names.words(text) for form in (word.joined, word.alone)}


def _pieces(plain: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", plain)


def _name_forms(said: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in said:
        plain = _plain(name)
        pieces = _pieces(plain)
        found |= {form for form in _forms(plain) if len(form) >= _SHORTEST}
        found |= {
            one for one in ("".join(pieces), *map("".join, pairwise(pieces))) if len(one) >= _SHORTEST_PAIR
        }
    return found - _LINKS


def _said_forms(plain: str) -> set[str]:
    """Every word as a name would be compared, and as it stands: "Ben" begins names, and is one."""
    pieces = _pieces(plain)
    found = _forms(plain) | set(pieces)
    for piece in pieces:
        found |= _forms(piece)
    return found | {one for one in map("".join, pairwise(pieces)) if len(one) >= _SHORTEST_PAIR}


def _tells_place(said: str, place: str, with_streets: bool) -> bool:
    bare = _bare(said)
    if any(mark in bare for mark in _marks(place, with_streets)):
        return True
    rows = [re.sub(r"\D", "", row) for row in _NUMBER.findall(said)]
    if any(number in row for number in _numbers(place) for row in rows):
        return True
    if _houses(place) & _houses(said):
        return True
    return with_streets and bool(_streets(place) & _streets(said))


def _marks(place: str, with_streets: bool) -> Iterator[str]:
    """List what is looked for as it stands: all of it, its postal codes, and its first part in several words."""
    whole = _bare(place)
    if len(whole) > _SHORTEST and (with_streets or not _is_street_alone(place)):
        yield whole
    for code in _POSTCODE.findall(place):
        yield _bare(code)
    # What comes after the first part is a town or a country: many people's.
    first = next((part for part in re.split(r"[,;\n]", place) if _pieces(part)), "")
    if len(names.words(first)) > 1 and (with_streets or not _is_street_alone(first)):
        yield _bare(first)


def _is_street_alone(place: str) -> bool:
    return bool(_streets(place)) and not re.search(r"\d", place)


def _numbers(place: str) -> set[str]:
    found: set[str] = set()
    for part in re.split(r"[,;/\n]", _DATE.sub("\n", place)):
        for row in _NUMBER.findall(part):
            figures = re.sub(r"\D", "", row)
            starts = [len(figures) - _FIGURES]
            if len(figures) > _ONE_NUMBER:
                starts = list(range(len(figures) - _FIGURES + 1))
            found |= {figures[start : start + _FIGURES] for start in starts}
    return found


def _houses(plain: str) -> set[tuple[str, str]]:
    """Pairs of a number and the first word of a street after it: "12, rue de l’Union" and "12 Union St." meet."""
    found: set[tuple[str, str]] = set()
    for number, after in _HOUSE.findall(plain):
        for word in names.words(after):
            forms = {form for form in (word.joined, word.alone) if len(form) >= _SHORTEST}
            if forms and not forms & _NOT_A_STREET:
                found |= {(number, form) for form in forms}
                break
    return found


def _streets(plain: str) -> set[str]:
    """Names of streets, known by the word that says it is one: before it in French, after it in English."""
    tokens = re.findall(r"[^\W_]+", plain)
    found: set[str] = set()
    for at, token in enumerate(tokens):
        if token in _BEFORE:
            found |= set(next(([one] for one in tokens[at + 1 : at + 5] if one not in _LINKS), []))
        if token in _AFTER and at:
            found.add(tokens[at - 1])
    return {one for one in found - _NOT_A_STREET if len(one) >= _SHORTEST and not one.isdigit()}
