"""`egide import referrals FILE`: what a partner's records system exports becomes referrals to triage."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _

from egide.cases.importing import Checked, ReadError, RowError, Table, check, read
from egide.cases.importing.mapping import DAY_FIRST, MONTH_FIRST
from egide.cases.importing.rejected import keep_rejected
from egide.cases.models import Programme
from egide.cases.permissions import REFERRING_ROLES, can_refer
from egide.cases.services.importing import ImportReport, Progress, import_referrals
from egide.common import clock
from egide.partners.models import Membership, Sector

#: More than this is one cause, not as many mistakes; the count of all is always said.
MOST_SHOWN = 1000


def reader_language() -> str:
    """Answer the language of the terminal: French when it says so, English otherwise."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if said.lower().startswith("fr") else "en"


class Command(BaseCommand):
    help = "Import referrals from a CSV or JSON file: all of it, or nothing. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="CSV or JSON, as a records system exports it")
        parser.add_argument("--dry-run", action="store_true", help="do everything, then undo it, and say so")
        parser.add_argument(
            "--only-valid",
            action="store_true",
            help="import the rows without mistakes; set the others aside in FILE.rejected.csv",
        )
        parser.add_argument("--programme", default="", metavar="CODE", help="which, when there are several")
        parser.add_argument(
            "--as", dest="sender", default="", metavar="USERNAME/AGENCY", help="who refers, for which agency"
        )
        parser.add_argument(
            "--dates",
            choices=[DAY_FIRST, MONTH_FIRST],
            default="",
            help="how to read a date such as 03/04/2026",
        )
        parser.add_argument("--lang", choices=["en", "fr"], default="", help="language of the report")

    def handle(self, *args: Any, file: str, lang: str, **options: Any) -> None:
        with translation.override(lang or reader_language()):
            self._import(Path(file), **options)

    def _import(
        self,
        path: Path,
        *,
        dry_run: bool,
        only_valid: bool,
        programme: str,
        sender: str,
        dates: str,
        **options: Any,
    ) -> None:
        table = _read(path)
        chosen, actor = _chosen(programme, sender)
        if not (programme and sender):
            said = {"name": actor.account.full_name, "agency": actor.agency, "programme": chosen}
            self.stdout.write(_("For %(name)s (%(agency)s), to %(programme)s.") % said)
        checked = check(table, today=clock.today(), dates=dates)
        if checked.ignored:
            names = ", ".join(dict.fromkeys(checked.ignored))
            self.stdout.write(_("Columns not read: %(names)s") % {"names": names})
        self._say(checked.errors)
        if checked.errors and not (only_valid and checked.bad_lines):
            self._summary(checked)
            raise CommandError(_("Nothing was imported. Correct these rows and import the file again."))
        # Set aside first: if that cannot be done, nothing is imported either.
        kept = keep_rejected(path, table, checked.errors) if checked.errors and not dry_run else None
        try:
            report = _imported(checked, chosen, actor, is_dry_run=dry_run, progress=self._progress())
        except BaseException:
            if kept:
                kept.unlink(missing_ok=True)
            raise
        self._summary(checked, report)
        if kept:
            self.stdout.write(_("The rows with mistakes are in %(file)s.") % {"file": kept})
        if dry_run:
            self.stdout.write(_("This was a dry run: nothing was written."))

    def _say(self, errors: Sequence[RowError]) -> None:
        for error in errors[:MOST_SHOWN]:
            self.stderr.write(str(error))
        if len(errors) > MOST_SHOWN:
            self.stderr.write(_("… and %(count)s more mistakes.") % {"count": len(errors) - MOST_SHOWN})

    def _summary(self, checked: Checked, report: ImportReport | None = None) -> None:
        self.stdout.write(_("Rows read: %(count)s") % {"count": checked.count})
        if report:
            self.stdout.write(_("New: %(count)s") % {"count": report.new})
            self.stdout.write(_("Already known: %(count)s") % {"count": report.known + checked.repeats})
        self.stdout.write(_("With mistakes: %(count)s") % {"count": len(checked.bad_lines)})

    def _progress(self) -> Progress | None:
        """Answer what shows how far it is, on a terminal and for more than a slice."""
        if not sys.stderr.isatty():
            return None

        def show(done: int, total: int) -> None:
            if total > done or total > 1000:
                self.stderr.write(f"  {done}/{total}")

        return show


def _read(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            return read(file, path.name)
    except OSError as error:
        raise CommandError(_("The file cannot be opened: %(why)s") % {"why": error.strerror}) from error
    except ReadError as error:
        raise CommandError(str(error)) from error


def _imported(
    checked: Checked, programme: Programme, actor: Membership, *, is_dry_run: bool, progress: Progress | None
) -> ImportReport:
    try:
        return import_referrals(
            rows=checked.referrals,
            programme_id=programme.pk,
            actor=actor,
            at=clock.now(),
            is_dry_run=is_dry_run,
            progress=progress,
        )
    except PermissionDenied as error:
        raise CommandError(str(error)) from error
    except IntegrityError as error:
        raise CommandError(_("Others are writing the same things just now. Nothing was imported.")) from error


# ---- who refers, and to whom -----------------------------------------------------------------


def _chosen(code: str, sender: str) -> tuple[Programme, Membership]:
    """Answer the programme and the sender asked for; where one is not said, the only one there is.

    Fictional data may go to the first that fits. Real data is never sent where nobody said.
    """
    if not Programme.objects.exists():
        raise CommandError(_("There is no programme here yet to refer anyone to."))
    if sender:
        actor = _sender(sender)
        return _programme(code, [p for p in _programmes() if can_refer(actor, p)]), actor
    if not settings.EGIDE_FICTIONAL:
        raise CommandError(_("Say who refers, with --as USERNAME/AGENCY: the ledger keeps it."))
    programme = _programme(code, _programmes() if code else _programmes()[:1])
    partners = Membership.objects.in_force(clock.today()).filter(role__in=REFERRING_ROLES)
    police = partners.filter(agency__in=programme.partners.filter(sector=Sector.POLICE))
    found = police.select_related("agency", "account").order_by("account__username", "pk").first()
    if found is None:
        raise CommandError(_("Say who refers, with --as USERNAME/AGENCY: the ledger keeps it."))
    return programme, found


def _programmes() -> list[Programme]:
    return list(Programme.objects.select_related("lead_agency").order_by("pk"))  # the oldest first


def _programme(code: str, possible: Sequence[Programme]) -> Programme:
    found = [one for one in possible if not code or one.code == code]
    if len(found) == 1:
        return found[0]
    codes = ", ".join(sorted(one.code for one in possible))
    if not codes:
        raise CommandError(_("There is no programme this person may refer to."))
    raise CommandError(_("Say which programme, with --programme and one of: %(codes)s") % {"codes": codes})


def _sender(text: str) -> Membership:
    username, _slash, agency = text.partition("/")
    members = Membership.objects.in_force(clock.today()).filter(account__username=username)
    if agency:
        members = members.filter(agency__code=agency)
    found = list(members.select_related("agency", "account").order_by("agency__code", "pk")[:20])
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(_("Nobody of that name works for an agency now."))
    agencies = ", ".join(f"{username}/{one.agency.code}" for one in found)
    raise CommandError(_("Say for which agency, with --as and one of: %(names)s") % {"names": agencies})
