"""Several queries as one, each with its own limit: what one `OR` would make the database read whole."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL


def any_of(queries: Iterable[QuerySet[Any]]) -> RawSQL:
    """Answer the union of queries of one column, for use as `pk__in=any_of(…)`.

    Unlike `QuerySet.union`, each keeps its order and limit on SQLite too. Our own query sets only: their
    values travel as parameters.
    """
    parts: list[str] = []
    params: list[Any] = []
    for query in queries:
        try:
            sql, values = query.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT * FROM ({sql}) part{len(parts)}")  # noqa: S608 - our own query sets, with parameters
        params += values
    return RawSQL(" UNION ".join(parts) or "SELECT NULL WHERE 1 = 0", params)  # noqa: S611 - the same
