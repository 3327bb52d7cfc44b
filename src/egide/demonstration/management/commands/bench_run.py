"""The bench itself, inside the settings and the database `egide bench` prepared."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.environment import ROOT
from egide.common import clock
from egide.demonstration import bulk, world
from egide.demonstration.bench import pages, report, throughput
from egide.ledger import services as ledger
from egide.partners.models import Account

HEAD = """# Bench

Made by `./egide bench --sizes {sizes} --write` on {day}, on {machine}; PostgreSQL on the same machine, durable commits
(`fsync`, `synchronous_commit` on), one process asking. Times are of whole pages, from the request to the last byte,
rendering and the ledger entry of the reading included. Machines differ and are noisy: read the ratios.

* **floor of a page**: one indexed read of 26 rows, 25 values unsealed, one durable insert; nothing rendered.
* **floor of a file**: 500 rows read and unsealed, one durable insert; nothing decided, nothing rendered.
* **Django admin**: on the same tables, in the same process. It cannot show or search names: they are sealed.

"""


class Command(BaseCommand):
    help = "Used by `egide bench`."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sizes", required=True)
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, sizes: str, write: bool, **options: Any) -> None:
        if not Path(settings.EGIDE_KEY_FILE).exists():  # else the cases of a former run are sealed with it
            call_command("init", verbosity=0)
        call_command("migrate", verbosity=0)
        if not Account.objects.filter(username=world.FIRST_SIGN_IN).exists():  # else a former run's is kept
            world.build(at=clock.now() - timedelta(days=180), now=clock.now())
        made = world.load()
        head = HEAD.format(sizes=sizes, day=clock.today().isoformat(), machine=report.machine())
        parts = [head]
        self.stdout.write(head)
        wanted = sorted(int(size) for size in sizes.split(","))
        for size in wanted:
            self._grow(made, size)
            table = report.page_table(size, pages.measure(made, with_admin=True))
            self.stdout.write(table)
            parts.append(table)
        table = report.decision_table(throughput.deciding())
        self.stdout.write(table)
        parts.append(table)
        table = report.rate_table([throughput.importing_rate(made), throughput.verifying_rate()])
        self.stdout.write(table)
        parts.append(table)
        if write:
            (ROOT / "docs" / "bench.md").write_text("\n".join(parts), encoding="utf-8")

    def _grow(self, made: world.World, size: int) -> None:
        began = time.perf_counter()
        missing = size - throughput.cases()
        # What is kept may hold a few more: the bench refers some itself.
        if missing < -size // 10:
            raise CommandError(
                f"There are {size - missing:,} cases kept already: measure more than {size:,}, or elsewhere."
            )
        if missing <= 0:
            return
        bulk.add_cases(made, count=missing, at=clock.now())
        ledger.integrate(at=clock.now())
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        took = time.perf_counter() - began
        self.stderr.write(f"{missing:,} cases written in {took:.0f} s ({missing / took:,.0f} a second)")
