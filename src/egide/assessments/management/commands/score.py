"""`egide score INSTRUMENT --answers FILE.json [--json]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from egide.assessments import cli


class Command(BaseCommand):
    """Scores a file of answers; needs no database."""

    requires_system_checks = []
    requires_migrations_checks = False
    help = "Score the answers to an instrument: raw, unknown, possible range, band when determined."

    def add_arguments(self, parser: CommandParser) -> None:
        with override(cli.environment_language()):
            parser.description = _(
                "Score the answers to an instrument: what is known, what is unknown, what is possible, "
                "and the band when it is determined. Nothing is kept. The score does not decide."
            )
            parser.add_argument(
                "instrument",
                metavar="INSTRUMENT",
                help=_("Its code, such as odara, or the path of a definition file."),
            )
            parser.add_argument(
                "--answers",
                required=True,
                metavar="FILE.json",
                help=_('A JSON file such as {"1": "yes", "2": "unknown"}; - reads the standard input.'),
            )
            parser.add_argument("--json", action="store_true", help=_("Write the result as JSON."))

    def handle(self, *args: Any, **options: Any) -> None:
        status = cli.run(
            instrument=options["instrument"],
            answers=options["answers"],
            as_json=options["json"],
            stdout=self.stdout,
            stderr=self.stderr,
        )
        if status:
            raise SystemExit(status)
