"""The decision table in force: which version, read once a process, handed over to the rules."""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from threading import Lock
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from egide.sharing.models import TableState, TableVersion
from egide.sharing.rules.editing import check_bounds
from egide.sharing.rules.table import (
    SHIPPED,
    DecisionTable,
    TableError,
    hand_over,
    is_known,
    parse,
    shipped,
    table,
    take_back,
)

log = logging.getLogger(__name__)
#: The number of the table that ships.
FIRST = 1


def in_force() -> QuerySet[TableVersion]:
    """Return the version in force: one row, or none when the table that ships is."""
    return TableVersion.objects.filter(state=TableState.IN_FORCE).order_by()


def read(*, content: Mapping[str, Any], number: int) -> DecisionTable:
    """Turn what a row holds into a table.

    Raises:
        TableError: it is not whole, or opens what no version may.
    """
    try:
        found = parse({**content, "version": number})
    except (AttributeError, TypeError, KeyError) as error:
        raise TableError("the table is not of its shape") from error
    check_bounds(found)
    return found


def known(version_id: UUID) -> str:
    """Answer the key of a version for the rules; one query the first time a process meets it, then none.

    A version that cannot be read is not handed over: its key opens nothing.
    """
    key = str(version_id)
    if not is_known(key):
        row = TableVersion.objects.filter(pk=version_id).order_by().first()
        if row is not None:
            _hand_over(row)
    return key


def _hand_over(row: TableVersion) -> None:
    try:
        hand_over(str(row.pk), read(content=row.content, number=row.number or 0))
    except TableError as error:
        log.error("version %s of the decision table cannot be read: %s", row.number, error)


def current() -> str:
    """Answer the key of the version in force, in one query; for what is decided outside a case."""
    return key_of(in_force().first())


def key_of(row: TableVersion | None) -> str:
    """Answer the key of a version that was fetched, or of the table that ships; no query."""
    if row is None:
        return SHIPPED
    if not is_known(str(row.pk)):
        _hand_over(row)
    return str(row.pk)


def content_of(row: TableVersion | None) -> Mapping[str, Any]:
    """Answer the content of a version, or of the table that ships."""
    if row is not None:
        return dict(row.content)
    return {part: shipped()[part] for part in ("sectors", "bases", "sealed")}


def number_of(row: TableVersion | None) -> int:
    """Answer the number of a version, or of the table that ships."""
    return FIRST if row is None else int(row.number or 0)


def readable(row: TableVersion | None) -> DecisionTable | None:
    """Answer a version as a table, or the one that ships; None when it is damaged: it opens nothing."""
    if row is None:
        return table()
    try:
        return read(content=row.content, number=number_of(row))
    except TableError:
        return None


#: How many previews use each table lent now, in this process: threads may look at the same change at once.
_borrowers: Counter[str] = Counter()
_lending = Lock()


@contextmanager
def lent(content: Mapping[str, Any]) -> Iterator[str]:
    """Let the rules be asked by a table that is no version, for the time of one preview; answers its key.

    The key is made of the content: what is remembered under it stays true, and it is the key of no version.

    Raises:
        TableError: it is not whole, or opens what no version may.
    """
    key = "lent:" + sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    found = read(content=content, number=0)
    with _lending:
        _borrowers[key] += 1
        hand_over(key, found)
    try:
        yield key
    finally:
        with _lending:
            _borrowers[key] -= 1
            if not _borrowers[key]:
                del _borrowers[key]
                take_back(key)
