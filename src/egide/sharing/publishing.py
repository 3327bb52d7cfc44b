"""What is published of the rules: themselves, their history, and how often each basis was used."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import yaml
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from egide.common.text import localized
from egide.sharing import tables
from egide.sharing.models import Consent, Disclosure, TableState, TableVersion
from egide.sharing.models.table import ACTED
from egide.sharing.rules.catalogue import DATA, Rule, catalogue
from egide.sharing.rules.editing import change, sectors_of
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import policies
from egide.sharing.rules.table import DecisionTable
from egide.sharing.wording import BASES, LETTERS, ChangeLine, row_title

#: Counts below this are not published (domain/reporting.md): a small number may be a person.
SMALLEST = 11
EFFECTS = {"deny": _("Closes"), "permit": _("Opens"), "obligation": _("Duty")}
STATUSES = {
    "in_force": _("in force"),
    "enacted_not_in_force": _("enacted, not in force"),
    "guidance": _("guidance"),
    "programme_rule": _("rule of the programme"),
    "deployment_choice": _("choice of this deployment"),
}
MARKS = {
    "S": _("text read"),
    "S-": _("read second-hand"),
    "K": _("text not read yet"),
    "O": _("our own"),
}
#: What our own rules cite: words, where a law's citation is the same in every language.
SOURCES = {
    "Égide, our own rule": _("Égide, our own rule"),
    "Égide, decision table": _("Égide, decision table"),
}
PLACES = {
    "deployment": _("This platform"),
    "US": _("United States"),
    "CA": _("Canada"),
    "CA-NB": _("New Brunswick"),
    "EU": _("European Union"),
    "CoE": _("Council of Europe"),
    "FR": _("France"),
    "ES": _("Spain"),
    "UK": _("United Kingdom"),
}
#: Bases whose uses are counted.
COUNTED = (
    "consent",
    "serious_imminent_threat",
    "serious_harm_reduction",
    "legal_mandate",
    "medical_emergency",
    "common_programme",
)
#: Versions whose history is told.
VERSIONS_SHOWN = 50


@dataclass(frozen=True)
class RuleLine:
    """One rule as it is published."""

    rule: Rule
    title: str
    text: str
    effect: Any
    status: Any
    mark: Any
    is_on: bool

    @property
    def source(self) -> str:
        """What it cites, as the page says it."""
        return str(SOURCES.get(self.rule.citation, self.rule.citation))


@dataclass(frozen=True)
class Group:
    """The rules of one place."""

    place: Any
    lines: list[RuleLine]

    @property
    def count_on(self) -> int:
        """How many of them act here."""
        return sum(line.is_on for line in self.lines)


def groups() -> list[Group]:
    """Answer every rule by place, the platform's own first, then the places whose rules act here."""
    acting = policies().ids
    by_place: dict[str, list[RuleLine]] = {name: [] for name in PLACES}
    for rule in catalogue().values():
        by_place[rule.jurisdiction].append(
            RuleLine(
                rule,
                localized(rule, "title"),
                localized(rule, "text"),
                EFFECTS[rule.effect],
                STATUSES[rule.status],
                MARKS[rule.verified],
                rule.id in acting,
            )
        )
    for lines in by_place.values():
        lines.sort(key=lambda line: (not line.is_on, line.rule.effect != "deny", line.title))
    found = [Group(PLACES[name], lines) for name, lines in by_place.items() if lines]
    return sorted(found, key=lambda group: not any(line.is_on for line in group.lines))


@cache
def _history() -> list[dict[str, Any]]:
    data = yaml.safe_load((DATA / "history.yaml").read_text(encoding="utf-8"))
    return list(data)


def _rules_history() -> list[dict[str, Any]]:
    """Answer what changed, newest first."""
    return [{"day": line["day"], "text": localized(line, "text")} for line in _history()]


def since(at: datetime) -> date:
    """Answer the day counts begin: that of the year before."""
    day = timezone.localdate(at)
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def uses(*, at: datetime) -> list[dict[str, Any]]:
    """Answer how often each basis was used in a year; a small number is said to be small, never what it is."""
    begins = since(at)
    counted = dict(
        Disclosure.objects.filter(disclosed_at__date__gte=begins)
        .order_by()
        .values_list("basis")
        .annotate(n=Count("pk"))
    )
    counted["consent"] = Consent.objects.filter(given_at__date__gte=begins).count()
    return [
        {"title": BASES[name], "count": counted.get(name, 0) if counted.get(name, 0) >= SMALLEST else None}
        for name in COUNTED
    ]


@dataclass(frozen=True)
class Published:
    """The decision table in force, and the versions before it."""

    number: int
    #: None when the version in force is damaged: it opens nothing to anyone.
    table: DecisionTable | None
    versions: list[TableVersion]

    @property
    def is_damaged(self) -> bool:
        return self.table is None

    def history(self) -> list[dict[str, Any]]:
        """Answer what changed, in the rules and in the table, newest first."""
        lines: list[dict[str, Any]] = [
            {
                "day": timezone.localdate(row.decided_at) if row.decided_at else None,
                "text": _("Decision table, version %(n)s.") % {"n": row.number},
                "reason": row.reason,
                "changes": [ChangeLine(change(one)) for one in row.changes],
            }
            for row in self.versions
        ]
        return sorted([*lines, *_rules_history()], key=lambda line: line["day"], reverse=True)

    def bases(self) -> list[dict[str, Any]]:
        """Answer the table by basis, as rows of letters; the two that open most often first."""
        found = self.table
        if found is None:
            return []
        sectors = sectors_of(found)
        shown = []
        for basis, title in BASES.items():
            names = dict.fromkeys(row for b, row, _sector in found.cells if b == basis)
            rows = [
                {
                    "title": row_title(name),
                    "cells": [
                        LETTERS[found.cells.get((basis, name, sector), Level.NONE)] for sector in sectors
                    ],
                }
                for name in names
            ]
            shown.append({"title": title, "sectors": sectors, "rows": rows})
        return shown


def published() -> Published:
    """Answer the table in force with its history, in one query."""
    acted = list(TableVersion.objects.filter(state__in=ACTED).order_by("-number", "-pk")[:VERSIONS_SHOWN])
    row = next((one for one in acted if one.state == TableState.IN_FORCE), None)
    return Published(tables.number_of(row), tables.readable(row), acted)
