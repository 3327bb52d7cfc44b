"""Import a partner's referrals: all of them or none, safe to repeat, a thousand a second."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction

from egide.cases import permissions
from egide.cases.intake import ReferralContent
from egide.cases.models import Case, Entry, NameToken, Programme, Referral
from egide.cases.services.entries import ENTRY_COLUMNS
from egide.cases.services.referring import NAME_COLUMNS, NewReferral, new_referral, number_digest
from egide.common.bulk import insert_rows
from egide.common.ids import new_reference
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.vault import blind
from egide.vault import services as vault

#: Referrals sealed and written together: a long file never stands in memory whole, twice.
SLICE = 1000
#: Values asked of the database at once.
ASKED = 5000
#: Times an import starts again when someone else took one of its references or numbers in between.
ATTEMPTS = 3

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do.

    Args:
        new: cases opened.
        known: referrals received before, or said twice in the file.
    """

    new: int
    known: int
    is_dry_run: bool = False


class _DryRun(Exception):
    """Undoes everything at the end of a dry run."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


def import_referrals(
    *,
    rows: Sequence[ReferralContent],
    programme_id: UUID,
    actor: Membership,
    at: datetime,
    is_dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Open a case for each referral not received before, in one transaction.

    A referral is known again by the sender's own number, or by its whole content when there is none.
    Two imports of one agency at once wait for each other; the second finds all known.

    Args:
        rows: what `cases.importing.check` answered as `referrals`.
        is_dry_run: do everything, then undo it; the report is the same.
        progress: called with (written, to write) after each slice, before anything is kept.
    Raises:
        PermissionDenied: the actor's agency does not take part in the programme.
        IntegrityError: others kept taking the same references; nothing was written.
    """
    programme = Programme.objects.select_related("lead_agency").get(pk=programme_id)
    permissions.check_can_refer(actor, programme)
    by_digest: dict[bytes, ReferralContent] = {}
    for content in rows:
        by_digest.setdefault(_digest(content, actor.agency_id), content)
    blind.name_tokens("", "")  # the index key, made on first use, is not undone with a dry run
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                new = _import(dict(by_digest), programme, actor, at, progress)
                known = len(rows) - new
                ledger.record(
                    action="cases.imported",
                    actor=actor,
                    target=programme,
                    at=at,
                    counts={"new": new, "known": known},
                )
                report = ImportReport(new, known)
                if is_dry_run:
                    raise _DryRun(report)
                return report
        except _DryRun as undone:
            return ImportReport(undone.report.new, undone.report.known, is_dry_run=True)
        except IntegrityError:
            if attempt + 1 == ATTEMPTS:
                raise
    raise AssertionError


def _import(
    by_digest: dict[bytes, ReferralContent],
    programme: Programme,
    actor: Membership,
    at: datetime,
    progress: Progress | None,
) -> int:
    """Write the referrals not received before; answers how many."""
    # What is known must not change until it is kept. Referring by hand does not wait for this.
    Agency.objects.select_for_update(no_key=True).get(pk=actor.agency_id)
    fresh = _fresh(by_digest, actor)
    drawn: set[str] = set()
    done = 0
    for made in _slices(list(fresh.items()), programme, actor, at):
        _give_references([one.case for one in made], programme.prefix, drawn)
        _write(made)
        done += len(made)
        if progress:
            progress(done, len(fresh))
    return len(fresh)


# ---- what is known already -------------------------------------------------------------------


def _fresh(by_digest: dict[bytes, ReferralContent], actor: Membership) -> dict[bytes, ReferralContent]:
    """Take those received before out of the referrals."""
    digests = list(by_digest)
    for start in range(0, len(digests), ASKED):
        known = Referral.objects.filter(
            agency=actor.agency_id, external_digest__in=digests[start : start + ASKED]
        )
        for digest in known.order_by().values_list("external_digest", flat=True):
            del by_digest[bytes(digest or b"")]
    return by_digest


def _digest(content: ReferralContent, agency_id: UUID) -> bytes:
    if content.external_id:
        return number_digest(content.external_id, agency_id=agency_id)
    return blind.digest(f"referral-content:{agency_id}", canonical(content))


def canonical(content: ReferralContent) -> str:
    """Write a referral in one way, to know it again when the sender gives no number."""
    said = asdict(content)
    if not said[
        "is_unserved"
    ]:  # as it was written before the question was asked: what came then is known again
        del said["is_unserved"]
    return json.dumps(said, sort_keys=True, default=str, ensure_ascii=False)


# ---- writing ---------------------------------------------------------------------------------


def _slices(
    waiting: Sequence[tuple[bytes, ReferralContent]], programme: Programme, actor: Membership, at: datetime
) -> Iterator[list[NewReferral]]:
    """Yield the rows of the referrals, sealed, a slice at a time."""
    for start in range(0, len(waiting), SLICE):
        made = []
        for digest, content in waiting[start : start + SLICE]:
            one = new_referral(programme=programme, content=content, actor=actor, at=at, way="file")
            one.referral.external_digest = digest
            made.append(one)
        yield made


def _give_references(cases: Iterable[Case], prefix: str, drawn: set[str]) -> None:
    """See to it that nobody has the references, neither here nor in the database; draw others where need be."""
    unsure = list(cases)
    while unsure:
        for case in unsure:
            while case.reference in drawn:
                case.reference = new_reference(prefix)
            drawn.add(case.reference)
        asked = [case.reference for case in unsure]
        taken = set(Case.objects.filter(reference__in=asked).order_by().values_list("reference", flat=True))
        unsure = [case for case in unsure if case.reference in taken]


def _write(made: Sequence[NewReferral]) -> None:
    """Write the rows table by table, those others point to first."""
    _insert(one.case for one in made)
    vault.save_keys(chain.from_iterable(one.sealers for one in made))
    _insert(chain.from_iterable(one.files for one in made))
    insert_rows(Entry, ENTRY_COLUMNS, chain.from_iterable(one.entries for one in made))
    insert_rows(NameToken, NAME_COLUMNS, chain.from_iterable(one.names for one in made))
    _insert(one.referral for one in made)
    _insert(one.task for one in made)
    ledger.record_many(one.trace for one in made)


def _insert(records: Iterator[Any]) -> None:
    """Insert unsaved records of one model, every column of theirs."""
    first = next(records, None)
    if first is None:
        return
    model: type[models.Model] = type(first)
    # An automatic key is the database's to give.
    columns = [
        column.attname for column in model._meta.concrete_fields if not isinstance(column, models.AutoField)
    ]
    insert_rows(model, columns, map(attrgetter(*columns), chain([first], records)))
