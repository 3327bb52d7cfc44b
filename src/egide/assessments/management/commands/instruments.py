"""`egide instruments check FILE`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.assessments import cli


class Command(BaseCommand):
    """Checks a definition file; needs no database."""

    requires_system_checks = []
    requires_migrations_checks = False
    help = "Check the definition file of an instrument, whole, before it is brought in."

    def add_arguments(self, parser: CommandParser) -> None:
        with override(cli.environment_language()):
            parser.description = _(
                "Check the definition file of an instrument, whole, before it is brought in. Nothing is kept."
            )
            parser.add_argument("action", choices=["check"])
            parser.add_argument(
                "file", metavar="FILE", help=_("A YAML or JSON file; - reads the standard input.")
            )

    def handle(self, *args: Any, **options: Any) -> None:
        status = cli.check(options["file"], stdout=self.stdout, stderr=self.stderr)
        if status:
            raise SystemExit(status)
