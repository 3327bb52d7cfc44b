"""Who lacks which training in an agency, and what somebody does about theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from egide.cases.models.case import own_programmes, programmes_around, programmes_of_agency
from egide.cases.permissions import REFERRING_ROLES
from egide.common.text import localized
from egide.partners.models import Membership, TrainingRecord
from egide.partners.queries import training as held
from egide.partners.rules.training import WARNED_BEFORE, Lack, courses


@dataclass(frozen=True)
class Missing:
    """One course somebody lacks, or soon will: its title, since or until when, and what to do."""

    title: str
    #: When it lapsed or lapses; None when none was ever recorded.
    at: datetime | None
    todo: str


@dataclass(frozen=True)
class Held:
    """One course of one person: valid, soon to lapse, lapsed, or never recorded."""

    title: str
    state: str
    until: datetime | None


@dataclass(frozen=True)
class Person:
    """One person of the agency and each course asked of them."""

    member: Membership
    courses: list[Held]

    @property
    def is_lacking(self) -> bool:
        """Whether anything is withheld from them for it today."""
        return any(one.state in ("lapsed", "never") for one in self.courses)


def in_words(lacks: Iterable[Lack]) -> list[Missing]:
    """Answer what is lacking, in the active language."""
    known = courses()
    return [
        Missing(localized(known[one.course], "title"), one.lapsed_at, localized(known[one.course], "do"))
        for one in lacks
        if one.course in known
    ]


def required_of(*, agency_id: UUID) -> list[str]:
    """Answer the courses that programmes the agency leads or takes part in ask, each once; one query."""
    return list(
        dict.fromkeys(code for one in programmes_of_agency(agency_id) for code in one.required_training)
    )


def staff(*, agency_id: UUID, at: datetime) -> tuple[list[str], list[Person]]:
    """Answer the courses asked of an agency, and its people who work with cases: those who lack one first; 3 queries."""
    required = required_of(agency_id=agency_id)
    members = list(
        Membership.objects.in_force(timezone.localdate(at))
        .filter(agency=agency_id, role__in=REFERRING_ROLES)
        .select_related("account", "agency")
        .order_by("account__full_name", "pk")
    )
    records = held.held_by(membership_ids=[one.pk for one in members])
    people = [
        Person(one, [_held(code, records[one.pk].get(code), at) for code in required]) for one in members
    ]
    return required, sorted(people, key=lambda one: not one.is_lacking)


def _held(code: str, record: TrainingRecord | None, at: datetime) -> Held:
    title = localized(courses()[code], "title")
    if record is None:
        return Held(title, "never", None)
    state = "valid"
    if record.valid_until <= at:
        state = "lapsed"
    elif record.valid_until <= at + WARNED_BEFORE:
        state = "soon"
    return Held(title, state, record.valid_until)


@dataclass(frozen=True)
class Own:
    """What the reader lacks today and what lapses within thirty days, in words."""

    now: list[Missing]
    soon: list[Missing]


def own(*, actor: Membership, at: datetime) -> Own:
    """Answer what the reader does about their own training; one query, none for who works for a programme."""
    concerned = own_programmes(actor) or programmes_around(actor)
    required = list(dict.fromkeys(code for one in concerned for code in one.required_training))
    now, soon = held.lacks_of(member=actor, required=required, at=at)
    return Own(in_words(now), in_words(soon))
