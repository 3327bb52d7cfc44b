"""`egide bench`: a PostgreSQL of its own, fictional cases by the thousand, and how long people wait."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from egide.demonstration.apart import run_apart


class Command(BaseCommand):
    help = "Measure pages and rates at several numbers of cases, beside floors taken in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sizes", default="10000", help="numbers of cases, such as 10000,100000,1000000")
        parser.add_argument("--write", action="store_true", help="also write the table into docs/bench.md")
        parser.add_argument(
            "--keep", type=Path, help="a folder where the cases stay, for the next run to go on from"
        )

    def handle(self, *args: Any, sizes: str, write: bool, keep: Path | None, **options: Any) -> None:
        command = ["bench_run", "--sizes", sizes, *(["--write"] if write else [])]
        run_apart(command, settings="config.settings.bench", keep=keep)
