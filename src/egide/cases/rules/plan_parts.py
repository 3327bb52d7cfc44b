"""What each part of a plan is talked through with, as a protocol file says: short questions, and what is said first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from egide.cases.rules.plans import PlanKind


class PlanPartsError(ValueError):
    """A part no such plan has, or one with nothing to ask."""


@dataclass(frozen=True)
class Question:
    """One short question, in the person's own voice; answered or left."""

    title_en: str
    title_fr: str


@dataclass(frozen=True)
class PlanPart:
    """What helps to talk one part through."""

    questions: tuple[Question, ...]
    #: What is said before anything is done of it; empty when nothing is.
    first_en: str = ""
    first_fr: str = ""


def plan_parts(data: Mapping[str, Any], kind: PlanKind) -> dict[str, PlanPart]:
    """Answer the parts a protocol says something of; any part may be without.

    Raises:
        PlanPartsError: no such part, nothing to ask, or words in one language only.
    """
    unknown = set(data) - set(kind.sections)
    if unknown:
        raise PlanPartsError(f"no such part of this plan: {', '.join(sorted(unknown))}")
    return {code: _part(part, where=code) for code, part in data.items()}


def _part(data: Mapping[str, Any], *, where: str) -> PlanPart:
    questions = tuple(Question(one["title_en"], one["title_fr"]) for one in data.get("questions") or ())
    first = (data.get("first_en") or "", data.get("first_fr") or "")
    if not questions:
        raise PlanPartsError(f"{where}: ask something, or leave the part out")
    if any(not one.title_en or not one.title_fr for one in questions) or bool(first[0]) != bool(first[1]):
        raise PlanPartsError(f"{where}: say it in both languages")
    return PlanPart(questions, *first)
