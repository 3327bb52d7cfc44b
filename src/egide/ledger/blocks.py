"""One block of the ledger: its rows read as fast as the database gives them, checked, and cut into subtrees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any

from django.db import connection, transaction

from egide.ledger.rules.merkle import root_of

#: Hash, then under which file and which person the entry is found, and its body.
Bare = tuple[bytes, bytes, bytes, bytes]
#: Leaves PostgreSQL gives in one row.
TOGETHER = 1 << 12
_SLOW_WAYS = ("sort", "hashjoin", "mergejoin", "bitmapscan", "seqscan")
#: What is said of an entry whose columns do not say what its body says.
MISFILED = "found under another file or person than it names"


@dataclass(frozen=True)
class Block:
    """One checked block: its problems, and the roots of the aligned subtrees it is made of."""

    problems: list[str]
    subtrees: list[tuple[bytes, int]]


#: Index, entry, body, stored hash, mark; then under which file and which person the entry is found.
Row = tuple[int, int, bytes | None, bytes, bytes, bytes, bytes]


def says(body: bytes, subject: bytes, actor: bytes) -> bool:
    """Say whether a body names the file and the person its row is found by; both empty when the row has none.

    The columns are copies: changed, they would hide a reading from "who read this file".
    """
    # Looked for from the end it is nearer to, and compared by place: half the cost of searching for the whole.
    at = body.rfind(b'"subject":"')
    if body[at + 11 : at + 47] != subject if at >= 0 else subject:
        return False
    at = body.find(b'"actor":"')
    return body[at + 9 : at + 45] == actor if at >= 0 else not actor


def _found_by(column: str) -> str:
    """Answer SQL for a column of identifiers as the body writes them; empty for none."""
    if connection.vendor == "postgresql":
        return f"coalesce(e.{column}::text, '')"
    parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
    dashed = " || '-' || ".join(f"substr(e.{column}, {at}, {length})" for at, length in parts)
    return f"CAST(CASE WHEN e.{column} IS NULL THEN '' ELSE {dashed} END AS BLOB)"


def _rows(start: int, end: int, *, with_marks: bool) -> Iterator[Row]:
    """Yield rows of leaves in order; the body is None when its entry is gone."""
    is_postgresql = connection.vendor == "postgresql"
    nothing = "NULL::bytea" if is_postgresql else "NULL"
    body = "convert_to(e.body, 'UTF8')" if is_postgresql else "CAST(e.body AS BLOB)"
    found = [f"convert_to({c}, 'UTF8')" if is_postgresql else c for c in map(_found_by, ("subject", "actor"))]
    query = (
        f'SELECT l."index", l.entry_id, {body}, l.hash, {"l.mac" if with_marks else nothing}, {", ".join(found)} '
        f"{_joined(start, end)}"
    )
    with connection.cursor() as cursor:
        if is_postgresql:
            with cursor.cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "int8", *["bytea"] * 5])
                yield from copy.rows()
        else:
            cursor.execute(query)
            yield from cursor.cursor if hasattr(cursor, "cursor") else cursor


def _bare(start: int, end: int) -> Iterator[Bare]:
    """Yield (hash, subject, actor, body) of leaves in order, and nothing else, as fast as the database gives them.

    Raises:
        ValueError: there are not as many of each: a body is gone, or is not in canonical form.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            # In the order of an index: sorted or hashed, rows this wide go through the disk.
            cursor.execute("".join(f"SET LOCAL enable_{way} = off;" for way in _SLOW_WAYS))
            for first in range(start, end, TOGETHER):
                yield from _together(cursor, first, min(end, first + TOGETHER))
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.hash, {_found_by('subject')}, {_found_by('actor')}, CAST(e.body AS BLOB) {_joined(start, end)}"
        )
        yield from ((stored, *found, body or b"") for stored, *found, body in cursor.fetchall())


def _joined(start: int, end: int) -> str:
    return (
        "FROM ledger_leaf l LEFT JOIN ledger_entry e ON e.id = l.entry_id "
        f'WHERE l."index" >= {int(start)} AND l."index" < {int(end)} ORDER BY l."index"'
    )


