"""Read a protocol file: every part is there, every name in it is known, or it is refused with the place.

Four ship with the application. A fifth is a file in a folder of the deployment: no code goes with it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from egide.cases.rules import standard_file
from egide.cases.rules.needs import NEED_TASKS, NEEDS, NeedRule
from egide.cases.rules.plan_parts import PlanPart, PlanPartsError, plan_parts
from egide.cases.rules.plans import KINDS, PlanKind
from egide.cases.rules.protocol import (
    INTAKES,
    LEVELS,
    SUBJECTS,
    Development,
    Door,
    Interval,
    Protocol,
    ProtocolError,
    Seat,
    Words,
)
from egide.cases.rules.standard_file import StandardError
from egide.partners.rules.training import courses
from egide.sharing.rules.categories import STORED

#: Where protocols are looked for, in this order; the application adds the deployment's folder when it starts.
FOLDERS = [Path(__file__).resolve().parent.parent / "protocols"]
#: Dates every programme keeps, whatever it is for.
ALWAYS = (
    "transfer",
    "emergency_transfer",
    "transfer_contact",
    "triage",
    "second_reader",
    "level_confirmation",
    "conference",
    "emergency_conference",
    "acknowledgements",
    "consent_check",
    "log_review",
)
#: Dates a protocol need not say: ours (O), until it does.
UNSAID = {
    "blocked_action": Interval(working_days=1),
    # How long before the day of a release who is in danger is warned.
    "release_warning": Interval(elapsed=timedelta(days=7)),
    # How long who did a piece of work has to answer whoever returned it, and that one to read the answer.
    "work_returned": Interval(working_days=5),
}
#: Those of one form of referral more.
OF_INTAKE = {"behaviour": ("expression_approval",)}
#: Cases a conference holds where the protocol does not say: about 16 a meeting (SafeLives, V1).
DEFAULT_CAPACITY = 16
#: How long before a conference an agency that has brought nothing is asked for its part, where the protocol says it.
PARTS = "parts"
#: By when a case is reviewed after a critical development, where the protocol names any.
DEVELOPMENT = "development"


@cache
def load(code: str) -> Protocol:
    """Read and check the protocol of that code: one that ships, or the deployment's own.

    Raises:
        ProtocolError: there is none, or it is not whole.
    """
    found = next((path for folder in FOLDERS if (path := folder / f"{code}.yaml").is_file()), None)
    if not code.isidentifier() or found is None:
        raise ProtocolError(f"no protocol {code!r}")
    made = parse(yaml.safe_load(found.read_text(encoding="utf-8")))
    if made.code != code:
        raise ProtocolError(f"code: the file {code}.yaml holds {made.code!r}")
    return made


def parse(data: Mapping[str, Any]) -> Protocol:
    """Turn a loaded file into a protocol.

    Raises:
        ProtocolError: a part is missing or impossible.
    """
    try:
        return _protocol(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ProtocolError(f"protocol: {error}") from error


def _protocol(data: Mapping[str, Any]) -> Protocol:
    subject, intake = data["subject"], _one(data["intake"], INTAKES, where="intake")
    about = _one(subject["role"], SUBJECTS, where="subject.role")
    if INTAKES[intake] != about:
        raise ProtocolError(
            f"intake: the form {intake!r} is about a {INTAKES[intake]}, the cases about a {about}"
        )
    developments = _developments(data.get("critical_developments") or ())
    plan = KINDS[_one(data["plan"], KINDS, where="plan")]
    accepting, entering = tuple(data["dates"]["accepted"]), tuple(data["dates"]["entered"])
    return Protocol(
        code=data["code"],
        version=data["version"],
        title_en=data["title_en"],
        title_fr=data["title_fr"],
        short_en=data["short_en"],
        short_fr=data["short_fr"],
        subject=about,
        subject_words=_words(subject),
        intake=intake,
        is_consent_required=bool(data["consent_required"]),
        instruments=tuple(data["instruments"]),
        doors=_doors(data["doors"]),
        deadlines=UNSAID
        | _intervals(
            data["deadlines"],
            (
                *ALWAYS,
                *OF_INTAKE.get(intake, ()),
                *accepting,
                *entering,
                *((DEVELOPMENT,) if developments else ()),
            ),
            where="deadlines",
        ),
        on_accepting=accepting,
        on_entering=entering,
        plan=plan,
        plan_parts=_plan_parts(data.get("plan_parts") or {}, plan),
        reviews=_intervals(data["reviews"], LEVELS, where="reviews"),
        level_words=_levels(data["levels"]),
        quorum=tuple(_seat(seat) for seat in data["quorum"]),
        hears_the_person=bool(data["hears_the_person"]),
        closures=tuple(data["closures"]),
        repeat_months=data["repeat_months"],
        closed_days=data["retention"]["closed_days"],
        not_taken_days=data["retention"]["not_taken_days"],
        is_common=bool(data.get("common_programme")),
        needed_of=_needed(data.get("common_programme") or {}),
        training=_some(data.get("training") or (), courses(), where="training"),
        developments=developments,
        capacity=_above_zero(data.get("capacity", DEFAULT_CAPACITY), where="capacity"),
        languages=tuple(data.get("languages") or ("en", "fr")),
        self_audit=_standard(data.get("self_audit") or ""),
        needs={
            _one(need, NEEDS, where="needs"): _need(rule, where=f"needs.{need}")
            for need, rule in (data.get("needs") or {}).items()
        },
    )


def _plan_parts(data: Mapping[str, Any], plan: PlanKind) -> dict[str, PlanPart]:
    try:
        return plan_parts(data, plan)
    except PlanPartsError as error:
        raise ProtocolError(f"plan_parts: {error}") from error


def _standard(code: str) -> str:
    try:
        return standard_file.load(code).code if code else ""
    except StandardError as error:
        raise ProtocolError(f"self_audit: {error}") from error


def _above_zero(number: Any, *, where: str) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number <= 0:
        raise ProtocolError(f"{where}: give a whole number above zero")
    return number


def _one(code: str, known: Collection[str], *, where: str) -> str:
    if code not in known:
        raise ProtocolError(f"{where}: {code!r} is none of {', '.join(sorted(known))}")
    return code


def _some(codes: Sequence[str], known: Collection[str], *, where: str) -> tuple[str, ...]:
    return tuple(_one(code, known, where=where) for code in codes)


def _words(data: Mapping[str, Any]) -> Words:
    return Words(data["title_en"], data["title_fr"])


def _doors(data: Sequence[Mapping[str, Any]]) -> tuple[Door, ...]:
    doors = tuple(Door(**{k: v for k, v in door.items() if k != "setting"}) for door in data)
    if not any(not door.instrument for door in doors):
        raise ProtocolError("doors: professional judgement must always be a way in")
    return doors


def _developments(data: Sequence[Mapping[str, Any]]) -> tuple[Development, ...]:
    found = tuple(
        Development(
            code=one["code"],
            title_en=one["title_en"],
            title_fr=one["title_fr"],
            category=_one(one["category"], STORED, where="critical_developments"),
        )
        for one in data
    )
    if len({one.code for one in found}) < len(found):
        raise ProtocolError("critical_developments: a code is there twice")
    return found


def _seat(seat: Mapping[str, Any]) -> Seat:
    return Seat(
        code=seat["code"],
        title_en=seat["title_en"],
        title_fr=seat["title_fr"],
        roles=tuple(seat.get("roles", ())),
        sectors=tuple(seat.get("sectors", ())),
    )


def _levels(data: Mapping[str, Mapping[str, Any]]) -> dict[str, Words]:
    if set(data) != set(LEVELS):
        raise ProtocolError(f"levels: name these five, no more and no less: {', '.join(LEVELS)}")
    return {level: _words(data[level]) for level in LEVELS}


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


def _intervals(
    data: Mapping[str, Mapping[str, int]], needed: Sequence[str], *, where: str
) -> dict[str, Interval]:
    missing = set(needed) - set(data)
    if missing:
        raise ProtocolError(f"{where}: missing {', '.join(sorted(missing))}")
    return {key: _interval(value, where=f"{where}.{key}") for key, value in data.items()}


def _need(data: Mapping[str, Any], *, where: str) -> NeedRule:
    return NeedRule(
        task=_one(data["task"], NEED_TASKS, where=f"{where}.task"),
        within=_interval(data["within"], where=f"{where}.within"),
        before_contact=bool(data.get("before_contact")),
    )


def _needed(data: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    found = {role: frozenset(slugs) for role, slugs in (data.get("needed_of") or {}).items()}
    unknown = {slug for slugs in found.values() for slug in slugs} - set(STORED)
    if unknown:
        raise ProtocolError(f"common_programme.needed_of: no such information: {', '.join(sorted(unknown))}")
    return found
