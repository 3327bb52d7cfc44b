"""A programme's protocol: versioned configuration, read from YAML, refused when it is not whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from egide.partners.rules.training import courses
from egide.sharing.rules.categories import STORED

FOLDER = Path(__file__).resolve().parent.parent / "protocols"
LEVELS = ("not_known", "lower", "raised", "high", "extreme")


class ProtocolError(ValueError):
    """A protocol file is incomplete or contradicts itself; the message names the place."""


@dataclass(frozen=True)
class Interval:
    """A delay in working days, or in days and hours."""

    working_days: int = 0
    elapsed: timedelta = timedelta()


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
class Protocol:
    """One version of one programme's rules."""

    code: str
    version: int
    title_en: str
    title_fr: str
    short_en: str
    short_fr: str
    is_consent_required: bool
    instruments: tuple[str, ...]
    doors: tuple[Door, ...]
    deadlines: Mapping[str, Interval]
    reviews: Mapping[str, Interval]
    quorum: tuple[Seat, ...]
    repeat_months: int
    closed_days: int
    not_taken_days: int
    #: Several agencies carry it out together, under one agreement.
    is_common: bool = False
    #: What it needs of people who did not consent, by their role in the case: categories.
    needed_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Courses asked of whoever reads its cases (`partners/data/courses.yaml`).
    training: tuple[str, ...] = ()

    def door(self, code: str) -> Door:
        """Answer the door of that code; KeyError when the protocol has none."""
        return {door.code: door for door in self.doors}[code]


def _interval(data: Mapping[str, int], *, where: str) -> Interval:
    unknown = set(data) - {"working_days", "days", "hours"}
    if unknown or not data or any(not isinstance(v, int) or v <= 0 for v in data.values()):
        raise ProtocolError(f"{where}: give working_days, or days and hours, above zero")
    if "working_days" in data and len(data) > 1:
        raise ProtocolError(f"{where}: working_days stands alone")
    return Interval(
        working_days=data.get("working_days", 0),
        elapsed=timedelta(days=data.get("days", 0), hours=data.get("hours", 0)),
    )


def _needed(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found = {role: frozenset(slugs) for role, slugs in (data.get("needed_of") or {}).items()}
    unknown = {slug for slugs in found.values() for slug in slugs} - set(STORED)
    if unknown:
        raise ProtocolError(f"common_programme.needed_of: no such information: {', '.join(sorted(unknown))}")
    return found


def _training(codes: Sequence[str]) -> tuple[str, ...]:
    unknown = set(codes) - set(courses())
    if unknown:
        raise ProtocolError(f"training: no such course: {', '.join(sorted(unknown))}")
    return tuple(codes)


def _intervals(
    data: Mapping[str, Mapping[str, int]], needed: Sequence[str], *, where: str
) -> dict[str, Interval]:
    missing = set(needed) - set(data)
    if missing:
        raise ProtocolError(f"{where}: missing {', '.join(sorted(missing))}")
    return {key: _interval(value, where=f"{where}.{key}") for key, value in data.items()}


def parse(data: Mapping[str, Any]) -> Protocol:
    """Turn a loaded file into a protocol.

    Raises:
        ProtocolError: a part is missing or impossible.
    """
    try:
        doors = tuple(Door(**{k: v for k, v in door.items() if k != "setting"}) for door in data["doors"])
        seats = tuple(
            Seat(
                code=seat["code"],
                title_en=seat["title_en"],
                title_fr=seat["title_fr"],
                roles=tuple(seat.get("roles", ())),
                sectors=tuple(seat.get("sectors", ())),
            )
            for seat in data["quorum"]
        )
        if not any(not door.instrument for door in doors):
            raise ProtocolError("doors: professional judgement must always be a way in")
        return Protocol(
            code=data["code"],
            version=data["version"],
            title_en=data["title_en"],
            title_fr=data["title_fr"],
            short_en=data["short_en"],
            short_fr=data["short_fr"],
            is_consent_required=bool(data["consent_required"]),
            instruments=tuple(data["instruments"]),
            doors=doors,
            deadlines=_intervals(
                data["deadlines"],
                ("triage", "second_reader", "first_contact", "consent", "safety_plan", "conference"),
                where="deadlines",
            ),
            reviews=_intervals(data["reviews"], LEVELS, where="reviews"),
            quorum=seats,
            repeat_months=data["repeat_months"],
            closed_days=data["retention"]["closed_days"],
            not_taken_days=data["retention"]["not_taken_days"],
            is_common=bool(data.get("common_programme")),
            needed_of=_needed(data.get("common_programme") or {}),
            training=_training(data.get("training") or ()),
        )
    except (KeyError, TypeError) as error:
        raise ProtocolError(f"protocol: {error}") from error


@cache
def load(code: str) -> Protocol:
    """Read and check the shipped protocol of that code.

    Raises:
        ProtocolError: there is none, or it is not whole.
    """
    path = FOLDER / f"{code}.yaml"
    if not code.isidentifier() or not path.is_file():
        raise ProtocolError(f"no protocol {code!r}")
    return parse(yaml.safe_load(path.read_text(encoding="utf-8")))
