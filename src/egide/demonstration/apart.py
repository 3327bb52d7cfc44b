"""A command of ours, run with a PostgreSQL of its own: what the bench and the load test measure with."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from django.core.management.base import CommandError

from config.environment import ROOT

#: As a deployment of this size has them; what is acknowledged is on the disk.
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


def run_apart(command: Sequence[str], *, settings: str, keep: Path | None = None) -> None:
    """Run a management command with a database and keys of its own; where it fails, end with its status.

    Args:
        command: its name and arguments.
        settings: the module of settings it runs in.
        keep: where database and keys stay, and are found again; None: they are removed.
    Raises:
        CommandError: PostgreSQL is absent or does not start.
    """
    sys.path.insert(0, str(ROOT / "tools" / "check"))
    try:
        import postgres  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    try:
        with (
            postgres.running(SERVER, keep=keep and keep.resolve() / "postgresql") as cluster,
            _data(keep) as data,
        ):
            environment = {
                **os.environ,
                "DJANGO_SETTINGS_MODULE": settings,
                "EGIDE_DATABASE_URL": cluster.address,
                "EGIDE_DATA": data,
                "PYTHONPATH": str(ROOT / "src"),
            }
            status = subprocess.run(  # noqa: S603 - our own command
                [sys.executable, str(ROOT / "manage.py"), *command], env=environment, check=False
            ).returncode
    except postgres.NoPostgreSQL as error:
        raise CommandError(f"This needs PostgreSQL: {error}") from error
    if status:
        sys.exit(status)


def _data(keep: Path | None) -> AbstractContextManager[str]:
    """Answer the folder of the keys: one that goes, or the kept one's, without which its cases stay sealed."""
    if keep is None:
        return tempfile.TemporaryDirectory()
    folder = keep.resolve() / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(folder))
