"""Load the demonstration into an empty fictional deployment, and say who can sign in.

`./egide demo` prepares the keys and the database before, and serves after (`egide.command_line.serving`).
"""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from egide.cases.models import Case
from egide.common import clock
from egide.common.errors import Refused
from egide.common.text import localized
from egide.demonstration import bulk, generate, world
from egide.ledger import services as ledger
from egide.partners.models import Account, Membership

#: The right to the instruments was recorded long before the oldest case.
BEGINNING = timedelta(days=400)


class Command(BaseCommand):
    help = "Load the fictional demonstration (once), and print its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=0, help="add this many simpler cases, for measuring")

    def handle(self, *args: Any, cases: int, **options: Any) -> None:
        try:
            world.check_is_fictional()
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        console = Console(highlight=False)
        now = clock.now()
        if not Account.objects.order_by().exists():
            _load(console, now)
        elif not Account.objects.filter(username=world.FIRST_SIGN_IN).order_by().exists():
            raise CommandError(
                _("This database holds accounts that are not the demonstration’s: choose another folder.")
            )
        if cases:
            _add(console, cases, now)
        ledger.integrate(at=clock.now(), anchor=ledger.default_anchor())
        console.print(_sign_ins())
        console.print(
            _("%(count)d cases. Everything in it is fictional.") % {"count": Case.objects.order_by().count()}
        )


def _load(console: Console, now: datetime) -> None:
    with _bar(console) as progress, transaction.atomic():  # interrupted, it leaves nothing half-made
        task = progress.add_task(_("Fictional cases"), total=generate.total())
        made = world.build(at=now - BEGINNING, now=now)
        generate.generate(made, at=now, progress=lambda done, _all: progress.update(task, completed=done))


def _add(console: Console, cases: int, now: datetime) -> None:
    with _bar(console) as progress:
        task = progress.add_task(_("More cases, for measuring"), total=cases)
        bulk.add_cases(
            world.load(), count=cases, at=now, progress=lambda done: progress.update(task, completed=done)
        )


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _sign_ins() -> Table:
    """Draw who can sign in, area by area, in the order of `data/world.yaml`."""
    table = Table(
        title=_("Fictional sign-ins; the password of each is: %(password)s") % {"password": world.PASSWORD},
        title_justify="left",
        box=SIMPLE,
        pad_edge=False,
    )
    for header in (_("User name"), _("What they do"), _("Agency")):
        table.add_column(header)
    hats: dict[str, list[Membership]] = {}
    for hat in Membership.objects.select_related("account", "agency").order_by("pk"):
        hats.setdefault(hat.account.username, []).append(hat)
    for language, name in Account._meta.get_field("language").flatchoices:
        table.add_section()
        table.add_row(f"[bold]{name}[/bold]")
        for one in world.description()["people"]:
            if one.get("language", "en") == language:
                worn = hats.get(one["username"], [])
                agencies = " + ".join(hat.agency.short_name for hat in worn)
                table.add_row(one["username"], localized(worn[0], "title") if worn else "", agencies)
    return table
