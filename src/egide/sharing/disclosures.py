"""What left the application: one row for each, the accountings drawn from it, and what is told to the person."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership, Sector
from egide.sharing.asking import Seat
from egide.sharing.models import Consent, Disclosure, Ground, Suspension
from egide.sharing.opening import decided
from egide.sharing.relation import SharedFile, relations
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.levels import Level
from egide.sharing.rules.notices import notices_of
from egide.sharing.rules.question import BASES
from egide.sharing.rules.sides import side_of
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
#: A paper is shown for printing this long after its print was recorded. Ours (O).
PRINT_WITHIN = timedelta(hours=1)
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
    against: Collection[str] = (),
) -> Disclosure:
    """Record that something left the application; without a recipient, it was handed to the person.

    The laws that bound it are those of what the file holds of these kinds at that moment.

    Args:
        categories: none when a danger was told and nothing of the file.
        against: the rules that would have kept it, when it left all the same.
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
        is_against_rules=bool(against),
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
        rules=sorted(against),
        result="denied" if against else "allowed",
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
    held = type(file).classes_of([file]) if categories else ()
    return sorted({code for one in held if one.category in categories for code in one.regimes})


def recorded_print(
    *, disclosure_id: UUID, file: SharedFile, categories: Collection[str], actor: Membership, at: datetime
) -> Disclosure | None:
    """Answer the print of a paper for the person that the actor recorded a moment ago; None when it is too long ago.

    Raises:
        NotVisible: there is no such print, or it is another's.
    """
    found = Disclosure.objects.filter(
        pk=disclosure_id,
        file_id=file.id,
        method="print",
        is_to_the_person=True,
        disclosed_by__account=actor.account_id,
    )
    row = found.order_by().first()
    if row is None or row.categories != sorted(set(categories)):
        raise NotVisible
    return row if row.disclosed_at > at - PRINT_WITHIN else None


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
