"""The person's own access, as data: how long one has, why something is not given, whom to complain to.

Source: domain/information-sharing.md §5.2, §5.3, §7.1.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import yaml

from egide.sharing.rules.catalogue import DATA, MARKS, catalogue


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What each line says of itself.

    `rule` acts for it: where that rule is off, the line is as if it were not there; empty, it is ours and always
    acts. `regimes`: those of the agency that answers; empty, whatever binds it. `verified`: the mark of its source.
    """

    id: str
    verified: str
    citation: str
    rule: str = ""
    regimes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.verified not in MARKS:
            raise ValueError(f"access: {self.id}: unknown mark")
        if self.rule and self.rule not in catalogue():
            raise ValueError(f"access: {self.id}: no such rule")
        if self.verified == "K" and not self.rule:
            raise ValueError(f"access: {self.id}: nobody read its source, and no rule switches it on")

    def acts(self, *, on: Collection[str], bound_by: Collection[str]) -> bool:
        """Say whether it acts here.

        Args:
            on: ids of the rules that act in this deployment.
            bound_by: regimes of the agency that answers.
        """
        is_ours = not self.regimes or bool({*self.regimes} & {*bound_by})
        return is_ours and (not self.rule or self.rule in on)


@dataclass(frozen=True, kw_only=True)
class Clock(_Entry):
    """How long one has to answer: calendar days, or working days."""

    days: int = 0
    working_days: int = 0


@dataclass(frozen=True, kw_only=True)
class Withholding(_Entry):
    """Why something is not given; and to whom it may be said that something was not, in which words."""

    title_en: str
    title_fr: str
    said_to: tuple[str, ...] = ()
    said_en: str = ""
    said_fr: str = ""

    def may_be_said_to(self, role: str) -> bool:
        """Say whether the answer may name it: never to the person of concern, whatever the data says (§7.1)."""
        return role != "person_of_concern" and role in self.said_to


@dataclass(frozen=True, kw_only=True)
class Authority(_Entry):
    """Whom the person may complain to, in words for them."""

    text_en: str
    text_fr: str


E = TypeVar("E", bound=_Entry)


@cache
def _data() -> Mapping[str, Any]:
    return dict(yaml.safe_load((DATA / "access.yaml").read_text(encoding="utf-8")))


def _read(part: str, kind: type[E]) -> tuple[E, ...]:
    lines: list[dict[str, Any]] = [
        {name: tuple(value) if isinstance(value, list) else value for name, value in line.items()}
        for line in _data()[part]
    ]
    found = tuple(kind(**line) for line in lines)
    if len({one.id for one in found}) != len(found):
        raise ValueError(f"access: two of {part} are named alike")
    return found


@cache
def clocks() -> tuple[Clock, ...]:
    """Answer every clock; ours is last."""
    return _read("clocks", Clock)


@cache
def withholdings() -> Mapping[str, Withholding]:
    """Answer every ground on which something is not given, by id."""
    return {one.id: one for one in _read("grounds", Withholding)}


@cache
def authorities() -> tuple[Authority, ...]:
    """Answer whom one may complain to."""
    return _read("authorities", Authority)
