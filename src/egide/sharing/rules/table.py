"""The decision table, read from data: the most a sector may have of a category, on a basis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from egide.sharing.rules.catalogue import DATA
from egide.sharing.rules.categories import AGGREGATE, CATEGORIES, STORED
from egide.sharing.rules.levels import Level
from egide.sharing.rules.question import BASES

LETTERS = ("-", "F", "V", "S")
_LEVELS = {"-": Level.NONE, "F": Level.FLAG, "V": Level.VIEW, "S": Level.SHARE}
#: Written after a category, for the file of one role alone: `identity.core@person_of_concern`.
ROLE_MARK = "@"
READABLE = frozenset({*STORED, AGGREGATE})


class TableError(ValueError):
    """The table is not whole; the message names the cell."""


@dataclass(frozen=True)
class DecisionTable:
    """One version of the table."""

    version: int
    cells: Mapping[tuple[str, str, str], Level]
    sealed: frozenset[str]

    def level(
        self, *, basis: str, category: str, sector: str, is_holder: bool, subject_role: str = ""
    ) -> Level:
        """Answer the most a reader may have; nothing where the table says nothing.

        Args:
            basis: one of `question.BASES`.
            is_holder: the reader's own agency holds the item: all of it, except what is sealed to everyone.
            subject_role: whose file it is; some rows are of one role alone.
        """
        if category in self.sealed or category not in READABLE:
            return Level.NONE
        if is_holder:
            return Level.SHARE
        own = self.cells.get((basis, f"{category}{ROLE_MARK}{subject_role}", sector))
        return own if own is not None else self.cells.get((basis, category, sector), Level.NONE)


def parse(data: Mapping[str, Any]) -> DecisionTable:
    """Turn the loaded file into a table.

    Raises:
        TableError: a part is missing, a row is short, or a level, a category, a basis or a sector is unknown
            or named twice; the message names the place.
    """
    for part in ("version", "sectors", "bases", "sealed"):
        if part not in data:
            raise TableError(f"the table has no {part}")
    sectors = [str(sector) for sector in data["sectors"]]
    for sector in sectors:
        if sectors.count(sector) != 1:
            raise TableError(f"sector {sector} is named twice")
    cells: dict[tuple[str, str, str], Level] = {}
    for basis, rows in data["bases"].items():
        if basis not in BASES:
            raise TableError(f"unknown basis {basis}")
        for category, row in rows.items():
            cells.update(_row(basis, category, sectors, row))
    for category in data["sealed"]:
        # Misspelt, it would be open to whoever holds it, and nothing would say so.
        if category not in CATEGORIES:
            raise TableError(f"sealed: unknown category {category}")
    return DecisionTable(version=data["version"], cells=cells, sealed=frozenset(data["sealed"]))


def _row(
    basis: str, category: str, sectors: Sequence[str], row: Sequence[Any]
) -> dict[tuple[str, str, str], Level]:
    if category.split(ROLE_MARK)[0] not in CATEGORIES:
        raise TableError(f"{basis}: unknown category {category}")
    if len(row) != len(sectors):
        raise TableError(f"{basis}, {category}: {len(row)} cells for {len(sectors)} sectors")
    for sector, cell in zip(sectors, row, strict=True):
        if str(cell) not in _LEVELS:
            raise TableError(f"{basis}, {category}, {sector}: unknown level")
    return {(basis, category, s): _LEVELS[str(cell)] for s, cell in zip(sectors, row, strict=True)}


@cache
def shipped() -> Mapping[str, Any]:
    """Answer the table that ships, as it is written."""
    return dict(yaml.safe_load((DATA / "table.yaml").read_text(encoding="utf-8")))


@cache
def table() -> DecisionTable:
    """Answer the table that ships: in force while no other version is."""
    return parse(shipped())


#: The key of the table that ships.
SHIPPED = ""
_handed_over: dict[str, DecisionTable] = {}


def hand_over(key: str, found: DecisionTable) -> None:
    """Make a version known to this process. What a key stands for never changes."""
    if key == SHIPPED:
        raise TableError("the table that ships is not replaced, another version takes its place")
    _handed_over[key] = found


def take_back(key: str) -> None:
    """Forget one version handed over for a time."""
    _handed_over.pop(key, None)


def is_known(key: str) -> bool:
    """Say whether a version was handed over to this process."""
    return key == SHIPPED or key in _handed_over


def table_of(key: str) -> DecisionTable:
    """Answer one version.

    Raises:
        TableError: this process does not know it; whoever asks opens nothing.
    """
    if key == SHIPPED:
        return table()
    if key not in _handed_over:
        raise TableError("this version of the table is not known")
    return _handed_over[key]


def forget_versions() -> None:
    """Forget every version handed over, as a process that begins knows none."""
    _handed_over.clear()
