"""Load the demonstration into an empty fictional deployment, and say who can sign in."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from egide.cases.models import Case
from egide.demonstration import bulk, generate, world
from egide.ledger import services as ledger


class Command(BaseCommand):
    help = "Load the fictional demonstration (once), and print its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=0, help="add this many simpler cases, for measuring")

    def handle(self, *args: Any, cases: int, **options: Any) -> None:
        if not settings.EGIDE_FICTIONAL:
            raise CommandError(_("The demonstration goes only where everything is fictional."))
        console = Console(file=self.stdout, highlight=False)  # type: ignore[arg-type]
        now = timezone.now()
        if not Case.objects.order_by().exists():
            self._load(console, now)
        if cases:
            self._add(console, cases, now)
        ledger.integrate(at=timezone.now(), anchor=ledger.default_anchor())
        console.print(_sign_ins())

    def _load(self, console: Console, now: Any) -> None:
        with _bar(console) as progress:
            task = progress.add_task(_("Fictional cases"), total=None)
            with transaction.atomic():
                made = world.build(at=now - timedelta(days=180))
                generate.generate(
                    made, at=now, progress=lambda n, all: progress.update(task, completed=n, total=all)
                )

    def _add(self, console: Console, cases: int, now: Any) -> None:
        with _bar(console) as progress:
            task = progress.add_task(_("More cases"), total=cases)
            bulk.add_cases(
                world.load(), count=cases, at=now, progress=lambda n: progress.update(task, completed=n)
            )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _sign_ins() -> Table:
    table = Table(
        title=_("Fictional sign-ins; the password of each is: %(password)s") % {"password": world.PASSWORD}
    )
    for header in (_("User name"), _("Role"), _("Agency"), _("Language")):
        table.add_column(header)
    for member in world.load().people.values():
        table.add_row(
            member.account.username,
            str(member.get_role_display()),
            str(member.agency),
            member.account.language,
        )
    return table
