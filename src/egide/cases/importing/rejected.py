"""The rows of a file that were not imported, set aside so that nothing is lost."""

import csv
import itertools
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from egide.cases.importing.mapping import RowError
from egide.cases.importing.reading import Table, guarded
from egide.common.text import with_colon

ERROR = "error"


def keep_rejected(source: Path, table: Table, errors: Iterable[RowError]) -> Path:
    """Write the rows with a mistake beside the file, what is wrong in a last column; answers where.

    Only its owner may read it, and nothing is written over. Corrected, it can be imported as it is.

    Raises:
        OSError: it cannot be written; then nothing is left of it.
    """
    said: dict[int, list[str]] = {}
    for error in errors:
        said.setdefault(error.line, []).append(
            f"{with_colon(error.column)} {error.message}" if error.column else error.message
        )
    target = _free_name(source)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="", errors="backslashreplace") as file:
            _write(csv.writer(file, delimiter=table.separator), table, said)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _free_name(source: Path) -> Path:
    for number in itertools.count(1):
        again = f"-{number}" if number > 1 else ""
        target = source.with_name(f"{source.name}.rejected{again}.csv")
        if not os.path.lexists(target):
            return target
    raise AssertionError


def _write(writer: Any, table: Table, said: dict[int, list[str]]) -> None:
    kept = [place for place, name in enumerate(table.columns) if name != ERROR]
    writer.writerow([*(table.columns[place] for place in kept), ERROR])
    for row in table.rows:
        if row.line in said:
            cells = [row.cells[place] if place < len(row.cells) else "" for place in kept]
            # Cells beyond the last column come after what is wrong: they too are kept.
            beyond = row.cells[len(table.columns) :]
            writer.writerow([*map(guarded, cells), "; ".join(said[row.line]), *map(guarded, beyond)])
