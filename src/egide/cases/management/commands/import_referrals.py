"""`egide import referrals FILE`: what a partner's records system exports becomes referrals to triage."""

import csv
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from egide.cases.importing import mapping, reading
from egide.cases.models import Programme
from egide.cases.services.importing import import_referrals
from egide.common.errors import Unavailable
from egide.partners.models import Membership

SHOWN_ERRORS = 200


def reader_language() -> str:
    """Answer the language of the terminal: French when it says so, English otherwise."""
    said = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if said.lower().startswith("fr") else "en"


class Command(BaseCommand):
    help = "Import referrals from a CSV or JSON file: all of it, or nothing. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["referrals"])
        parser.add_argument("file")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        parser.add_argument(
            "--only-valid", action="store_true", help="import valid rows; bad ones go to a file"
        )
        parser.add_argument("--programme", default="", help="code of the programme, when there are several")
        parser.add_argument("--as", dest="username", default="", help="user name in whose name it is done")
        parser.add_argument("--lang", choices=["en", "fr"], default="")

    def handle(self, *args: Any, file: str, lang: str, **options: Any) -> None:
        with translation.override(lang or reader_language()):
            self._import(Path(file), **options)

    def _import(
        self, path: Path, *, dry_run: bool, only_valid: bool, programme: str, username: str, **options: Any
    ) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CommandError(_("The file cannot be opened: %(why)s") % {"why": error.strerror}) from error
        try:
            table = reading.read(data, name=path.name)
        except reading.ReadError as error:
            raise CommandError(str(error)) from error
        checked = mapping.check(table, today=timezone.localdate())
        if checked.errors and not (only_valid and checked.referrals):
            self._refuse(checked)
        chosen, actor = _programme(programme), None
        actor = _actor(chosen, username)
        try:
            report = import_referrals(
                referrals=[content for _line, content in checked.referrals],
                programme_id=chosen.pk,
                actor=actor,
                at=timezone.now(),
                is_dry_run=dry_run,
            )
        except (PermissionDenied, Unavailable) as error:
            raise CommandError(str(error)) from error
        except IntegrityError as error:
            raise CommandError(
                _("The same file is being imported at this moment. Nothing was written.")
            ) from error
        said = _("Read: %(read)s. New: %(new)s. Already known: %(known)s.") % {
            "read": len(table.rows),
            "new": report.new,
            "known": report.known + checked.repeats,
        }
        self.stdout.write(said)
        if report.is_dry_run:
            self.stdout.write(_("Nothing was written: this was a dry run."))
        if checked.errors and not dry_run:
            kept = _keep_rejected(path, table, checked)
            self.stdout.write(
                _("%(count)s rows were set aside in %(file)s.")
                % {"count": len(checked.bad_lines), "file": kept}
            )

    def _refuse(self, checked: mapping.Checked) -> None:
        for error in checked.errors[:SHOWN_ERRORS]:
            self.stderr.write(str(error))
        more = len(checked.errors) - SHOWN_ERRORS
        if more > 0:
            self.stderr.write(_("… and %(count)s more.") % {"count": more})
        self.stderr.write(
            _("Nothing was imported: %(count)s rows have mistakes. Correct them and import the file again.")
            % {"count": len(checked.bad_lines)}
        )
        sys.exit(1)


def _programme(code: str) -> Programme:
    programmes = Programme.objects.select_related("lead_agency").order_by("code")
    found = list(programmes.filter(code=code)) if code else list(programmes[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(programmes.values_list("code", flat=True)[:20])
    raise CommandError(_("Say which programme, with --programme: %(codes)s") % {"codes": known})


def _actor(programme: Programme, username: str) -> Membership:
    members = Membership.objects.in_force(timezone.localdate()).select_related("agency", "account")
    if username:
        found = members.filter(account__username=username).order_by("starts_on", "pk").first()
        if found is None:
            raise CommandError(_("There is no such account."))
        return found
    found = (
        members.filter(agency__programmes=programme, role="coordinator").order_by("starts_on", "pk").first()
    )
    if found is None:
        raise CommandError(_("Say in whose name, with --as USER."))
    return found


def _keep_rejected(path: Path, table: reading.Table, checked: mapping.Checked) -> str:
    """Write the bad rows beside the file, readable by their owner only, so that nothing is lost."""
    target = path.with_name(f"{path.name}.rejected.csv")
    said: dict[int, list[str]] = {}
    for error in checked.errors:
        said.setdefault(error.line, []).append(f"{error.column}: {error.message}")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*table.columns, "error"])
        for row in table.rows:
            if row.line in said:
                writer.writerow([*(row.cells.get(c, "") for c in table.columns), "; ".join(said[row.line])])
    return target.name