def _together(cursor: Any, start: int, end: int) -> Iterator[Bare]:
    """Yield leaves that PostgreSQL gives in one row: to receive a row costs more than what it holds.

    Entries are nearly always placed in the order of their numbers: they are read in that order, which costs half of
    looking each up, and looked up only where the two orders differ. Canonical JSON holds no line break, and an
    identifier no comma: each list is cut again at its marks.
    """
    places, hashes, odd = _one_row(
        cursor,
        [
            "string_agg(int8send(entry_id), '')",
            "string_agg(hash, '')",
            "string_agg('x'::bytea, '') FILTER (WHERE octet_length(hash) <> 32)",
        ],
        f'SELECT entry_id, hash FROM ledger_leaf WHERE "index" >= {int(start)} AND "index" < {int(end)} ORDER BY "index"',  # noqa: S608
    )
    if not places:
        return
    if odd:  # cut again every 32 bytes, two that are too short and too long would look sound
        raise ValueError
    columns = f"{_found_by('subject')} AS subject, {_found_by('actor')} AS actor"
    lists = ["string_agg(subject, ',')", "string_agg(actor, ',')", "string_agg(body, E'\\n')"]
    first, last = int.from_bytes(places[:8], "big"), int.from_bytes(places[-8:], "big")
    numbers, *found = _one_row(
        cursor,
        ["string_agg(int8send(id), '')", *lists],
        f"SELECT e.id, {columns}, coalesce(e.body, '') AS body FROM ledger_entry e WHERE e.id BETWEEN {first} AND {last} "  # noqa: S608
        f"ORDER BY e.id LIMIT {end - start + 1}",
    )
    if numbers != places:
        found = _one_row(
            cursor, lists, f"SELECT {columns}, coalesce(e.body, '') AS body {_joined(start, end)}"
        )
    stored = (hashes[at : at + 32] for at in range(0, len(hashes), 32))
    subjects, actors, bodies = found
    yield from zip(stored, subjects.split(b","), actors.split(b","), bodies.split(b"\n"), strict=True)


def _one_row(cursor: Any, aggregates: Sequence[str], rows: str) -> list[bytes]:
    """Answer aggregates over some rows, as bytes; empty where there is none."""
    query = f"COPY (SELECT {', '.join(aggregates)} FROM ({rows}) o) TO STDOUT (FORMAT BINARY)"  # noqa: S608
    with cursor.cursor.copy(query) as copy:
        copy.set_types(["bytea"] * len(aggregates))
        [row] = copy.rows()
    return [value or b"" for value in row]


def check_covered(start: int, end: int, heads: Sequence[int]) -> Block:
    """Check bodies against their stored hashes and what they are found by; a signed head proves the rest by its root.

    A problem here is only counted: the caller reads everything again to name it.
    """
    hashes: list[bytes] = []
    add, is_sound = hashes.append, True
    try:
        for stored, subject, actor, body in _bare(start, end):
            leaf = sha256(b"\x00" + body).digest()
            is_sound = is_sound and leaf == stored and says(body, subject, actor)
            add(leaf)
    except ValueError:
        is_sound = False
    if not is_sound or len(hashes) != end - start:
        return Block([f"leaves {start} to {end - 1} do not fit"], [])
    return Block([], _subtrees(start, hashes, heads))


def check_block(start: int, end: int, heads: Sequence[int], key: bytes | None) -> Block:
    """Check leaves start (included) to end (excluded): bodies, hashes, marks, order, what they are found by."""
    problems: list[str] = []
    hashes: list[bytes] = []
    add = hashes.append
    expected = start
    for index, entry_id, body, stored, mac, subject, actor in _rows(start, end, with_marks=key is not None):
        if index != expected:
            problems.append(gap(expected, index))
            expected = index
        expected += 1
        if body is None:
            problems.append(f"entry {entry_id} (leaf {index}) is missing")
            add(bytes(stored))
            continue
        leaf = sha256(b"\x00" + body).digest()
        if leaf != stored:
            problems.append(f"entry {entry_id} (leaf {index}) was changed")
        elif key is not None:
            place = index.to_bytes(8, "big") + entry_id.to_bytes(8, "big")
            if blake2b(place + leaf, key=key, digest_size=16).digest() != mac:
                problems.append(f"entry {entry_id} (leaf {index}) was replaced, moved or inserted")
        if not says(body, subject, actor):
            problems.append(f"entry {entry_id} (leaf {index}) is {MISFILED}")
        add(leaf)
    if expected != end:
        problems.append(gap(expected, end))
    return Block(problems, _subtrees(start, hashes, heads))


def gap(first: int, after: int) -> str:
    last = after - 1
    return f"leaf {first} is missing" if first == last else f"leaves {first} to {last} are missing"


def _subtrees(start: int, hashes: list[bytes], heads: Sequence[int]) -> list[tuple[bytes, int]]:
    """Cut a block into complete subtrees, none of which reaches over the size of a signed head."""
    found, at = [], 0
    for end in (*(size - start for size in heads), len(hashes)):
        found += _aligned(start + at, hashes[at:end])
        at = max(at, min(end, len(hashes)))
    return found


def _aligned(start: int, hashes: list[bytes]) -> list[tuple[bytes, int]]:
    """Cut a block into complete subtrees, each as large as its place in the tree allows."""
    found, at, left = [], 0, len(hashes)
    while left:
        width = 1 << (left.bit_length() - 1)
        place = start + at
        if place:
            width = min(width, place & -place)
        found.append((root_of(hashes[at : at + width]), width))
        at, left = at + width, left - width
    return found
