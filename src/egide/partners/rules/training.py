"""Courses as data, and who lacks which: plain comparisons of dates, to the second."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parent.parent / "data" / "courses.yaml"
#: How long before it lapses a training is said to: the person and the agency's lead are told (ours, O).
WARNED_BEFORE = timedelta(days=30)


class CourseError(ValueError):
    """A course is not whole, or there is none of that code."""


@dataclass(frozen=True)
class Course:
    """One course: what it is called, how long it is valid, what to do without it."""

    code: str
    title_en: str
    title_fr: str
    valid_months: int
    do_en: str
    do_fr: str
    verified: str = "O"
    #: It certifies who uses a tool, and opens nothing: without it a result is kept with a warning.
    is_certificate: bool = False


@dataclass(frozen=True)
class Lack:
    """A course asked of somebody who has it no more, or never had it recorded (`lapsed_at` is None)."""

    course: str
    lapsed_at: datetime | None


def parse(data: Sequence[Mapping[str, Any]]) -> dict[str, Course]:
    """Turn a loaded file into courses by code.

    Raises:
        CourseError: one is incomplete, valid for no time, or there twice.
    """
    found: dict[str, Course] = {}
    for one in data:
        try:
            course = Course(**one)
        except TypeError as error:
            raise CourseError(f"course: {error}") from error
        if not isinstance(course.valid_months, int) or course.valid_months <= 0 or course.code in found:
            raise CourseError(f"course {course.code!r}: valid_months above zero, and each code once")
        found[course.code] = course
    return found


@cache
def courses() -> dict[str, Course]:
    """Answer the courses that ship, by code, read once per process."""
    return parse(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def lacking(*, required: Collection[str], held: Mapping[str, datetime], at: datetime) -> tuple[Lack, ...]:
    """Answer the courses required that are not valid at that moment.

    Args:
        held: until when each course is valid; at that second it no longer is.
    """
    return tuple(Lack(code, held.get(code)) for code in required if code not in held or held[code] <= at)


def last_day(*, completed_on: date, valid_months: int) -> date:
    """Answer the last day a course is valid: the same day so many months later, or the last one of a short month."""
    months = completed_on.month - 1 + valid_months
    year, month = completed_on.year + months // 12, months % 12 + 1
    return date(year, month, min(completed_on.day, monthrange(year, month)[1]))
