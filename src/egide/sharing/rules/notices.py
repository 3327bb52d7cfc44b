"""What goes along with information that was told: the words of each notice, by version, and which come with what.

Source: domain/information-sharing.md §1.2 (us-part2-redisclosure-notice), §1.3 (us-ferpa-redisclosure), §1.4.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Protocol

import yaml

from egide.sharing.rules.catalogue import DATA, MARKS, catalogue
from egide.sharing.rules.decision import Decision
from egide.sharing.rules.enabling import UNREAD, Deployment

#: What stands in place of a notice that would tell who brought something.
NEUTRAL = "neutral"


@dataclass(frozen=True)
class Notice:
    """One version of one notice.

    Args:
        attached_by: the duty that brings it; none for the neutral one.
        told_by: kinds of information that already tell what it tells.
        has_consent: an account of the consent goes along with it.
    """

    id: str
    version: int
    effective_from: date
    title_en: str
    title_fr: str
    text_en: str
    text_fr: str
    source: str
    verified: str
    attached_by: str = ""
    told_by: tuple[str, ...] = ()
    has_consent: bool = False

    @property
    def ref(self) -> str:
        """How records name it: `id@version`."""
        return f"{self.id}@{self.version}"


class Decided(Protocol):
    """A class of information and what was decided of it."""

    @property
    def category(self) -> str: ...

    @property
    def decision(self) -> Decision: ...


@cache
def notices() -> Mapping[str, Notice]:
    """Answer every version of every notice, by `id@version`.

    Raises:
        TypeError, ValueError: one lacks a part, is there twice, or is attached by what is no duty.
    """
    found: dict[str, Notice] = {}
    for entry in yaml.safe_load((DATA / "notices.yaml").read_text(encoding="utf-8")):
        one = Notice(**{**entry, "told_by": tuple(entry.get("told_by", ()))})
        rule = catalogue().get(one.attached_by)
        if one.ref in found or one.verified not in MARKS:
            raise ValueError(f"notice {one.ref}: twice, or its mark is unknown")
        if (rule is None or rule.effect != "obligation") and one.id != NEUTRAL:
            raise ValueError(f"notice {one.ref}: no duty attaches it")
        found[one.ref] = one
    return found


_deployment = Deployment()


def use(deployment: Deployment) -> None:
    """Say which deployment this is; called when the application starts."""
    global _deployment
    _deployment = deployment
    in_force.cache_clear()


def _may_be_shown(notice: Notice) -> bool:
    """Words nobody compared with their source give way to the last that were, as rules do."""
    return notice.verified != UNREAD or _deployment.is_fictional or notice.attached_by in _deployment.reviewed


@cache
def in_force(on: date) -> Mapping[str, Notice]:
    """Answer the notice each duty brings on a day, by the duty; the neutral one under its own name."""
    found: dict[str, Notice] = {}
    for one in sorted(notices().values(), key=lambda one: (one.effective_from, one.version)):
        if one.effective_from <= on and _may_be_shown(one):
            found[one.attached_by or NEUTRAL] = one
    return found


def notices_of(decided: Iterable[Decided], *, side: str, on: date) -> tuple[Notice, ...]:
    """Answer the notices that go along with what a reader gets of these classes, each once, in order of their names.

    Only what is read brings one (a decision below reading has no duties), so a notice tells of nothing that is
    withheld. To the side that may not know who brought an item, a notice that would tell is the neutral one.

    Args:
        side: the reader's: `victim`, `management`, `both`.
    """
    known = in_force(on)
    found: dict[str, Notice] = {}
    for one in decided:
        for duty in one.decision.obligations:
            notice = known.get(duty)
            if notice is None:
                continue
            if side == "management" and one.category not in notice.told_by:
                notice = known.get(NEUTRAL, notice)
            found[notice.ref] = notice
    return tuple(found[ref] for ref in sorted(found))
