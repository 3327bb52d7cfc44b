"""Who still writes under a master key: the makers of keys share its lock, a rotation waits for it alone.

The lock is that of one master key, so a maker never waits for a rotation: it works under the new key,
whose lock nobody asks for alone. SQLite has one writer at a time, and a transaction here begins as one:
whoever is inside has the lock already.
"""

from collections.abc import Iterable

from django.db import connection


def share(master_ids: Iterable[str]) -> None:
    """Hold master keys until the caller's transaction ends: none of them is forgotten before."""
    _lock("pg_advisory_xact_lock_shared", master_ids)


def take_alone(master_ids: Iterable[str]) -> None:
    """Wait until every transaction that holds one of these keys has ended, and keep others out."""
    _lock("pg_advisory_xact_lock", master_ids)


def _lock(function: str, master_ids: Iterable[str]) -> None:
    wanted = sorted(set(master_ids))
    if connection.vendor != "postgresql" or not wanted:
        return
    asked = ", ".join([f"{function}(%s)"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [_number(name) for name in wanted])


def _number(master_id: str) -> int:
    """Answer the 64 bits of a master key's name as the signed number PostgreSQL takes."""
    return int.from_bytes(bytes.fromhex(master_id), "big", signed=True)
