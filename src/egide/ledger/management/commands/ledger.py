"""`egide ledger`: verify everything, prove one entry, sign and show the head."""

import base64
import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from egide.common import clock
from egide.common.errors import Unavailable
from egide.ledger import queries, services
from egide.ledger.models import Leaf
from egide.ledger.rules import attestation
from egide.ledger.verification import verify

#: Whole, but nobody places what waits.
LATE_STATUS = 3
#: How a receipt begins: a signed head of the tree is none.
RECEIPT = "egide disclosure receipt "
#: What is said of each part that is not what was signed.
ALTERED = {
    attestation.WORDS: _lazy("Refused: what it says was not signed with this key, or was altered since."),
    attestation.PATH: _lazy(
        "Refused: its proof does not lead from it to the signed head, or was altered since."
    ),
    attestation.HEAD: _lazy("Refused: its signed head was not signed with this key, or was altered since."),
    attestation.FORM: _lazy(
        "Refused: it is not written as a receipt is; something was added, taken away or changed."
    ),
}


class Command(BaseCommand):
    help = "Verify the ledger (exit status 0 when whole, 1 when damaged, 3 when whole but entries wait too long for their place), prove an entry, sign the head."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("verify", help="recompute everything and name what does not fit")
        check.add_argument("--processes", type=int, default=min(4, os.cpu_count() or 1))
        prove = actions.add_parser("prove", help="print the proof that one entry is in the ledger (JSON)")
        prove.add_argument("entry", type=int, help="the entry's number")
        prove.add_argument(
            "--since", type=int, help="also prove that a ledger of that size was its beginning"
        )
        receipt = actions.add_parser(
            "receipt", help="say whether a receipt was signed here and not altered since"
        )
        receipt.add_argument("file", help="the receipt, as it was given")
        receipt.add_argument(
            "--key",
            metavar="KEY",
            help="the public key of the service that signed it, as its address /ledger/key gives it: nothing else of "
            "that service is needed, no database, no network (default: this service's own key)",
        )
        actions.add_parser("checkpoint", help="place waiting entries, sign the head and print it")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            getattr(self, action)(**options)
        except (Unavailable, ValueError) as error:
            raise CommandError(str(error)) from error

    def verify(self, *, processes: int, **options: Any) -> None:
        report = verify(anchor=services.default_anchor(), processes=processes, at=clock.now())
        if not report.is_keyed:
            self.stderr.write(_("Without the master key, entries are checked against the tree only."))
        if report.is_whole:
            self.stdout.write(
                _("Whole: %(size)s entries, %(heads)s signed heads, %(pending)s waiting. Root %(root)s")
                % {
                    "size": report.size,
                    "heads": report.checkpoints,
                    "pending": report.pending,
                    "root": base64.b64encode(report.root).decode(),
                }
            )
            if report.late:
                self.stderr.write(
                    _(
                        "%(late)s entries have waited more than a minute for their place: no worker runs. "
                        "Start one: ./egide worker"
                    )
                    % {"late": report.late}
                )
                sys.exit(LATE_STATUS)
            return
        self.stderr.write(_("The ledger is damaged:"))
        for problem in report.problems:
            self.stderr.write(f"  {problem}")
        sys.exit(1)

    def prove(self, *, entry: int, since: int | None, **options: Any) -> None:
        head = queries.latest_checkpoint()
        leaf = Leaf.objects.filter(entry_id=entry).order_by().first()
        if head is None or leaf is None or leaf.index >= head.size:
            raise CommandError(_("This entry is not in the signed ledger (yet)."))
        hashed, path = queries.prove_inclusion(index=leaf.index, size=head.size)
        proof = {
            "checkpoint": head.note,
            "index": leaf.index,
            "leaf": base64.b64encode(hashed).decode(),
            "inclusion": [base64.b64encode(step).decode() for step in path],
        }
        if since is not None:
            steps = queries.prove_consistency(old=since, new=head.size)
            proof["consistency"] = [base64.b64encode(step).decode() for step in steps]
        self.stdout.write(json.dumps(proof, indent=1, ensure_ascii=False))

    def receipt(self, *, file: str, key: str | None, **options: Any) -> None:
        try:
            # As bytes: reading as text would take one end of line for another.
            document = Path(file).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("The file %(path)s cannot be read.") % {"path": file}) from error
        try:
            origin, public = attestation.key_of(key) if key else services.own_key()
        except ValueError as error:
            raise CommandError(_("This is not the public key of a ledger.")) from error
        try:
            found = attestation.read(document, origin=origin, public=public)
            if not found.title.startswith(RECEIPT):
                raise attestation.Altered(attestation.WORDS)
        except attestation.Altered as problem:
            self.stderr.write(str(ALTERED[str(problem)]))
            sys.exit(1)
        self.stdout.write(_("Signed by %(origin)s, and not altered.") % {"origin": origin})
        if found.proof is None:
            self.stdout.write(
                _(
                    "Not yet sequenced: when it was given, its entry had no place in the ledger. Ask for it again."
                )
            )
        else:
            self.stdout.write(
                _("In the ledger: entry %(index)s of %(size)s, under a signed head.")
                % {"index": found.proof.index, "size": found.said["ledger"]["size"]}
            )
        self.stdout.write(json.dumps(found.said, indent=1, ensure_ascii=False, sort_keys=True))

    def checkpoint(self, **options: Any) -> None:
        services.integrate(at=clock.now(), anchor=services.default_anchor())
        head = queries.latest_checkpoint()
        self.stdout.write(head.note if head else _("The ledger is empty."))
