"""What left the application: one row for each, the accountings drawn from it, and what is told to the person."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership, Sector
from egide.sharing.asking import Seat
from egide.sharing.models import Consent, Disclosure, Ground, Suspension
from egide.sharing.opening import decided
from egide.sharing.queries import ASSIGNABLE_ROLES, not_recused
from egide.sharing.relation import SharedFile, relations
from egide.sharing.rules.accounting import ACCOUNTINGS, EVERYTHING, Accounting, Left, accountings_of
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.levels import Level
from egide.sharing.rules.notices import notices_of
from egide.sharing.rules.question import BASES
from egide.sharing.rules.sides import MANAGEMENT_SECTORS, side_of
from egide.sharing.rules.table import table_of

#: An oral request silences at most this long (45 CFR 164.528(a)(2)(ii)).
ORAL = timedelta(days=30)
#: Who may ask that the person be not told yet, and in which accounting alone it counts.
SILENCERS = (Sector.POLICE, Sector.JUSTICE)
SILENCED = "hipaa"
#: A danger told without saying of whom: nothing of a file left, and it is accounted for all the same.
UNNAMED_DANGER = "danger_unnamed"
#: What is asked for when nobody said.
PURPOSE = "case_management"
METHODS = tuple(code for code, _label in Disclosure._meta.get_field("method").flatchoices)


@transaction.atomic
def record_disclosure(
    *,
    actor: Membership,
    file: SharedFile,
    categories: Collection[str],
    method: str,
    basis: str,
    at: datetime,
    purpose: str = "",
    recipient: Agency | None = None,
    consent: Consent | None = None,
    ground: Ground | None = None,
) -> Disclosure:
    """Record that something left the application; without a recipient, it was handed to the person.

    The laws that bound it are those of what the file holds of these kinds at that moment.

    Args:
        categories: none when a danger was told and nothing of the file.
    Raises:
        Refused: a kind of information that is never stored; an unknown way or basis.
    """
    if not set(categories) <= set(STORED):
        raise Refused(_("Choose what left among the kinds of information that are kept."))
    if method not in METHODS or basis not in (*BASES, UNNAMED_DANGER):
        raise Refused(_("Say how it left, and on what basis."))
    notices, told = _goes_along(
        file, categories, recipient, method=method, purpose=purpose, basis=basis, at=at
    )
    made = Disclosure(
        file_id=file.id,
        case_id=file.case_id,
        recipient=recipient,
        is_to_the_person=recipient is None,
        categories=sorted(set(categories)),
        method=method,
        basis=basis,
        purpose=purpose,
        regimes=_regimes(file, categories),
        notices=notices,
        told=told,
        consent=consent,
        ground=ground,
        disclosed_by=actor,
        disclosed_at=at,
    )
    entry = ledger.record(
        action="sharing.disclosed",
        actor=actor,
        target=made,
        at=at,
        subject=file.id,
        basis=basis,
        purpose=purpose,
        details={
            "method": method,
            "categories": made.categories,
            "regimes": made.regimes,
            "notices": notices,
        },
    )
    made.entry_id = entry.pk
    made.save(force_insert=True)
    return made


def _goes_along(
    file: SharedFile,
    categories: Collection[str],
    recipient: Agency | None,
    *,
    method: str,
    purpose: str,
    basis: str,
    at: datetime,
) -> tuple[list[str], list[str]]:
    """The notices the recipient reads with it, and the kinds it may be told went to it.

    The first by the decision that serves their page, so a notice tells of nothing they cannot read. The second from
    the published table alone, so that it says nothing of what the file holds; what was read out or handed over, they
    were told.
    """
    if recipient is None or not categories:
        return [], []
    seat: Any = Seat(recipient)
    tie = relations(actor=seat, files=[file], at=at, purpose=purpose or PURPOSE)[file.case_id]
    held = [one for one in type(file).classes_of([file]) if one.category in categories]
    found = decided(seat, {file.id: file}, held, {file.case_id: tie}, purpose or PURPOSE, at)
    notices = [one.ref for one in notices_of(found, side=side_of(recipient.sector), on=at.date())]
    if method != "share":
        return notices, sorted(set(categories))
    table = table_of(tie.table)
    told = [
        one
        for one in sorted(set(categories))
        if table.level(
            basis=basis, category=one, sector=recipient.sector, is_holder=False, subject_role=str(file.role)
        )
        >= Level.VIEW
    ]
    return notices, told


def _regimes(file: SharedFile, categories: Collection[str]) -> list[str]:
    held = type(file).classes_of([file])
    return sorted({code for one in held if one.category in categories for code in one.regimes})


@transaction.atomic
def suspend_accounting(
    *,
    file: SharedFile,
    agency: Agency,
    official_role: str,
    reference: str,
    is_written: bool,
    until: datetime,
    actor: Membership,
    at: datetime,
) -> Suspension:
    """Leave disclosures to an agency out of what the person is told until a day, because that agency asked.

    Raises:
        Refused: nobody asked, a written request has no reference, or the day is past or too far.
    """
    if not official_role.strip():
        raise Refused(_("Write the office of whoever asked; never their name."))
    if is_written and not reference.strip():
        raise Refused(_("A written request has a reference."))
    if agency.sector not in SILENCERS:
        raise Refused(_("Only police or an authority of oversight may ask for this."))
    if until <= at:
        raise Refused(_("Choose a day to come."))
    if not is_written and until > at + ORAL:
        raise Refused(_("An oral request counts for 30 days at most. Ask for it in writing."))
    former = Suspension.objects.filter(file_id=file.id, agency=agency, is_written=False).order_by()
    if not is_written and former.exists():
        raise Refused(_("This agency asked orally before. Now it asks in writing."))
    made = Suspension.objects.create(
        file_id=file.id,
        agency=agency,
        official_role=official_role.strip(),
        reference=reference.strip(),
        is_written=is_written,
        starts_at=at,
        until=until,
        recorded_by=actor,
    )
    ledger.record(
        action="sharing.accounting_suspended",
        actor=actor,
        target=made,
        at=at,
        subject=file.id,
        details={"agency": agency.pk, "written": is_written, "until": until.isoformat(timespec="seconds")},
    )
    return made


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


def received_by(*, actor: Membership, before: UUID | None = None) -> tuple[list[Disclosure], UUID | None]:
    """Answer a page of what reached the actor's agency, newest first, and where the next page begins.

    Left out: what the actor is kept out of; what was told without saying of whom (a receipt would say which file);
    what named the agency and of which its sector may be told nothing.
    """
    rows = _received(actor).select_related("disclosed_by__agency").order_by("-id")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def one_received(*, disclosure_id: UUID, actor: Membership) -> Disclosure:
    """Answer one of them.

    Raises:
        NotVisible: there is none, it reached another agency, or the actor is kept out.
    """
    found = (
        _received(actor)
        .select_related("recipient", "disclosed_by__agency")
        .filter(pk=disclosure_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def _received(actor: Membership) -> QuerySet[Disclosure]:
    if actor.role not in ASSIGNABLE_ROLES:
        return Disclosure.objects.none()
    rows = Disclosure.objects.filter(
        not_recused(actor, case_ref="case_id"),
        recipient=actor.agency_id,
        told__isnull=False,
        entry_id__isnull=False,
    )
    return rows.exclude(told=[]).exclude(basis=UNNAMED_DANGER)


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
