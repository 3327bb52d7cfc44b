"""What the pages of the decision table show: the table by sentences, its versions, a change as it is being made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q

from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import proposing, tables
from egide.sharing.models import TableState, TableVersion
from egide.sharing.permissions import check_privacy_officer
from egide.sharing.rules.editing import Cell, change, rows_of, sectors_of, why_not
from egide.sharing.rules.levels import Level
from egide.sharing.rules.table import LETTERS, DecisionTable
from egide.sharing.wording import BASES, LEVELS, WHEN, WHY_NOT, ChangeLine, row_title, sector_title

#: Versions on the page of the table: the newest.
VERSIONS_SHOWN = 40


@dataclass(frozen=True)
class Row:
    """One kind of information on one basis: which sectors may have what."""

    code: str
    title: str
    share: list[str]
    view: list[str]
    flag: list[str]


@dataclass(frozen=True)
class Standing:
    """The table in force and what waits or happened beside it."""

    number: int
    version: TableVersion | None
    table: DecisionTable | None
    waiting: TableVersion | None
    #: A page of the others, the last proposed first.
    others: Page[TableVersion]

    @property
    def is_damaged(self) -> bool:
        return self.table is None


def standing(*, actor: Membership | None, after: str = "") -> Standing:
    """Answer the version in force, the proposal that waits and a page of the others, in three queries.

    Raises:
        NotVisible: the actor is no privacy officer.
    """
    check_privacy_officer(actor)
    version = _with_people().filter(state=TableState.IN_FORCE).order_by().first()
    rows = _with_people().defer("content")
    return Standing(
        tables.number_of(version),
        version,
        tables.readable(version),
        rows.filter(state=TableState.PROPOSED).order_by().first(),
        paging.page(
            rows.exclude(state=TableState.PROPOSED), by="-proposed_at", size=VERSIONS_SHOWN, after=after
        ),
    )


def _with_people() -> Any:
    return TableVersion.objects.select_related("proposed_by_account", "decided_by_account")


def rows_on(basis: str, found: DecisionTable) -> tuple[list[Row], list[tuple[str, str]]]:
    """Answer what a table opens on a basis, row by row, and the rows on which it opens nothing (code, title)."""
    opened, shut = [], []
    sectors = sectors_of(found)
    for code in rows_of(basis, found):
        by_level: dict[Level, list[str]] = {}
        for sector in sectors:
            level = found.cells.get((basis, code, sector), Level.NONE)
            by_level.setdefault(level, []).append(sector_title(sector))
        lists = [by_level.get(level, []) for level in (Level.SHARE, Level.VIEW, Level.FLAG)]
        if any(lists):
            opened.append(Row(code, row_title(code), *lists))
        else:
            shut.append((code, row_title(code)))
    return opened, shut


@dataclass(frozen=True)
class Choice:
    """One cell as somebody chooses it: the levels it may hold, and why not more."""

    sector: str
    title: str
    now: Level
    chosen: Level
    levels: list[Level]
    why_not: Any

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"to_{self.sector}"

    @property
    def is_fixed(self) -> bool:
        return len(self.levels) == 1


def choices(*, basis: str, row: str, draft: proposing.Draft) -> list[Choice]:
    """Answer the cells of a row as they are in force, as chosen so far, and as they may be.

    Raises:
        NotVisible: there is no such row.
    """
    made = tables.read(content=draft.content, number=0)
    if basis not in BASES or row not in rows_of(basis, made):
        raise NotVisible
    now = tables.readable(draft.base)
    found = []
    for sector in sectors_of(made):
        cell = (basis, row, sector)
        refused = {level: why for level in Level if (why := why_not(cell, level))}
        found.append(
            Choice(
                sector,
                sector_title(sector),
                now.cells.get(cell, Level.NONE) if now else Level.NONE,
                made.cells.get(cell, Level.NONE),
                [level for level in Level if level not in refused],
                WHY_NOT[next(iter(refused.values()))] if refused else "",
            )
        )
    return found


@dataclass(frozen=True)
class Asked:
    """A change as it stands in an address: a version to go back to, and cells. Codes alone, nothing of anyone."""

    cells: Mapping[Cell, Level]
    back_to: int | None

    @property
    def codes(self) -> list[str]:
        return ["/".join(cell) + f"/{LETTERS[level]}" for cell, level in self.cells.items()]

    @property
    def query(self) -> str:
        back = [("back", str(self.back_to))] if self.back_to is not None else []
        return urlencode([*back, *(("cell", code) for code in self.codes)])

    def with_row(self, basis: str, row: str, levels: Mapping[str, Level]) -> "Asked":
        """The same with one row chosen anew."""
        kept = {cell: level for cell, level in self.cells.items() if cell[:2] != (basis, row)}
        return Asked(
            {**kept, **{(basis, row, sector): level for sector, level in levels.items()}}, self.back_to
        )

    def only(self, lines: Iterable[ChangeLine]) -> "Asked":
        """The same without the cells that would change nothing; beside a former version each one says something."""
        if self.back_to is not None:
            return self
        changed = {line.change.cell for line in lines}
        return Asked({cell: level for cell, level in self.cells.items() if cell in changed}, self.back_to)

    def without(self, cell: Cell) -> "Asked":
        """The same without one cell."""
        return Asked({one: level for one, level in self.cells.items() if one != cell}, self.back_to)


def asked(*, back: str, cells: Sequence[str]) -> Asked:
    """Read a change from an address.

    Raises:
        NotVisible: it is not written as one.
    """
    found: dict[Cell, Level] = {}
    for code in cells:
        parts = code.split("/")
        if len(parts) != 4 or parts[3] not in LETTERS:
            raise NotVisible
        found[parts[0], parts[1], parts[2]] = Level(LETTERS.index(parts[3]))
    if back and not (back.isdecimal() and len(back) < 6):
        raise NotVisible
    return Asked(found, int(back) if back else None)


@dataclass(frozen=True)
class Seen:
    """One version or proposal, and the version in force beside it."""

    version: TableVersion
    base: TableVersion | None

    @property
    def lines(self) -> list[ChangeLine]:
        return [ChangeLine(change(one)) for one in self.version.changes]

    @property
    def is_outdated(self) -> bool:
        return self.version.is_open and proposing.is_outdated(self.version, self.base)

    @property
    def is_damaged(self) -> bool:
        return tables.readable(self.version) is None

    @property
    def due_at(self) -> datetime:
        return proposing.due_at(self.version)


def seen(*, version_id: UUID, actor: Membership | None) -> Seen:
    """Answer one version, with the one in force, in one query.

    Raises:
        NotVisible: the actor is no privacy officer, or there is none.
    """
    check_privacy_officer(actor)
    rows = list(
        _with_people().filter(Q(pk=version_id) | Q(state=TableState.IN_FORCE)).order_by("proposed_at", "pk")
    )
    found = next((row for row in rows if row.pk == version_id), None)
    if found is None:
        raise NotVisible
    return Seen(found, next((row for row in rows if row.state == TableState.IN_FORCE), None))


def level_choices(levels: Sequence[Level]) -> list[tuple[str, Any]]:
    """Answer levels as choices of a form."""
    return [(LETTERS[level], LEVELS[level]) for level in levels]


__all__ = [
    "BASES",
    "WHEN",
    "Asked",
    "Choice",
    "Row",
    "Seen",
    "Standing",
    "asked",
    "choices",
    "level_choices",
    "rows_on",
    "seen",
    "standing",
]
