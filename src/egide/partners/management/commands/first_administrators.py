"""`egide manage first_administrators`: the two people who then give access to the others."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from egide.common import clock
from egide.common.errors import Refused
from egide.partners.models import Sector
from egide.partners.services import founding


class Command(BaseCommand):
    help = (
        "Make the first two administrators, and print the code by which each sets a password (72 hours, once). "
        "Refused once somebody administers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "people",
            nargs=2,
            metavar="USERNAME=FULL NAME",
            help='two people, such as "a.roy=Anne Roy" "b.cyr=Bo Cyr"',
        )
        parser.add_argument("--area", required=True, metavar="CODE=NAME", help="fredericton=Fredericton")
        parser.add_argument("--agency", required=True, metavar="CODE=NAME", help='victims="Victim services"')
        parser.add_argument("--sector", default=Sector.VICTIM_SERVICES.value, choices=Sector.values)

    def handle(self, *args: Any, **options: Any) -> None:
        people = [founding.Founder(*_pair(text)) for text in options["people"]]
        ground = founding.Ground(*_pair(options["area"]), *_pair(options["agency"]), options["sector"])
        try:
            invited = founding.found_administration(ground=ground, founders=people, at=clock.now())
        except Refused as refusal:
            raise CommandError(str(refusal.message)) from refusal
        for made in invited:
            self.stdout.write(f"{made.invitation.account.username}  {made.code}")
        self.stdout.write(
            _("Give each code to its person only. They set a password at /account/invitation/.")
        )


def _pair(text: str) -> tuple[str, str]:
    first, equals, second = text.partition("=")
    if not (equals and first.strip() and second.strip()):
        raise CommandError(_("Write “%(text)s” as CODE=NAME.") % {"text": text})
    return first.strip(), second.strip()
