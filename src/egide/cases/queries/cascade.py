"""Who was told that consent ended and what they answered, for the case; what an agency must stop using, for the agency."""

from dataclasses import dataclass
from datetime import datetime

from egide.cases.models import Case, EndNotice, File
from egide.cases.models.cascade import LAW_CATEGORY
from egide.common import paging
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault.fields import ciphertext_of


@dataclass(frozen=True)
class NoticeLine:
    """One agency told, and where its answer stands: `waiting`, `late`, `answered` or `no_longer_owed`."""

    notice: EndNotice
    state: str
    law: str
    #: The agency is kept out of the case whole, or closed: it is not told here, and somebody reaches it.
    is_reached_otherwise: bool
    #: The programme wrote down what it was told.
    is_relayed: bool


def notice_lines(*, case: Case, file: File, actor: Membership, at: datetime) -> list[NoticeLine]:
    """Answer every notice of one person's file, those that wait first, with the laws named where they may be read."""
    rows = list(
        EndNotice.objects.filter(case=case, file=file)
        .select_related("agency", "answered_by__account", "answered_by__agency")
        .order_by("-made_at", "agency__code", "pk")
    )
    if not rows:
        return []
    records = [_law_record(row, case) for row in rows if row.law is not None]
    opened = sharing.open_records(
        actor=actor, file=file, purpose="case_management", at=at, records=records, category=LAW_CATEGORY
    )
    laws = {item.id: item.text for item in opened}
    recused = sharing_queries.recused_agencies(case_id=case.pk)
    lines = [
        NoticeLine(
            row,
            _state(row, at),
            laws.get(row.pk, ""),
            row.agency_id in recused or not row.agency.is_active,
            row.answered_by is not None and row.answered_by.agency_id != row.agency_id,
        )
        for row in rows
    ]
    order = {"late": 0, "waiting": 1, "answered": 2, "no_longer_owed": 3}
    return sorted(lines, key=lambda line: order[line.state])


def _state(notice: EndNotice, at: datetime) -> str:
    if notice.superseded_at is not None:
        return "no_longer_owed"
    if notice.answered_at is not None:
        return "answered"
    return "late" if notice.due_at < at else "waiting"


def _law_record(notice: EndNotice, case: Case) -> SealedRecord:
    """The law named in an answer: it is addressed to the programme, which holds it."""
    return SealedRecord(
        id=notice.pk,
        file_id=notice.file_id,
        category=LAW_CATEGORY,
        holder_id=notice.law_holder_id or case.programme.lead_agency_id,
        regimes=(),
        compartment=compartment_of(LAW_CATEGORY),
        model="cases.EndNotice",
        field="law",
        sealed=ciphertext_of(notice.law),
        meta={"form": "law:1"},
    )


#: Notices on one page, of those that wait and of those answered.
NOTICES = 50


def to_answer(actor: Membership, *, after: str = "") -> Page[EndNotice]:
    """Answer a page of what the reader's agency must stop using and has not answered for, due first in front."""
    rows = EndNotice.objects.visible_to(actor).waiting().select_related("case")
    return paging.page(rows, by="due_at", size=NOTICES, after=after)


def answered(actor: Membership, *, after: str = "") -> Page[EndNotice]:
    """Answer a page of what the reader's agency said it stopped using, the last answer first."""
    rows = EndNotice.objects.visible_to(actor).filter(answered_at__isnull=False)
    return paging.page(
        rows.select_related("case", "answered_by__account"), by="-answered_at", size=NOTICES, after=after
    )
