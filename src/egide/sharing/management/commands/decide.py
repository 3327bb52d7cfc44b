"""`egide decide --request FILE.json [--json]`."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.sharing import cli


def _language() -> str:
    said = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n, ""))), "")
    return "fr" if said.lower().startswith("fr") else "en"


class Command(BaseCommand):
    """Decides one request by the version of the table in force; before there is a database, by the one that ships."""

    requires_system_checks = []
    requires_migrations_checks = False
    help = "Say what one reader may have of one kind of information, by which rules, with which duties."

    def add_arguments(self, parser: CommandParser) -> None:
        with override(_language()):
            parser.description = _(
                "Say what one reader may have of one kind of information, for one purpose, on one basis: the level, "
                "the rules that had a part, the duties that come with it. Nothing is opened and nothing is kept."
            )
            parser.add_argument(
                "--request",
                required=True,
                metavar="FILE.json",
                help=_("A JSON file (docs/decide.md); - reads the standard input."),
            )
            parser.add_argument("--json", action="store_true", help=_("Write the answer as JSON."))

    def handle(self, *args: Any, **options: Any) -> None:
        status = cli.run(
            request=options["request"],
            as_json=options["json"],
            language=_language(),
            stdout=self.stdout,
            stderr=self.stderr,
        )
        if status:
            raise SystemExit(status)
