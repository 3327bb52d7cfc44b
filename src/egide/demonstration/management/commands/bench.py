"""`egide bench`: a PostgreSQL of its own, fictional cases by the thousand, and how long people wait."""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.environment import ROOT

#: As a deployment of this size has them.
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB"}


def _data(keep: Path | None) -> AbstractContextManager[str]:
    """Answer the folder of the keys: one that goes, or the kept one's, without which its cases stay sealed."""
    if keep is None:
        return tempfile.TemporaryDirectory()
    folder = keep.resolve() / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(folder))


class Command(BaseCommand):
    help = "Measure pages and rates at several numbers of cases, beside floors taken in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sizes", default="10000", help="numbers of cases, such as 10000,100000,1000000")
        parser.add_argument("--write", action="store_true", help="also write the table into docs/bench.md")
        parser.add_argument(
            "--keep", type=Path, help="a folder where the cases stay, for the next run to go on from"
        )

    def handle(self, *args: Any, sizes: str, write: bool, keep: Path | None, **options: Any) -> None:
        sys.path.insert(0, str(ROOT / "tools" / "check"))
        try:
            import postgres  # type: ignore[import-not-found]
        finally:
            sys.path.pop(0)
        try:
            # As a deployment has it: what is acknowledged is on the disk.
            with (
                postgres.running(SERVER, keep=keep and keep.resolve() / "postgresql") as cluster,
                _data(keep) as data,
            ):
                environment = {
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "config.settings.bench",
                    "EGIDE_DATABASE_URL": cluster.address,
                    "EGIDE_DATA": data,
                    "PYTHONPATH": str(ROOT / "src"),
                }
                command = [sys.executable, str(Path(ROOT) / "manage.py"), "bench_run", "--sizes", sizes]
                status = subprocess.run(  # noqa: S603 - our own command
                    [*command, *(["--write"] if write else [])], env=environment, check=False
                ).returncode
        except postgres.NoPostgreSQL as error:
            raise CommandError(f"The bench needs PostgreSQL: {error}") from error
        if status:
            sys.exit(status)
