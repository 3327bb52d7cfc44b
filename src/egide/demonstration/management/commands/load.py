"""`egide load`: a PostgreSQL of its own, fictional cases, and hundreds of staff who work at once."""

import os
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.environment import ROOT


class Command(BaseCommand):
    help = "Let hundreds of fictional staff work at once on this machine, and say how long they waited and whether anything was lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--staff", type=int, default=500, help="how many work at once (1 to 1,000)")
        parser.add_argument("--minutes", type=float, default=10, help="for how long, at most 30")
        parser.add_argument("--cases", type=int, default=20_000, help="fictional cases, at most 1,000,000")
        parser.add_argument(
            "--kill-worker", action="store_true", help="kill the worker at half time, and start another"
        )
        parser.add_argument("--write", action="store_true", help="also write the table into docs/load.md")

    def handle(self, *args: Any, **options: Any) -> None:
        """Bounded in people, time and size, and on loopback alone: it is a test, never a weapon."""
        if not (
            1 <= options["staff"] <= 1000
            and 0 < options["minutes"] <= 30
            and 1 <= options["cases"] <= 1_000_000
        ):
            raise CommandError("Between 1 and 1,000 staff, at most 30 minutes and 1,000,000 cases.")
        sys.path.insert(0, str(ROOT / "tools" / "check"))
        try:
            import postgres  # type: ignore[import-not-found]
        finally:
            sys.path.pop(0)
        try:
            with (
                postgres.running({"shared_buffers": "512MB", "max_wal_size": "4GB"}) as cluster,
                tempfile.TemporaryDirectory() as data,
            ):
                environment = {
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "config.settings.demo",
                    "EGIDE_DATABASE_URL": cluster.address,
                    "EGIDE_DATA": data,
                    "PYTHONPATH": str(ROOT / "src"),
                }
                command = [sys.executable, str(Path(ROOT) / "manage.py"), "load_run"]
                for name in ("staff", "minutes", "cases"):
                    command += [f"--{name}", str(options[name])]
                command += [
                    flag
                    for flag, name in (("--kill-worker", "kill_worker"), ("--write", "write"))
                    if options[name]
                ]
                status = subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - our own command
        except postgres.NoPostgreSQL as error:
            raise CommandError(f"The load test needs PostgreSQL: {error}") from error
        if status:
            sys.exit(status)
