"""`egide keys`: word shares, recovery, rotation."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from egide.common.errors import Unavailable
from egide.vault import deployment_secrets, recovery, services
from egide.vault.models import FileKeys
from egide.vault.providers import provider


class Command(BaseCommand):
    help = "Split the master key into word shares, recover it from them, or rotate it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        split = actions.add_parser("split", help="print word shares; any --needed of them recover the key")
        split.add_argument("--needed", type=int, default=3, metavar="K")
        split.add_argument("--shares", type=int, default=5, metavar="N")
        recover = actions.add_parser("recover", help="rebuild the key file from shares, one per line")
        recover.add_argument("file", nargs="?", help="a file of shares; standard input when absent")
        rotate = actions.add_parser("rotate", help="wrap every file's keys under a new master key")
        rotate.add_argument("--resume", action="store_true", help="go on with an interrupted rotation")
        actions.add_parser("status", help="say which key is in use and how many files wait for rotation")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(**options)
        except (Unavailable, ValueError, FileExistsError, OSError) as error:
            raise CommandError(str(error)) from error

    def split(self, *, needed: int, shares: int, **options: Any) -> None:
        made = recovery.split(provider(), threshold=needed, shares=shares)
        for number, words in enumerate(made, start=1):
            self.stdout.write(_("Share %(number)s of %(total)s") % {"number": number, "total": shares})
            self.stdout.write(f"{words}\n")
        self.stdout.write(
            _("Any %(needed)s of these recover the key. Give each to another person; keep no copy together.")
            % {"needed": needed}
        )

    def recover(self, *, file: str | None, **options: Any) -> None:
        text = Path(file).read_text(encoding="utf-8") if file else sys.stdin.read()
        lines = [line.strip() for line in text.splitlines() if len(line.split()) >= 20]
        expected = FileKeys.objects.order_by().values_list("master_id", flat=True).first() or ""
        made = recovery.recover(provider(), mnemonics=lines, expected_id=expected)
        deployment_secrets.forget()
        self.stdout.write(_("Master key %(id)s recovered.") % {"id": made})

    def rotate(self, *, resume: bool, **options: Any) -> None:
        def progress(done: int, total: int) -> None:
            self.stdout.write(f"{done}/{total}")

        count = services.rotate(progress=progress, is_resuming=resume)
        self.stdout.write(
            _("%(count)s files are under master key %(id)s.")
            % {"count": count, "id": provider().current_id()}
        )
        self.stdout.write(
            _("Split the new key into word shares now: the old shares no longer open anything.")
        )

    def status(self, **options: Any) -> None:
        current = provider().current_id()
        waiting = FileKeys.objects.exclude(master_id=current).count()
        self.stdout.write(
            _("Master key %(id)s; %(count)s files under an older key.") % {"id": current, "count": waiting}
        )
