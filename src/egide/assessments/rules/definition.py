"""An instrument as versioned data: what a definition file says, once checked.

Source: domain/instruments.md §0, "Definition file (what the import hook must express)".
"""

from dataclasses import dataclass, field
from hashlib import sha256

#: Kinds whose items are added up; the others have no total, and none is ever made for them.
SUMMED_KINDS = ("actuarial", "weighted")
YES, NO, UNKNOWN, REFUSED, NOT_APPLICABLE = "yes", "no", "unknown", "refused", "not_applicable"
#: Every answer there is, in the order a sheet offers them.
ANSWERS = (YES, NO, UNKNOWN, REFUSED, NOT_APPLICABLE)
#: What an item accepts when its definition does not say: whether something is the case always applies.
USUAL_ANSWERS = (YES, NO, UNKNOWN, REFUSED)
#: Answers that leave an item open: never read as "no".
OPEN_ANSWERS = frozenset({UNKNOWN, REFUSED})


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for translation; whoever shows it to a reader translates it."""
    return sentence


class DefinitionError(ValueError):
    """A definition is incomplete, contradicts itself, or cannot be trusted.

    Args:
        where: the place in the file, such as `items[3].points`.
        reason: what is wrong there, a sentence marked for translation.
        params: what the sentence names.
    """

    def __init__(self, where: str, reason: str, **params: object) -> None:
        super().__init__(f"{where}: {reason % params if params else reason}")
        self.where = where
        self.reason = reason
        self.params = params


@dataclass(frozen=True)
class Text:
    """One text in the two languages every instrument ships in."""

    en: str
    fr: str

    def in_language(self, language: str) -> str:
        """Answer the French text for `fr` and its variants, else the English one."""
        return self.fr if language[:2].lower() == "fr" else self.en


@dataclass(frozen=True)
class Item:
    """One line of the sheet: points when present, zero or below included."""

    code: str
    label: Text
    points: int
    answers: tuple[str, ...] = USUAL_ANSWERS
    hint: Text | None = None
    is_scored: bool = True
    is_critical: bool = False
    group: str = ""
    #: The item that must be answered yes for this one to be asked; empty when it is always asked.
    only_if: str = ""
    #: How sure we are of the line (V2, V1, S, R, O); shown beside it when it is still to be verified.
    mark: str = ""


@dataclass(frozen=True)
class Band:
    """A named interval of scores, both ends included."""

    code: str
    low: int
    high: int
    label: Text
    #: The judgement its name stands for, to list a judgement that differs; empty when nothing public says so.
    judgement: str = ""

    def holds(self, value: int) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Coding:
    """One answer of an instrument that is not added up, in its own words; open when it leaves the item unsaid."""

    code: str
    label: Text
    is_open: bool = False


@dataclass(frozen=True)
class Group:
    """A heading under which some items stand."""

    code: str
    title: Text


@dataclass(frozen=True)
class NormRow:
    """What the study found for one band: whole percents; None when it was not published."""

    band: str
    outcome_rate: int | None = None
    share: int | None = None
    lower: int | None = None
    higher: int | None = None


@dataclass(frozen=True)
class NormSet:
    """Figures of one group, with when and where they come from, and what to be careful about."""

    id: str
    title: Text
    period: Text
    place: Text
    population: Text
    outcome: Text
    source: str
    caveat: Text
    rows: tuple[NormRow, ...] = ()
    sample: int | None = None
    mean: float | None = None
    median: float | None = None
    #: False when newer figures replace its ranks: these are then kept but never shown.
    are_ranks_current: bool = True
    mark: str = ""


@dataclass(frozen=True)
class Rights:
    """Who holds the instrument, and what a deployment must have to use it."""

    status: str
    holder: str
    note: Text


@dataclass(frozen=True)
class Validity:
    """The people the instrument was made from; outside them a warning, never a block."""

    notes: Text
    victim_sex: tuple[str, ...] = ()
    relation: tuple[str, ...] = ()
    min_age: int | None = None


@dataclass(frozen=True)
class Missing:
    """What the licensed manual allows when answers are open.

    `none` gives only the possible range; `max_missing` also withholds the band beyond `most`;
    `prorate_table` adds the value of the imported table.
    """

    policy: str = "none"
    most: int | None = None
    #: Number of open answers, raw score, value.
    table: tuple[tuple[int, int, int], ...] = ()

    def prorated(self, *, unknown: int, raw: int) -> int | None:
        """Answer the imported table's value; None without a table, or beyond it."""
        for row_unknown, row_raw, value in self.table:
            if (row_unknown, row_raw) == (unknown, raw):
                return value
        return None


