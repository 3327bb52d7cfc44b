"""What left, accounted for: a page of a case by law, and what the person may be told. Worked out in the database."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.partners.models import Agency
from egide.sharing.disclosures import SILENCED
from egide.sharing.models import Disclosure, Suspension
from egide.sharing.relation import SharedFile
from egide.sharing.rules.accounting import ACCOUNTINGS, EVERYTHING, Accounting, Left, accountings_of
from egide.sharing.rules.sides import MANAGEMENT_SECTORS


@dataclass
class Accounted:
    """One disclosure with the accountings it counts in, and until when the person is not told of it."""

    disclosure: Disclosure
    accountings: tuple[str, ...]
    suspended_until: datetime | None = None


PAGE = 50


def disclosures_of(
    *, case_id: UUID, at: datetime, accounting: str = "", before: UUID | None = None
) -> tuple[list[Accounted], UUID | None]:
    """Answer a page of what left the files of a case, newest first, and where the next page begins. Two queries.

    Args:
        accounting: one of `rules.accounting.ACCOUNTINGS`, to keep what counts in it; everything when empty.
    """
    rows = with_laws(Disclosure.objects.filter(case_id=case_id))
    law = next((one for one in ACCOUNTINGS if one.slug == accounting), None)
    if law is not None:
        rows = rows.filter(counted(law))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    rows = rows.select_related("recipient", "consent", "disclosed_by__account", "disclosed_by__agency")
    found = list(rows.order_by("-id")[: PAGE + 1])
    silenced = _silenced({row.file_id for row in found}, at=at)
    page = [_accounted(row, silenced) for row in found[:PAGE]]
    return page, page[-1].disclosure.pk if len(found) > PAGE else None


def with_laws(rows: QuerySet[Disclosure]) -> QuerySet[Disclosure]:
    """Name the laws of each row as text, for `counted`: SQLite cannot look inside JSON."""
    return rows.alias(laws=Cast("regimes", TextField()))


def counted(law: Accounting) -> Q:
    """Answer the condition that `Accounting.counts` is, on rows made by `with_laws`."""
    kept = Q()
    if law.regime:  # rows older than the column count in every law
        kept &= Q(regimes__isnull=True) | Q(laws__contains=f'"{law.regime}"')
    if law.omits_person:
        kept &= Q(is_to_the_person=False)
    if law.omits_authorized:
        kept &= ~Q(basis="consent") | Q(consent__isnull=True) | Q(consent__form="verbal")
    if law.omits_bases:
        kept &= ~Q(basis__in=law.omits_bases)
    return kept


def left_of(row: Disclosure) -> Left:
    """Answer what a row says of itself to the accountings."""
    return Left(
        None if row.regimes is None else frozenset(row.regimes),
        row.basis,
        row.is_to_the_person,
        is_written=row.consent is not None and row.consent.form != "verbal",
    )


def _accounted(row: Disclosure, silenced: dict[tuple[UUID, UUID], datetime]) -> Accounted:
    until = silenced.get((row.file_id, row.recipient_id)) if row.recipient_id else None
    return Accounted(row, accountings_of(left_of(row)), until)


def _silenced(files: Any, *, at: datetime) -> dict[tuple[UUID, UUID], datetime]:
    """Answer until when each agency's rows are silent, by file; `files` are identifiers, or a query of them."""
    rows = Suspension.objects.filter(until__gt=at, file_id__in=files).order_by("until")
    return {
        (file_id, agency_id): until
        for file_id, agency_id, until in rows.values_list("file_id", "agency_id", "until")
    }


@dataclass
class ToldLine:
    """What the person is told of disclosures to one agency on one basis: since when, until when, of what."""

    recipient: Agency
    basis: str
    first_at: datetime
    last_at: datetime
    categories: set[str] = field(default_factory=set)
    times: int = 0


#: Kinds that tell that the victim is helped: in no letter but the victim's own (§7.1).
_HERS = {
    "plan.safety", "contact.safe", "location.confidential", "referral.status", "consent.record", "reporter.identity",
}  # fmt: skip


def letter_lines(*, file: SharedFile, accounting: str, at: datetime) -> list[ToldLine]:
    """Answer what a person may be told of who received what of their file: oldest first, repeats together.

    Left out: what is suspended today, what went to the person, what is older than the accounting reaches. To
    anyone but the victim: every agency that does not work with the person of concern alone, the kinds that tell
    that the victim is helped, and on what basis (a threat tells that somebody spoke).

    Args:
        accounting: one of `rules.accounting.ACCOUNTINGS`, or `everything`.
    Raises:
        Refused: there is no such accounting.
    """
    law = next((one for one in (*ACCOUNTINGS, EVERYTHING) if one.slug == accounting), None)
    if law is None:
        raise Refused(_("Choose under which law the list is asked for."))
    is_hers = str(file.role) == "victim"
    lines: dict[tuple[UUID, str], ToldLine] = {}
    groups = _told_groups(file, law, is_hers=is_hers, at=at)
    agencies = Agency.objects.in_bulk({one["recipient_id"] for one in groups})
    for one in groups:
        told = set(one["categories"]) if is_hers else set(one["categories"]) - _HERS
        if not told:
            continue
        basis = one["basis"] if is_hers else ""
        line = lines.setdefault(
            (one["recipient_id"], basis),
            ToldLine(agencies[one["recipient_id"]], basis, one["first"], one["last"]),
        )
        line.categories |= told
        line.first_at = min(line.first_at, one["first"])
        line.last_at = max(line.last_at, one["last"])
        line.times += one["times"]
    return sorted(lines.values(), key=lambda line: (line.first_at, line.recipient.code))


def _told_groups(file: SharedFile, law: Accounting, *, is_hers: bool, at: datetime) -> list[Any]:
    """What counts and may be told, one row an agency, a basis and a choice of kinds, worked out in the database."""
    rows = with_laws(Disclosure.objects.filter(file_id=file.id, is_to_the_person=False)).filter(counted(law))
    if law.years:
        rows = rows.filter(disclosed_at__gte=at - timedelta(days=round(365.25 * law.years)))
    if not is_hers:
        rows = rows.filter(recipient__sector__in=MANAGEMENT_SECTORS)
    if law.slug in (SILENCED, EVERYTHING.slug):
        # Asked for everything, what one of its laws silences today is silent too.
        silencing = next(one for one in ACCOUNTINGS if one.slug == SILENCED)
        quiet = Suspension.objects.filter(until__gt=at, file_id=file.id).order_by().values("agency_id")
        rows = rows.exclude(counted(silencing) & Q(recipient__in=quiet))
    groups = rows.order_by().values("recipient_id", "basis", "categories")
    return list(groups.annotate(first=Min("disclosed_at"), last=Max("disclosed_at"), times=Count("pk")))
