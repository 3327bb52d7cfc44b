"""`egide init`: make the master key file."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from egide.vault.providers import provider


class Command(BaseCommand):
    help = "Make this deployment's master key file (mode 0600). An existing one is never overwritten."

    def handle(self, *args: Any, **options: Any) -> None:
        keys = provider()
        try:
            made = keys.create()
        except FileExistsError as error:
            raise CommandError(_("There is a key file already; nothing was changed.")) from error
        self.stdout.write(_("Master key %(id)s made.") % {"id": made})
        self.stdout.write(_("Split it now into word shares held by different people: egide keys split."))
