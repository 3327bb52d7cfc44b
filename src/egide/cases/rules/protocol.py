"""A programme's protocol: versioned configuration, read from a file (`protocol_file`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from egide.cases.rules.needs import NeedRule
from egide.cases.rules.plan_parts import PlanPart
from egide.cases.rules.plans import PlanKind
from egide.cases.rules.protocol_parts import Interval as Interval

#: From least to most. "Not known" is a level of its own, outside the order: leaving it is never a lowering.
LEVELS = ("not_known", "lower", "raised", "high", "extreme")
#: Whom a case may be about, as the file's role.
SUBJECTS = ("victim", "person_of_concern")
#: The forms a referral may come by, and whom each is about.
INTAKES = {
    "harm": "victim",
    "bias": "victim",
    "behaviour": "person_of_concern",
    "return": "person_of_concern",
}


class ProtocolError(ValueError):
    """A protocol file is incomplete or contradicts itself; the message names the place."""


@dataclass(frozen=True)
class Words:
    """One thing said in both languages; `common.text.localized` reads it."""

    title_en: str
    title_fr: str


@dataclass(frozen=True)
class Door:
    """One of the equal ways in. With an instrument, from `minimum` to `maximum`; without, on judgement."""

    code: str
    title_en: str
    title_fr: str
    instrument: str = ""
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class Seat:
    """One place the quorum needs filled, by a role or by a sector."""

    code: str
    title_en: str
    title_fr: str
    roles: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Development:
    """Something that reopens review at once when it happens, and what kind of information its account is."""

    code: str
    title_en: str
    title_fr: str
    category: str


@dataclass(frozen=True)
class Protocol:
    """One version of one programme's rules."""

    code: str
    version: int
    title_en: str
    title_fr: str
    short_en: str
    short_fr: str
    #: Whom its cases are about, one of `SUBJECTS`, and what that person is called on its pages.
    subject: str
    subject_words: Words
    #: By which form it is referred to, one of `INTAKES`.
    intake: str
    is_consent_required: bool
    instruments: tuple[str, ...]
    doors: tuple[Door, ...]
    deadlines: Mapping[str, Interval]
    #: The dates set when a referral is accepted, and when the case becomes active: kinds of tasks.
    on_accepting: tuple[str, ...]
    on_entering: tuple[str, ...]
    #: The plan it makes.
    plan: PlanKind
    reviews: Mapping[str, Interval]
    level_words: Mapping[str, Words]
    quorum: tuple[Seat, ...]
    #: Whether a conference decides nothing without the victim's advocate or the person's recorded wishes.
    hears_the_person: bool
    #: Why a case may be closed: codes of `Closure.reason`.
    closures: tuple[str, ...]
    repeat_months: int
    closed_days: int
    not_taken_days: int
    #: Several agencies carry it out together, under one agreement.
    is_common: bool = False
    #: What it needs of people who did not consent, by their role in the case: categories.
    needed_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Languages its team speaks with anybody: in another one, an interpreter is booked first.
    languages: tuple[str, ...] = ("en", "fr")
    #: What a need of a person makes somebody do; a need it does not name is kept and makes no task.
    needs: Mapping[str, NeedRule] = field(default_factory=dict)
    #: Courses asked of whoever reads its cases (`partners/data/courses.yaml`).
    training: tuple[str, ...] = ()
    #: How many cases one conference holds.
    capacity: int = 16
    #: What reopens review at once, in the order it is asked.
    developments: tuple[Development, ...] = ()
    #: What each part of its plan is talked through with; a part it does not name has its title alone.
    plan_parts: Mapping[str, PlanPart] = field(default_factory=dict)
    #: The standard its team audits itself against each year (`standard_file`); empty when none is written for it.
    self_audit: str = ""

    @property
    def reaches_the_person(self) -> bool:
        """Whether its team reaches the person early, behind the gate of safe contact."""
        return "first_contact" in self.on_accepting

    def door(self, code: str) -> Door:
        """Answer the door of that code; KeyError when the protocol has none."""
        return {door.code: door for door in self.doors}[code]

    def development(self, code: str) -> Development | None:
        """Answer the critical development of that code; None when the protocol has none."""
        return next((one for one in self.developments if one.code == code), None)