@dataclass(frozen=True)
class Trigger:
    """A way to be concerned without adding up: at least `count` of `items`; or a person's judgement."""

    items: tuple[str, ...] = ()
    count: int = 1
    is_judgement: bool = False


@dataclass(frozen=True)
class Definition:
    """One version of one instrument, whole and consistent: `reading.parse` made it."""

    code: str
    version: str
    titles: Text
    short: Text
    kind: str
    rights: Rights
    respondent: str
    validity: Validity
    requires_certificate: bool
    items: tuple[Item, ...]
    minimum: int
    maximum: int
    bands: tuple[Band, ...] = ()
    norm_sets: tuple[NormSet, ...] = ()
    #: Pairs of items that cannot both be present.
    excludes: tuple[tuple[str, str], ...] = ()
    missing: Missing = Missing()
    triggers: tuple[Trigger, ...] = ()
    aliases: tuple[str, ...] = ()
    certificate: Text | None = None
    #: What was and was not verified; shown to whoever activates the instrument.
    verification: Text | None = None
    #: How accurate it was found to be, and what limits it: shown beside every result.
    evidence: Text | None = None
    limits: Text | None = None
    #: What is said above the sheet and above what it gave.
    banner: Text | None = None
    #: The course that certifies who uses it (`partners/data/courses.yaml`); empty when none is recorded.
    course: str = ""
    groups: tuple[Group, ...] = ()
    #: The answers of an instrument that is not added up, and how relevant each may be said to be.
    codings: tuple[Coding, ...] = ()
    relevance: tuple[Coding, ...] = ()
    sources: tuple[str, ...] = ()
    #: The text it was read from: what is kept with every assessment made with it.
    text: str = field(default="", compare=False, repr=False)

    @property
    def is_summed(self) -> bool:
        """Whether the answers come to a score."""
        return self.kind in SUMMED_KINDS

    @property
    def may_be_partial(self) -> bool:
        """Whether an item may be left for another day: a checklist is a conversation, not a measure."""
        return self.kind == "checklist"

    @property
    def answers(self) -> tuple[str, ...]:
        """Every answer some item takes."""
        return tuple(one.code for one in self.codings) or ANSWERS

    @property
    def open_answers(self) -> frozenset[str]:
        """The answers that leave an item open."""
        return frozenset(one.code for one in self.codings if one.is_open) or OPEN_ANSWERS

    @property
    def has_judgement_trigger(self) -> bool:
        """Whether a person's belief meets the rule by itself."""
        return any(trigger.is_judgement for trigger in self.triggers)

    @property
    def digest(self) -> str:
        """The SHA-256 of its text: two texts of one version are told apart."""
        return digest_of(self.text)

    def coding(self, code: str) -> Coding | None:
        """Answer the coding of that code, of presence or relevance; None when there is none."""
        return next((one for one in (*self.codings, *self.relevance) if one.code == code), None)

    def item(self, code: str) -> Item:
        """Answer the item of that code; KeyError when there is none."""
        for item in self.items:
            if item.code == code:
                return item
        raise KeyError(code)

    def band(self, code: str) -> Band:
        """Answer the band of that code; KeyError when there is none."""
        for band in self.bands:
            if band.code == code:
                return band
        raise KeyError(code)

    @property
    def norm_set(self) -> str:
        """The id of the norms attached to a result by default; empty when there are none."""
        return self.norm_sets[0].id if self.norm_sets else ""


def digest_of(text: str) -> str:
    """Answer the SHA-256 of a text, in hexadecimal."""
    return sha256(text.encode()).hexdigest()
