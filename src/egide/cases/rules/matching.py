"""May two records be of one person? An estimate in words, with what it rests on; a person decides.

Each field agrees in one of a few ways, is different, or is unknown. Unknown counts nothing either way. What comes out is
a band and the grounds of it, field by field: no figure, so that nobody is ranked by one and nothing happens by itself.
Chances, limits and lists of names: `matching_data`.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import product

import jellyfish

from egide.cases.rules.matching_data import (
    CHANCES,
    FAMILY_ALIKE,
    GIVEN_ALIKE,
    POSSIBLE_FROM,
    VERY_LIKELY_FROM,
)
from egide.vault.rules import names
from egide.vault.rules.names import Word

UNKNOWN = "unknown"
#: What is compared, in the order it is said.
FIELDS = ("given", "family", "born", "phone", "address")
#: Words shorter than this are not compared letter by letter: by one letter, Roy is Ray.
_SHORTEST_SLIP = 5
#: From this length two slips are one person's still.
_TWO_SLIPS = 9
#: Figures by which a telephone number is known, without what comes before (country, region).
_FIGURES = 7
_POSTCODE = re.compile(r"\b([a-z]\d[a-z])\W?(\d[a-z]\d)\b")
_HOUSE = re.compile(r"\b(\d+)[a-z]?\b\W+(\D{0,60})")
#: What surrounds the name of a street and names none.
_NO_STREET = frozenset(
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
        "route",
        "rte",
        "allee",
        "place",
        "impasse",
        "cour",
        "street",
        "st",
        "road",
        "rd",
        "drive",
        "dr",
        "lane",
        "ln",
        "court",
        "ct",
        "crescent",
        "cres",
        "way",
        "pl",
        "terrace",
        "app",
        "apt",
        "appartement",
        "apartment",
        "suite",
        "unit",
        "bureau",
    ]
)


class Band(StrEnum):
    """How likely two records are of one person, in words; a person decides."""

    VERY_LIKELY = "very_likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


@dataclass(frozen=True)
class Known:
    """What is known of one person, as far as it is compared: nothing of belief, origin or health has a place here."""

    given: str = ""
    family: str = ""
    #: "1984-02-03", or "1984"; anything else is unknown.
    born: str = ""
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """How one field of two records agrees."""

    field: str
    level: str


@dataclass(frozen=True)
class Comparison:
    """What two records look like together: a band, and how each field agrees. It holds no figure."""

    band: Band
    grounds: tuple[Ground, ...]

    @property
    def is_worth_asking(self) -> bool:
        """Say whether somebody is asked about it."""
        return self.band is not Band.UNLIKELY


def compare(one: Known, other: Known) -> Comparison:
    """Compare two records, in whichever order."""
    given, family = _names(one, other)
    grounds = (
        Ground("given", given),
        Ground("family", family),
        _born(one.born, other.born),
        Ground("phone", _phone(one.phones, other.phones)),
        Ground("address", _address(one.addresses, other.addresses)),
    )
    return Comparison(band_of(grounds), grounds)


def weight(grounds: Sequence[Ground]) -> float:
    """Answer the sum of log2(m/u), in bits; for the band and for tests, shown to nobody."""
    return math.fsum(
        math.log2(chance.m / chance.u)
        for one in grounds
        if one.level != UNKNOWN and (chance := CHANCES[one.field][one.level])
    )


def band_of(grounds: Sequence[Ground]) -> Band:
    """Answer the band of some grounds.

    Very likely asks for more than names. Relatives share a name, a telephone and a home: where the first name or the
    birth date differs it is possible at most, and where both do, unlikely.
    """
    level = {("born" if one.field == "born_year" else one.field): one.level for one in grounds}
    differ = [level.get(field) == "different" for field in ("given", "born")]
    if all(differ) or weight(grounds) < POSSIBLE_FROM:
        return Band.UNLIKELY
    is_more_than_names = any(
        level.get(field, UNKNOWN) not in (UNKNOWN, "different") for field in ("born", "phone", "address")
    )
    if weight(grounds) < VERY_LIKELY_FROM or any(differ) or not is_more_than_names:
        return Band.POSSIBLE
    return Band.VERY_LIKELY


# -- names ------------------------------------------------------------------------------------------


def _names(one: Known, other: Known) -> tuple[str, str]:
    """Compare first and family names; the two written in each other's place are alike."""
    given = _name(one.given, other.given, GIVEN_ALIKE)
    family = _name(one.family, other.family, FAMILY_ALIKE)
    # The first letter of a family name says too little to count.
    family = UNKNOWN if family == "initial" else family
    if (
        given == family == "different"
        and _name(one.given, other.family, ()) == "same"
        and _name(one.family, other.given, ()) == "same"
    ):
        return "alike", "alike"
    return given, family


def _name(one: str, other: str, called: Sequence[frozenset[str]]) -> str:
    ours, theirs = names.words(one), names.words(other)
    if not ours or not theirs:
        return UNKNOWN
    if {word.joined for word in ours} == {word.joined for word in theirs} or _whole(ours) == _whole(theirs):
        return "same"
    # Marie-Ève is also Marie, and Thériault-Roy Thériault; Marie-Claude is somebody else.
    few, many = (ours, theirs) if len(ours) <= len(theirs) else (theirs, ours)
    if len(few) < len(many) or len(few) == 1:
        return _each_meets(few, many, called)
    return max(_each_meets(few, many, called), _each_meets(many, few, called), key=_CLOSEST.index)


