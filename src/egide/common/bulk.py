"""Write many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

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
    prepared = ([_value(field, value) for field, value in zip(fields, row, strict=True)] for row in rows)
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


def _value(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if connection.vendor == "postgresql" and not isinstance(field, models.JSONField):
        return value
    return field.get_db_prep_save(value, connection)


def _copy(cursor: Any, statement: str, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with cursor.copy(statement) as copy:
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
