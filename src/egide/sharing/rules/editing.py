"""What of the decision table may be changed, and what a change alters. The rules of law still forbid, whatever it says."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from egide.sharing.rules.categories import AGGREGATE, STORED
from egide.sharing.rules.levels import Level
from egide.sharing.rules.question import BASES
from egide.sharing.rules.table import LETTERS, READABLE, ROLE_MARK, DecisionTable, TableError, table

#: Sectors that get totals, never anything about a person (design.md §1; domain §4.2, columns EVA and PUB).
OUTSIDE = frozenset({"EVA", "PUB"})
#: Whom a medical emergency opens anything to (42 CFR 2.51: police are not medical staff).
MEDICAL = frozenset({"HLT", "BHV"})
Cell = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """One cell, before and after."""

    basis: str
    row: str
    sector: str
    before: Level
    after: Level

    @property
    def cell(self) -> Cell:
        return (self.basis, self.row, self.sector)

    @property
    def code(self) -> str:
        """As the ledger keeps it: no words."""
        return f"{self.basis}/{self.row}/{self.sector}/{LETTERS[self.before]}{LETTERS[self.after]}"

    def as_data(self) -> list[str]:
        """As it is kept with the version."""
        return [*self.cell, LETTERS[self.before], LETTERS[self.after]]


def change(data: Any) -> Change:
    """Answer a change from what is kept of it."""
    basis, row, sector, before, after = data
    return Change(basis, row, sector, Level(LETTERS.index(before)), Level(LETTERS.index(after)))


def why_not(cell: Cell, after: Level) -> str:
    """Say why no version may hold that level there; empty when one may.

    Returns:
        `sealed`: sealed to everyone, or never kept here. `none`: without any basis, nothing above what ships.
        `outside`: evaluators and the public get totals. `medical`: for medical staff alone.
    """
    basis, row, sector = cell
    category = row.split(ROLE_MARK)[0]
    shipped = table()
    if after == Level.NONE:
        return ""
    if category in shipped.sealed or category not in READABLE:
        return "sealed"
    if after <= shipped.cells.get(cell, Level.NONE):
        return ""
    if basis == "none":
        return "none"
    if sector in OUTSIDE:
        return "outside"
    return "medical" if basis == "medical_emergency" and sector not in MEDICAL else ""


def check_bounds(found: DecisionTable) -> None:
    """Refuse a table that opens what no version may, whatever wrote it.

    Raises:
        TableError: the message names the cell.
    """
    if not found.sealed >= table().sealed:
        raise TableError("what is sealed to everyone cannot be unsealed")
    for cell, level in found.cells.items():
        if reason := why_not(cell, level):
            raise TableError(f"{', '.join(cell)}: {reason}")


def rows_of(basis: str, found: DecisionTable) -> list[str]:
    """Answer the rows a basis may have, in the order of the shipped table, then the categories it does not name."""
    written = [row for b, row, _sector in (*table().cells, *found.cells) if b == basis]
    rows = list(dict.fromkeys(written))
    if basis == "deidentified":
        return rows
    return rows + [slug for slug in STORED if slug not in rows and slug != AGGREGATE]


def sectors_of(found: DecisionTable) -> list[str]:
    """Answer the sectors of a table, in its order."""
    return list(dict.fromkeys(sector for _basis, _row, sector in found.cells))


def is_cell(cell: Cell, found: DecisionTable) -> bool:
    """Say whether a table has, or may have, such a cell."""
    basis, row, sector = cell
    return basis in BASES and sector in sectors_of(found) and row in rows_of(basis, found)


def with_cells(content: Mapping[str, Any], cells: Mapping[Cell, Level]) -> dict[str, Any]:
    """Answer the content of a table with some cells changed.

    Raises:
        TableError: a cell is of no row or sector the basis may have.
    """
    made = deepcopy(dict(content))
    sectors = [str(sector) for sector in made["sectors"]]
    for (basis, row, sector), level in cells.items():
        rows = made["bases"].setdefault(basis, {})
        if sector not in sectors or (row not in rows and row not in READABLE):
            raise TableError(f"{basis}, {row}, {sector}: no such cell")
        rows.setdefault(row, ["-"] * len(sectors))[sectors.index(sector)] = LETTERS[level]
    return made


def changes(before: DecisionTable, after: DecisionTable) -> list[Change]:
    """Answer the cells in which two tables differ."""
    found = []
    for cell in dict.fromkeys((*before.cells, *after.cells)):
        was, is_now = before.cells.get(cell, Level.NONE), after.cells.get(cell, Level.NONE)
        if was != is_now:
            found.append(Change(*cell, was, is_now))
    return found
