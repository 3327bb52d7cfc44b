"""The tables the migrations make, kept beside the environment and copied where nothing they are made of has changed.

Making them takes a dozen seconds of processor in each test process; copying the file, none. Kept for SQLite alone, and only
where the tests ran before: on a new machine every migration runs.
"""

import contextlib
import hashlib
import os
import shutil
import sqlite3
import sys
from pathlib import Path

import django
from django.db import connection

SOURCE = Path(__file__).resolve().parents[1] / "src" / "egide"
FOLDER = Path(sys.prefix) / "test-schemas"
#: What migrations run beside themselves.
_CALLED = (
    "ledger/triggers.py",
    "ledger/waiting.py",
    "vault/deployment_secrets.py",
    "vault/fields.py",
    "common/ids.py",
)
#: Schemas of as many branches of work.
_KEPT = 8


def _digest() -> str:
    found = hashlib.sha256(f"{django.VERSION} {sys.version}".encode())
    files = [*SOURCE.glob("*/migrations/*.py"), *(SOURCE / name for name in _CALLED)]
    requirements = SOURCE.parents[1] / "requirements" / "runtime.txt"
    for file in sorted([*files, requirements]):
        found.update(file.name.encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:32]


def bring() -> bool:
    """Copy the kept tables where the test database of this process will be; answer whether there were any."""
    kept = FOLDER / f"{_digest()}.sqlite3"
    if connection.vendor != "sqlite" or not kept.exists():
        return False
    place = connection.creation._get_test_db_name()
    try:
        shutil.copyfile(kept, place)
    except OSError:  # removed meanwhile by another run
        return False
    with contextlib.suppress(OSError):
        os.utime(kept)
    return True


def keep() -> None:
    """Keep the tables of the test database, which no test has used yet; whole, or not at all."""
    if connection.vendor != "sqlite":
        return
    FOLDER.mkdir(exist_ok=True)
    draft = FOLDER / f"{os.getpid()}.new"
    draft.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(connection.settings_dict["NAME"])) as made:
            made.execute("VACUUM INTO ?", [str(draft)])
        draft.replace(FOLDER / f"{_digest()}.sqlite3")
    finally:
        draft.unlink(missing_ok=True)
    for old in sorted(FOLDER.glob("*.sqlite3"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
        old.unlink(missing_ok=True)
