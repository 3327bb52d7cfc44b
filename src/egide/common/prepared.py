"""A query compiled once and asked again with other values.

Django writes the text of a query anew each time it is asked. For the few that every page of a person's
information asks (who works on it, who is kept out, what was consented to), writing them costs more than
the database's answer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import QuerySet

Values = Mapping[str, Any]


@dataclass(frozen=True)
class _Plan:
    """The text of a query; each of its values is a constant, or the place of one that is given."""

    sql: str
    #: (name, index in its list; -1 when it is no list), or (None, constant).
    places: tuple[tuple[str | None, Any], ...]
    compiler: Any
    converters: Any


class Prepared:
    """Rows of a query built by a function of values alone: identifiers, days, moments, and lists of identifiers.

    The function is called once for each number of identifiers (rounded up) with values that stand for those to
    come, and must use each of them as it is: it may not look at them.

    Args:
        build: answers a query set that ends in `values_list` or a union of such; its order is kept.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self._build = build
        self._plans: dict[Any, _Plan] = {}

    def rows(self, **values: Any) -> Iterator[tuple[Any, ...]]:
        """Answer the rows for these values, as the query set itself would.

        Raises:
            TypeError: a value is of no kind that can be given. ValueError: a list is empty.
        """
        padded = {name: _padded(value) for name, value in values.items()}
        connection = connections["default"]
        key = (connection.vendor, *((name, _kind(value)) for name, value in sorted(padded.items())))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _compiled(self._build, padded)
        given = [
            _adapted(connection, padded[name] if place < 0 else padded[name][place]) if name else place
            for name, place in plan.places
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, given)
            found = cursor.fetchall()
        if not plan.converters:
            return iter(found)
        compiler = copy(plan.compiler)
        compiler.connection = connection
        return (tuple(row) for row in compiler.apply_converters(found, plan.converters))


def _padded(value: Any) -> Any:
    """A list is made a power of two long by repeating its last: few texts serve every length."""
    if not isinstance(value, Sequence):
        return value
    if not value:
        raise ValueError("a list of nothing is asked of nobody")
    wanted = 1 << (len(value) - 1).bit_length()
    return [*value, *[value[-1]] * (wanted - len(value))]


def _kind(value: Any) -> Any:
    return len(value) if isinstance(value, list) else type(value)


def _adapted(connection: Any, value: Any) -> Any:
    """Write a value as Django's fields do for this database."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    raise TypeError(f"{type(value).__name__} cannot be given to a prepared query")


_number = count(1)


def _stand_in(value: Any) -> Any:
    """Answer a value of the same kind that no query holds by itself."""
    if isinstance(value, list):
        return [_stand_in(one) for one in value]
    if isinstance(value, UUID):
        return UUID(int=(0xE61DE << 104) + next(_number))
    if isinstance(value, datetime):
        return datetime(9000, 1, 1, tzinfo=value.tzinfo) + timedelta(seconds=next(_number))
    if isinstance(value, date):
        return date(9000, 1, 1) + timedelta(days=next(_number) % 300_000)
    raise TypeError(f"{type(value).__name__} cannot be given to a prepared query")


def _compiled(build: Callable[..., QuerySet[Any]], values: Values) -> _Plan:
    connection = connections["default"]
    stand_ins = {name: _stand_in(value) for name, value in values.items()}
    where: dict[Any, tuple[str, int]] = {}
    for name, value in stand_ins.items():
        for index, one in enumerate(value) if isinstance(value, list) else [(-1, value)]:
            where[_adapted(connection, one)] = (name, index)
    compiler = build(**stand_ins).query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    places = tuple(_place(param, where) for param in params)
    used = {place for place in places if place[0] is not None}
    if used != set(where.values()):
        raise ValueError("a value given is not in the query: it was looked at, or left out")
    return _Plan(
        sql, places, compiler, compiler.get_converters([column for column, *_rest in compiler.select])
    )


def _place(param: Any, where: Mapping[Any, tuple[str, int]]) -> tuple[str | None, Any]:
    try:
        return where.get(param) or (None, param)
    except TypeError:  # a constant that cannot be a key, such as wrapped JSON
        return (None, param)
