"""An instrument as versioned data: what a definition file says, once checked.

Source: domain/instruments.md §0, "Definition file (what the import hook must express)".
"""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Band:
    """A named interval of scores, both ends included."""

    code: str
    low: int
    high: int
    label: Text

    def holds(self, value: int) -> bool:
        return self.low <= value <= self.high


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
    evidence: Text | None = None
    sources: tuple[str, ...] = ()

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
