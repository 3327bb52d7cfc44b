"""What a change of the decision table would change for whom, in the cases there are: counts, and no name of a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from egide.assessments.models import ANSWERS_CATEGORY, SUMMARY_CATEGORY
from egide.cases.models import Case, File
from egide.cases.models.case import remember_programmes
from egide.cases.models.file import NAME_CATEGORY
from egide.cases.queries.holding import held_classes
from egide.common.text import localized
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import tables
from egide.sharing.comparing import LESS, Effect, effects
from egide.sharing.everyone import Everyone
from egide.sharing.models import TableVersion
from egide.sharing.permissions import check_privacy_officer
from egide.sharing.publishing import SMALLEST
from egide.sharing.rules.categories import CATEGORIES, STORED
from egide.sharing.rules.editing import Change
from egide.sharing.rules.table import ROLE_MARK

#: Cases looked at, the newest first: a page answers in seconds whatever the number there are.
MOST_CASES = 2_000
#: Bases on which nobody reads here: what is handed over at a counter, or published.
NOT_READ_HERE = ("self", "deidentified")
_WHAT = {
    "loss": gettext_lazy("would no longer read it"),
    "less": gettext_lazy("would still read it, without a copy"),
    "hidden": gettext_lazy("would no longer know that it exists"),
    "gain": gettext_lazy("would read it from now on"),
    "more": gettext_lazy("could also copy it, under notice"),
    "told": gettext_lazy("would know that it exists"),
}


@dataclass(frozen=True)
class Line:
    """One effect as it is shown: people and agencies as they are, few files as few."""

    effect: Effect

    @property
    def kind(self) -> str:
        return self.effect.kind

    @property
    def what(self) -> Any:
        """What would happen, in words."""
        return _WHAT[self.effect.kind]

    @property
    def category(self) -> str:
        return localized(CATEGORIES[self.effect.category], "title")

    @property
    def people(self) -> int:
        return len(self.effect.accounts)

    @property
    def agencies(self) -> list[str]:
        """Their names, in the active language."""
        return sorted(str(agency) for agency in self.effect.agencies.values())

    @property
    def files(self) -> int | None:
        """In how many files; None when so few that the number may be a person."""
        return len(self.effect.files) if len(self.effect.files) >= SMALLEST else None


@dataclass(frozen=True)
class Sum:
    """How many people, in how many agencies, some effects are about; each counted once."""

    people: int
    agencies: int

    @property
    def words(self) -> str:
        """As one says it: “12 people in 3 agencies”."""
        people = ngettext("%(n)s person", "%(n)s people", self.people) % {"n": self.people}
        agencies = ngettext("%(n)s agency", "%(n)s agencies", self.agencies) % {"n": self.agencies}
        return _("%(people)s in %(agencies)s") % {"people": people, "agencies": agencies}


@dataclass(frozen=True)
class Preview:
    """What would change, and what was looked at to say so."""

    lines: list[Line]
    cases: int
    #: Older cases are there and were not looked at.
    is_partial: bool
    #: Only bases on which nobody reads here change.
    is_elsewhere: bool

    def _sum(self, kinds: Collection[str]) -> Sum:
        mine = [line.effect for line in self.lines if line.kind in kinds]
        return Sum(
            len({pk for one in mine for pk in one.accounts}), len({pk for one in mine for pk in one.agencies})
        )

    @property
    def less(self) -> Sum:
        """Those for whom anything is less."""
        return self._sum(LESS)

    @property
    def more(self) -> Sum:
        """Those for whom anything is more."""
        return self._sum({line.kind for line in self.lines} - set(LESS))


def preview(
    *,
    base: TableVersion | None,
    content: Any,
    changes: Sequence[Change],
    actor: Membership | None,
    at: datetime,
) -> Preview:
    """Answer what a table would change for whom, by the decisions that serve pages; seven queries.

    Counted: everyone who works on cases today, in the newest cases the actor is not kept out of, on the consents,
    grounds and emergencies in force. Nothing is opened and nothing recorded.

    Raises:
        NotVisible: the actor is no privacy officer. TableError: the table is not whole.
    """
    check_privacy_officer(actor)
    is_elsewhere = all(one.basis in NOT_READ_HERE for one in changes)
    if is_elsewhere or actor is None:
        return Preview([], 0, is_partial=False, is_elsewhere=is_elsewhere)
    files, cases, is_partial = _files(actor)
    members = _members({one.sector for one in changes}, at)
    remember_programmes(members)
    everyone = Everyone(members=members, files=files, at=at)
    # Answers too: on a page of their own, not on the one that asks who sees what.
    sheets = (SUMMARY_CATEGORY, ANSWERS_CATEGORY)
    classes = held_classes(files, categories=_categories(changes), sheets=sheets)
    with tables.lent(content) as key:
        found = effects(everyone=everyone, classes=classes, before=tables.key_of(base), after=key)
    return Preview([Line(one) for one in found], cases, is_partial=is_partial, is_elsewhere=False)


def _categories(changes: Sequence[Change]) -> set[str]:
    """What the changes can alter: their own rows; everything when it is whether the file shows itself at all."""
    named = {one.row.split(ROLE_MARK)[0] for one in changes}
    return set(STORED) if NAME_CATEGORY in named else named


def _files(actor: Membership) -> tuple[list[File], int, bool]:
    """The files of the newest cases, how many cases, and whether there are older ones."""
    newest = (
        Case.objects.filter(sharing_queries.not_recused(actor, case_ref="pk"))
        .order_by("-pk")
        .values("pk")[: MOST_CASES + 1]
    )
    files = list(
        File.objects.filter(case__in=newest, expunged_at__isnull=True)
        .select_related("case__programme")
        .only("role", "is_subject", "holder", "case__programme__protocol_code", "case__programme__training")
        .order_by("-case", "pk")
    )
    cases = list(dict.fromkeys(file.case_id for file in files))
    if len(cases) <= MOST_CASES:
        return files, len(cases), False
    kept = set(cases[:MOST_CASES])
    return [file for file in files if file.case_id in kept], MOST_CASES, True


def _members(sectors: Collection[str], at: datetime) -> list[Membership]:
    rows = Membership.objects.in_force(timezone.localdate(at)).filter(
        role__in=sharing_queries.ASSIGNABLE_ROLES, agency__sector__in=sectors
    )
    return list(rows.select_related("agency", "account").order_by("pk"))
