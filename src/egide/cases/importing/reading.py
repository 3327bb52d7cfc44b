"""Read what a records system exports: CSV in the ways it comes, or JSON. Bad files get a clear answer."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from egide.cases.importing.columns import fold

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 100
LONGEST_NAME = 100
#: Lists and objects in a JSON file: some for each referral; far more only make the reader run out of memory.
MOST_CONTAINERS = 5 * MOST_ROWS
#: Objects inside a referral, such as {"victim": {"name": {"given": "Anne"}}}.
DEEPEST = 3
SEPARATORS = ",;\t"
#: What a spreadsheet would take for a formula. Here it is text; an apostrophe before it says so, and goes.
FORMULA = ("=", "+", "-", "@")
_OTHER_KINDS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"SQLite format 3")
_MARKS_16 = (b"\xff\xfe", b"\xfe\xff")
_PAIRS = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


class ReadError(ValueError):
    """The file as a whole cannot be read; the message says why and what to do, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Args:
        line: the number a spreadsheet shows beside it; in JSON, its place in the list, from 1.
        cells: in the order of the table's columns.
        problem: why the row as a whole cannot be used; `cells` then is what there was.
    """

    line: int
    cells: tuple[str, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A file that could be read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str = ","
    is_json: bool = False


def read(file: BinaryIO, name: str) -> Table:
    """Read a file, as JSON when its name or its first character says so, as CSV otherwise.

    Raises:
        ReadError: it is empty, too large, damaged, or of neither kind.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ReadError(_("The file is too large: at most 50 MB. Split it."))
    text = decoded(data)
    if not text.strip():
        raise ReadError(_("The file is empty."))
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("{", "["):
        return _json(text)
    return _csv(text)


# ---- characters ------------------------------------------------------------------------------


