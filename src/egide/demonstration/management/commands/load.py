"""`egide load`: a PostgreSQL of its own, fictional cases, and hundreds of staff who work at once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from egide.demonstration.apart import run_apart


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
        command = ["load_run"]
        for name in ("staff", "minutes", "cases"):
            command += [f"--{name}", str(options[name])]
        command += [
            flag for flag, name in (("--kill-worker", "kill_worker"), ("--write", "write")) if options[name]
        ]
        run_apart(command, settings="config.settings.demo")
