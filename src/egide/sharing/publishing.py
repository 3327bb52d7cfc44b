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
from egide.sharing.models import Consent, Disclosure
from egide.sharing.rules.catalogue import DATA, Rule, catalogue
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level
from egide.sharing.rules.policies import policies
from egide.sharing.rules.table import ROLE_MARK, table

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
BASES = {
    "consent": _("Consent"),
    "serious_imminent_threat": _("Serious and imminent threat"),
    "serious_harm_reduction": _("Risk of serious harm"),
    "legal_mandate": _("Statute, court order or warrant"),
    "medical_emergency": _("Medical emergency"),
    "common_programme": _("Common programme"),
}


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


def history() -> list[dict[str, Any]]:
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
        {"title": title, "count": counted.get(name, 0) if counted.get(name, 0) >= SMALLEST else None}
        for name, title in BASES.items()
    ]


def table_version() -> int:
    """Answer the version of the decision table in use."""
    return table().version


_SHORT = {Level.NONE: "—", Level.FLAG: "F", Level.VIEW: "V", Level.SHARE: "S"}


def table_lines() -> dict[str, Any]:
    """Answer the table with consent, and under a serious and imminent threat, as rows of letters."""
    cells = table().cells
    sectors = list(dict.fromkeys(sector for _basis, _category, sector in cells))
    found: dict[str, Any] = {"sectors": sectors, "bases": []}
    for basis in ("consent", "serious_imminent_threat"):
        names = dict.fromkeys(category for b, category, _sector in cells if b == basis)
        rows = [
            {"title": _row_title(name), "cells": [_SHORT[cells[basis, name, sector]] for sector in sectors]}
            for name in names
        ]
        found["bases"].append({"title": BASES[basis], "rows": rows})
    return found


def _row_title(name: str) -> str:
    slug, _mark, role = name.partition(ROLE_MARK)
    title = localized(CATEGORIES[slug], "title")
    return f"{title} ({_ROLES[role]})" if role else title


_ROLES = {"person_of_concern": _("person of concern"), "victim": _("victim")}
