"""Write many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models

#: Kinds of column whose Python values the databases' drivers take, save those named in `_converter`.
_PLAIN = (
    models.BooleanField,
    models.CharField,
    models.DateField,
    models.IntegerField,
    models.TextField,
    models.UUIDField,
)
#: Rows sent to SQLite in one call.
CHUNK = 2000


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows in the caller's transaction; answers how many. Defaults and signals are the caller's affair.

    Args:
        columns: attribute names (`file_id` for a relation), in the order of each row's values.
        rows: Python values, as the fields take them.
    Raises:
        IntegrityError: a constraint refuses a row; the transaction is then of no use.
    """
    fields = [_field(model, name) for name in columns]
    quoted = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    prepared = _prepared(rows, [_converter(field) for field in fields])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _copy(cursor, f"COPY {table} ({quoted}) FROM STDIN", prepared)
        marks = ", ".join(["%s"] * len(fields))
        return _many(cursor, f"INSERT INTO {table} ({quoted}) VALUES ({marks})", prepared)  # noqa: S608 - our own names


def _field(model: type[models.Model], name: str) -> Any:
    for field in model._meta.concrete_fields:
        if name in (field.attname, field.name):
            return field
    raise ValueError(f"{model.__name__} has no column {name}")


def _converter(field: Any) -> Callable[[Any], Any] | None:
    """Answer what a column's values go through, chosen once a column; None when they go as they are."""

    def as_saved(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    target = field.target_field if field.is_relation else field
    if isinstance(target, models.BinaryField):
        return lambda value: value if type(value) is bytes else as_saved(value)
    if not isinstance(target, _PLAIN):
        return as_saved
    if connection.vendor == "postgresql":
        return None
    if isinstance(target, models.UUIDField):
        return lambda value: value.hex
    if isinstance(target, models.DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(target, models.DateField):
        return connection.ops.adapt_datefield_value
    return None


def _prepared(
    rows: Iterable[Sequence[Any]], converters: Sequence[Callable[[Any], Any] | None]
) -> Iterator[Sequence[Any]]:
    changed = [(at, convert) for at, convert in enumerate(converters) if convert is not None]
    for row in rows:
        if not changed:
            yield row
            continue
        out = list(row)
        for at, convert in changed:
            if out[at] is not None:
                out[at] = convert(out[at])
        yield out


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    # Django does not know of COPY: without this, its errors would be the driver's.
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _many(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count, chunk = 0, []
    for row in rows:
        chunk.append(row)
        if len(chunk) >= CHUNK:
            cursor.executemany(statement, chunk)
            count, chunk = count + len(chunk), []
    if chunk:
        cursor.executemany(statement, chunk)
    return count + len(chunk)