#: From the closest to the furthest.
_CLOSEST = ("same", "alike", "initial", "different")


def _whole(found: Sequence[Word]) -> str:
    return "".join(word.joined for word in found)


def _each_meets(few: Sequence[Word], many: Sequence[Word], called: Sequence[frozenset[str]]) -> str:
    """Say whether each word of the shorter name has its own in the longer; whole words, or initials alone."""
    is_by_initial = True
    for word in few:
        if any(_is_close(word, one, called) for one in many):
            is_by_initial = False
        elif not any(_is_initial(word, one) for one in many):
            return "different"
    return "initial" if is_by_initial else "alike"


def _is_initial(one: Word, other: Word) -> bool:
    return 1 in (len(one.joined), len(other.joined)) and one.joined[:1] == other.joined[:1]


def _is_close(one: Word, other: Word, called: Sequence[frozenset[str]]) -> bool:
    ours, theirs = _forms(one), _forms(other)
    return any(
        a == b or any({a, b} <= group for group in called) or _is_heard_alike(a, b) or is_slip(a, b)
        for a, b in product(ours, theirs)
    )


def _forms(word: Word) -> set[str]:
    return {word.joined, word.alone} - {""}


def _is_heard_alike(one: str, other: str) -> bool:
    """By sound, in French or in English; a code of one letter would make everybody alike."""
    shared = set(names.sounds(one)) & set(names.sounds(other))
    return any(len(code.partition(":")[2]) > 1 for code in shared)


def is_slip(one: str, other: str) -> bool:
    """Say whether two folded words differ by a slip of the hand: a letter more, less, other, or two in the wrong order."""
    longest = max(len(one), len(other))
    if longest < _SHORTEST_SLIP:
        return False
    slips = jellyfish.damerau_levenshtein_distance(one, other)
    return slips <= (2 if longest >= _TWO_SLIPS else 1)


def spellings(word: Word) -> list[str]:
    """Answer other words under which a name is looked for: what the person is called, and slips of who typed it.

    A letter too many or two in the wrong order; one that lacks is found by sound, or not.
    """
    found: dict[str, None] = {}
    for form in sorted(_forms(word)):
        for group in (*GIVEN_ALIKE, *FAMILY_ALIKE):
            if form in group:
                found |= dict.fromkeys(sorted(group))
        if len(form) >= _SHORTEST_SLIP:
            found |= dict.fromkeys(_slips(form))
    return [one for one in found if one not in _forms(word)]


def _slips(word: str) -> Iterator[str]:
    for place in range(len(word)):
        yield word[:place] + word[place + 1 :]
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]


# -- birth date -------------------------------------------------------------------------------------


def _born(one: str, other: str) -> Ground:
    ours, theirs = _date(one), _date(other)
    if ours is not None and theirs is not None:
        return Ground("born", _dates(ours, theirs))
    years = _year(one), _year(other)
    if years[0] is None or years[1] is None:
        return Ground("born", UNKNOWN)
    apart = abs(years[0] - years[1])
    return Ground("born_year", "same" if not apart else "near" if apart == 1 else "different")


def _date(text: str) -> date | None:
    """Read a whole date. The first of January is what is written where only the year is known: it is a year."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return None if (found.month, found.day) == (1, 1) else found


def _year(text: str) -> int | None:
    found = re.fullmatch(r"(\d{4})(?:-\d\d-\d\d)?", text)
    return int(found.group(1)) if found else None


def _dates(one: date, other: date) -> str:
    if one == other:
        return "same"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "swapped"
    parts = [one.year == other.year, one.month == other.month, one.day == other.day]
    if parts == [False, True, True]:
        apart = abs(one.year - other.year)
        return "year_near" if apart == 1 else "near" if _is_one_slip(one.year, other.year) else "different"
    return "near" if sum(parts) == 2 else "different"


def _is_one_slip(one: int, other: int) -> bool:
    """Two years that differ by one figure, or by two figures in the wrong order."""
    return jellyfish.damerau_levenshtein_distance(str(one), str(other)) == 1


# -- where and how the person is reached -----------------------------------------------------------


def _phone(ours: Sequence[str], theirs: Sequence[str]) -> str:
    one, other = _numbers(ours), _numbers(theirs)
    if not one or not other:
        return UNKNOWN
    return "same" if one & other else "different"


def _numbers(phones: Sequence[str]) -> set[str]:
    figures = [re.sub(r"\D", "", phone) for phone in phones]
    return {one[-_FIGURES:] for one in figures if len(one) >= _FIGURES}


def _address(ours: Sequence[str], theirs: Sequence[str]) -> str:
    """Compare by postal code, or number and street; then by its first half, or the street. A town says nothing."""
    one, other = _places(ours), _places(theirs)
    known = [kind for kind in ("code", "house") if one[kind] and other[kind]]
    if not known:
        return UNKNOWN
    if any(one[kind] & other[kind] for kind in known):
        return "same"
    return "near" if any(one[kind] & other[kind] for kind in ("area", "street")) else "different"


def _places(addresses: Sequence[str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {"code": set(), "area": set(), "house": set(), "street": set()}
    for address in addresses:
        plain = names.folded(address)
        for area, rest in _POSTCODE.findall(plain):
            found["code"].add(area + rest)
            found["area"].add(area)
        for number, after in _HOUSE.findall(plain):
            street = next((w.joined for w in names.words(after) if not (_forms(w) & _NO_STREET)), "")
            if street:
                found["house"].add(f"{number} {street}")
                found["street"].add(street)
    return found