def decoded(data: bytes) -> str:
    """Answer the text of a file in UTF-8, UTF-16 with its mark, or Windows-1252.

    Raises:
        ReadError: it is none of them, or is damaged.
    """
    if data.startswith(_OTHER_KINDS):
        raise ReadError(_("This is a spreadsheet, an archive or a document. Export it as CSV or JSON."))
    try:
        text = data.decode("utf-16" if data[:2] in _MARKS_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        text = _windows(data, error)
    text = text.lstrip("\ufeff")  # some programs put the mark twice
    if "\0" in text:
        raise ReadError(_("This is not a text file. Export it as CSV or JSON."))
    return text


def _windows(data: bytes, error: UnicodeDecodeError) -> str:
    """Older systems write Windows-1252; a UTF-8 file with a few damaged bytes is not that."""
    paired = sum(len(pair) for pair in _PAIRS.findall(data))
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if data[:2] in _MARKS_16:
        raise ReadError(_("The file’s characters cannot be read. Save it as UTF-8.")) from error
    if data[:3] == b"\xef\xbb\xbf" or paired > high - paired:
        line = data[: error.start].count(b"\n") + 1
        raise ReadError(
            _("The file is damaged near line %(line)s: it is UTF-8 with bytes that are not. Export it again.")
            % {"line": line}
        ) from error
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as second:
        raise ReadError(_("The file’s characters cannot be read. Save it as UTF-8.")) from second


# ---- CSV -------------------------------------------------------------------------------------


def _csv(text: str) -> Table:
    announced = re.match(r"sep=([,;\t])\r?\n", text)  # as Excel writes and hides it
    if announced:
        text = text[announced.end() :]
    separator = announced[1] if announced else max(SEPARATORS, key=lambda mark: _width(text, mark))
    records = _records(text, separator)
    _line, header = next(records, (0, []))
    columns = _named(_without_trailing_blanks(header))
    if len(columns) < 2:
        raise ReadError(
            _("No columns were found. The first line names them, separated by commas, semicolons or tabs.")
        )
    if len(columns) > MOST_COLUMNS:
        raise ReadError(_("There are too many columns: at most %(most)s.") % {"most": MOST_COLUMNS})
    rows = tuple(_row(line, cells, len(columns)) for line, cells in _limited(records))
    return _whole(Table(columns, rows, separator))


def _width(text: str, separator: str) -> int:
    """Count the columns the first line would have."""
    try:
        return len(next(_records(text, separator))[1])
    except (ReadError, StopIteration):
        return 0


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record that is not blank with its number, counted as a spreadsheet does: blank ones too."""
    number = 0
    try:
        # Strict: a quotation mark never closed would otherwise swallow the rest of the file in silence.
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), start=1
        ):
            if any(cell and not cell.isspace() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise ReadError(
            _("Row %(line)s cannot be read: its quotation marks do not match, or a cell is far too long.")
            % {"line": number + 1}
        ) from error


def _limited(records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for count, record in enumerate(records):
        if count == MOST_ROWS:
            raise ReadError(_("The file holds too many rows: at most 200,000. Split it."))
        yield record


def _without_trailing_blanks(cells: list[str]) -> list[str]:
    last = len(cells)
    while last and not cells[last - 1].strip():
        last -= 1
    return cells[:last]


def _row(line: int, cells: list[str], width: int) -> Row:
    if len(cells) > width:
        cells = [*cells[:width], *_without_trailing_blanks(cells[width:])]
    plain = tuple(unguarded(cell.strip()) for cell in cells)
    if len(plain) == width:
        return Row(line, plain)
    # A cell missing in the middle would put an address where a note belongs: nothing is guessed.
    return Row(
        line,
        plain,
        _("has %(count)s cells where there are %(wanted)s columns; put texts with separators in quotes")
        % {"count": len(plain), "wanted": width},
    )


def unguarded(cell: str) -> str:
    """Take away the apostrophe that tells a spreadsheet "this is text, not a formula"."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*FORMULA, "'")) else cell


def guarded(cell: str) -> str:
    """Put it there: `unguarded` answers the cell again."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


# ---- JSON ------------------------------------------------------------------------------------


class _Twice(ValueError):
    """An object says the same thing twice."""


def _json(text: str) -> Table:
    if text.count("[") + text.count("{") > MOST_CONTAINERS:
        raise ReadError(_("This JSON holds too many lists and objects. Split it."))
    try:
        data = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except (ValueError, RecursionError, MemoryError) as error:
        where = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        if isinstance(error, _Twice):
            raise ReadError(_("This JSON cannot be read: an object gives the same name twice.")) from error
        if where:
            raise ReadError(
                _("This JSON cannot be read: see line and column %(where)s.") % {"where": where}
            ) from error
        raise ReadError(_("This JSON cannot be read.")) from error
    if isinstance(data, dict):
        data = data.get("referrals")
    if not isinstance(data, list):
        raise ReadError(_("This JSON is not a list of referrals, nor an object with “referrals”."))
    if len(data) > MOST_ROWS:
        raise ReadError(_("The file holds too many rows: at most 200,000. Split it."))
    return _objects(data)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Twice
    return found


def _refuse_constant(_name: str) -> None:
    raise ValueError


def _objects(data: list[Any]) -> Table:
    columns: dict[str, str] = {}
    read_rows: list[tuple[dict[str, str], str]] = []
    for item in data:
        cells: dict[str, str] = {}
        problem = _flatten(item, "", cells, 0) if isinstance(item, dict) else _("is not an object")
        by_name = {fold(name): cell for name, cell in cells.items()}
        if len(by_name) != len(cells):
            problem = problem or _("says the same thing twice")
        for name in cells:
            columns.setdefault(fold(name), name)
        if len(columns) > MOST_COLUMNS:
            raise ReadError(_("There are too many columns: at most %(most)s.") % {"most": MOST_COLUMNS})
        read_rows.append((by_name, problem))
    rows = []
    for number, (by_name, problem) in enumerate(read_rows, start=1):
        if problem:
            # What there was is kept whole, so that it can be set aside.
            rows.append(Row(number, (json.dumps(data[number - 1], ensure_ascii=False),), problem))
        else:
            rows.append(Row(number, tuple(by_name.get(name, "") for name in columns)))
    return _whole(Table(_named(columns.values()), tuple(rows), is_json=True))


def _flatten(item: dict[str, Any], prefix: str, cells: dict[str, str], depth: int) -> str:
    """Fill `cells`, {"victim": {"name": …}} as "victim_name"; answers what is wrong, or nothing."""
    for key, value in item.items():
        name = f"{prefix}{key.strip()}"
        if isinstance(value, dict):
            if depth + 1 >= DEEPEST:
                return _("holds objects in objects, too deep")
            problem = _flatten(value, f"{name}_", cells, depth + 1)
        elif name in cells:
            problem = _("says the same thing twice")
        else:
            cells[name], problem = _cell(value)
        if problem:
            return problem
    return ""


def _cell(value: Any) -> tuple[str, str]:
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ("yes" if value else "no"), ""
    if isinstance(value, str | int | float):
        return str(value).strip(), ""
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return "; ".join(str(each) for each in value), ""
    return "", _("holds something that is neither text nor number")


def _named(names: Iterable[str]) -> tuple[str, ...]:
    """Answer the columns' names as they can be shown on a terminal or a page: one line, letters and signs."""
    columns = tuple(" ".join(name.split()) for name in names)
    for number, name in enumerate(columns, start=1):
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise ReadError(
                _("The name of column %(number)s is too long, or is not text.") % {"number": number}
            )
    return columns


def _whole(table: Table) -> Table:
    if not table.rows:
        raise ReadError(_("The file names columns and holds no referral."))
    return table
