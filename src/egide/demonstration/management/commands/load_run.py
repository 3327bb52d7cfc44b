"""The load itself, inside the settings and the database `egide load` prepared."""

import sys
import tempfile
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from config.environment import ROOT
from egide.common import clock
from egide.demonstration import bulk, world
from egide.demonstration.load import keeping, report, running, staff
from egide.ledger import services as ledger
from egide.ledger.verification import verify

#: Of a page, for nine answers of ten and half of the tenth, in milliseconds.
TARGET_MS = 500


class Command(BaseCommand):
    help = "Used by `egide load`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--staff", type=int, required=True)
        parser.add_argument("--minutes", type=float, required=True)
        parser.add_argument("--cases", type=int, required=True)
        parser.add_argument("--kill-worker", action="store_true")
        parser.add_argument("--write", action="store_true")

    def handle(
        self,
        *args: Any,
        staff: int,
        minutes: float,
        cases: int,
        kill_worker: bool,
        write: bool,
        **options: Any,
    ) -> None:
        places = self._prepare(count=staff, cases=cases)
        with tempfile.TemporaryDirectory() as folder:
            waited = running.work(
                Path(folder), places, seconds=int(minutes * 60), is_worker_killed=kill_worker
            )
            found = keeping.check(Path(folder) / running.KEPT, places, at=clock.now())
        ledger.integrate(at=clock.now())
        table = report.table(
            waited,
            found,
            is_ledger_whole=verify().is_whole,
            told=report.Told(staff, minutes, cases, is_worker_killed=kill_worker, target_ms=TARGET_MS),
        )
        self.stdout.write(table)
        if write:
            report.write(ROOT / "docs" / "load.md", table, is_worker_killed=kill_worker)
        if not report.is_well(waited, found, TARGET_MS):
            sys.exit(1)

    def _prepare(self, *, count: int, cases: int) -> list[staff.Place]:
        call_command("init", verbosity=0)
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        now = clock.now()
        made = world.build(at=now - timedelta(days=180), now=now)
        bulk.add_cases(made, count=cases, at=now)
        ledger.integrate(at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        return staff.sign_in_staff(world.load(), count=count, at=now)
