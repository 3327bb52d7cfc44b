"""Entries committed and not yet placed: each bears a keyed mark, and its number is noted outside the database.

The mark, bound to the number and the body, tells of an entry changed or inserted. The notes, written once the
transaction is kept, tell of one that was dropped: they hold numbers and marks, nothing else, in files of some
thousands of numbers, removed when all of them have their place in the tree.
"""

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from hmac import compare_digest
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.db import transaction

from egide.common.bulk import insert_rows
from egide.ledger.models import Entry, Leaf, Pending
from egide.vault.deployment_secrets import secret

log = logging.getLogger(__name__)
MAC = "ledger-mac"
#: Numbers noted in one file.
NOTED = 4096
#: Numbers looked for in one query.
_ASKED = 2000
_PURPOSE = b"egide waiting"


def mark_of(key: bytes, entry_id: int, body: str) -> bytes:
    """Answer the keyed mark of an entry that waits, 16 bytes."""
    said = entry_id.to_bytes(8, "big") + body.encode()
    return blake2b(said, key=key, digest_size=16, person=_PURPOSE).digest()


def bears(key: bytes, entry_id: int, body: str, mark: bytes) -> bool:
    """Say whether an entry is as it was written, under the number it was given."""
    return compare_digest(mark_of(key, entry_id, body), bytes(mark))


def await_place(entries: Iterable[Entry]) -> None:
    """Mark saved entries as waiting, in the caller's transaction; note them outside once it is kept."""
    key = secret(MAC)
    marks = {one.pk: mark_of(key, one.pk, one.body) for one in entries}
    if not marks:
        return
    insert_rows(Pending, ("entry_id", "mark"), marks.items())
    transaction.on_commit(lambda: _note_kept(marks))


def _note_kept(marks: Mapping[int, bytes]) -> None:
    try:
        note(marks, folder=default_folder())
    except OSError as error:  # the entries are kept, marked, and placed within a second: work goes on
        log.error("waiting ledger entries could not be noted outside the database: %s", type(error).__name__)


def default_folder() -> Path:
    """Answer where this deployment notes what waits."""
    return Path(settings.EGIDE_DATA) / "ledger" / "waiting"


def note(marks: Mapping[int, bytes], *, folder: Path) -> None:
    """Append numbers and marks to their files."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for block, group in groupby(sorted(marks.items()), key=lambda pair: pair[0] // NOTED):
        lines = "".join(f"{number} {mark.hex()}\n" for number, mark in group)
        _append(folder / f"{block}", lines.encode("ascii"))


def _append(path: Path, data: bytes) -> None:
    while True:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:  # not removed while we waited for it
                os.write(handle, data)
                return
        finally:
            os.close(handle)


def noted(folder: Path) -> Iterator[dict[int, bytes]]:
    """Yield what each file notes: the mark of each number. A line cut by a crash is passed over."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            yield _read(path.read_bytes())


def _read(data: bytes) -> dict[int, bytes]:
    found = {}
    for line in data.decode("ascii", errors="replace").splitlines():
        number, _space, mark = line.partition(" ")
        if number.isdecimal() and len(mark) == 32:
            try:
                found[int(number)] = bytes.fromhex(mark)
            except ValueError:
                continue
    return found


def differing(folder: Path) -> Iterator[tuple[int, bool]]:
    """Yield entries that are not as they were noted: (number, whether it is gone rather than changed).

    Raises:
        KeyUnavailable: the marks cannot be computed.
    """
    key = secret(MAC)
    for marks in noted(folder):
        bodies: dict[int, str] = {}
        for some in _some(sorted(marks)):
            bodies |= Entry.objects.filter(pk__in=some).order_by().values_list("pk", "body")
        for number, mark in sorted(marks.items()):
            if number not in bodies:
                yield number, True
            elif not bears(key, number, bodies[number], mark):
                yield number, False


def forget_placed(folder: Path) -> None:
    """Remove the files whose every number has its place; that of the newest numbers stays."""
    if not folder.is_dir():
        return
    paths = sorted((p for p in folder.iterdir() if p.name.isdecimal()), key=lambda p: int(p.name))
    for path in paths[:-1]:
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _are_placed(sorted(_read(path.read_bytes()))):
                path.unlink(missing_ok=True)
        finally:
            os.close(handle)


def _are_placed(numbers: list[int]) -> bool:
    return all(
        Leaf.objects.filter(entry_id__in=some).order_by().count() == len(some) for some in _some(numbers)
    )


def _some(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _ASKED):
        yield numbers[start : start + _ASKED]
