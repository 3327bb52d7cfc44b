"""Read what a records system exports: CSV in the ways it comes, or JSON. Bad files get a clear answer."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 100
LONGEST_CELL = 40_000


class ReadError(ValueError):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """One row: the line a spreadsheet shows it on, and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A file that could be read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read(data: bytes, *, name: str) -> Table:
    """Read a file, as JSON when its name or first character says so, as CSV otherwise.

    Raises:
        ReadError: it is empty, too large, or of neither kind.
    """
    if len(data) > MOST_BYTES:
        raise ReadError(_("The file is too large: at most 50 MB. Split it."))
    if not data.strip():
        raise ReadError(_("The file is empty."))
    text = _decoded(data)
    if not text.strip():
        raise ReadError(_("The file is empty."))
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return _csv(text)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise ReadError(_("The file’s characters cannot be read. Save it as UTF-8.")) from error
    if b"\0" in data:
        raise ReadError(_("This is not a text file. Export it as CSV or JSON."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError as error:
            raise ReadError(_("The file’s characters cannot be read. Save it as UTF-8.")) from error


def _csv(text: str) -> Table:
    text = text.lstrip()
    first = text.splitlines()[0]
    separator = max(";,\t", key=first.count)
    if first.count(separator) == 0:
        raise ReadError(
            _("No columns were found. The first line names them, separated by commas, semicolons or tabs.")
        )
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        columns = _columns([cell.strip() for cell in next(reader)])
        rows = tuple(_csv_rows(reader, columns))
    except csv.Error as error:
        raise ReadError(
            _("Line %(line)s cannot be read: a cell is too long, or its quotation marks are not closed.")
            % {"line": reader.line_num}
        ) from error
    return _whole(columns, rows)


def _csv_rows(reader: Any, columns: tuple[str, ...]) -> Iterator[Row]:
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                raise ReadError(
                    _(
                        "Line %(line)s has more cells than there are columns. Is a text with separators unquoted?"
                    )
                    % {"line": line}
                )
            padded = [*cells, *[""] * (len(columns) - len(cells))]
            yield Row(line, dict(zip(columns, (c.strip() for c in padded), strict=False)))
        line = reader.line_num + 1


def _columns(names: list[str]) -> tuple[str, ...]:
    if len(names) > MOST_COLUMNS:
        raise ReadError(_("There are too many columns."))
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled:
        raise ReadError(_("Column “%(name)s” is there twice.") % {"name": sorted(doubled)[0]})
    return tuple(names)


def _json(text: str) -> Table:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(_("This JSON cannot be read.")) from error
    if isinstance(data, dict):
        data = data.get("referrals")
    if not isinstance(data, list):
        raise ReadError(_("This JSON is not a list of referrals, nor an object with “referrals”."))
    columns: dict[str, None] = {}
    rows = []
    for number, item in enumerate(data, start=1):
        if not isinstance(item, dict):
            raise ReadError(_("Referral %(number)s is not an object.") % {"number": number})
        cells = {str(key).strip(): _cell(value, number) for key, value in item.items()}
        columns.update(dict.fromkeys(cells))
        rows.append(Row(number, cells))
    return _whole(_columns(list(columns)), tuple(rows))


def _cell(value: Any, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str | int | float):
        text = str(value).strip()
        if len(text) > LONGEST_CELL:
            raise ReadError(_("Referral %(number)s holds a text that is too long.") % {"number": number})
        return text
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "; ".join(value)
    raise ReadError(
        _("Referral %(number)s holds something that is neither text nor number.") % {"number": number}
    )


def _whole(columns: tuple[str, ...], rows: tuple[Row, ...]) -> Table:
    if not rows:
        raise ReadError(_("The file names columns and holds no referral."))
    if len(rows) > MOST_ROWS:
        raise ReadError(_("The file holds too many rows: at most 200,000. Split it."))
    return Table(columns, rows)
