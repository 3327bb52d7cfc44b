"""Lines of lists: cases with the one name that stands for each, opened together and traced once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q, QuerySet

from egide.cases.models import Case, File, Programme
from egide.cases.models.case import own_programmes, programmes_around
from egide.cases.models.file import FileRole
from egide.cases.models.work import OWN_KINDS
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only

#: What a line shows of its case; the rest stays in the database.
_COLUMNS = (
    "reference",
    "programme_id",
    "state",
    "is_open",
    "lead_id",
    "level",
    "received_at",
    "next_due_at",
    "next_due_kind",
    "is_repeat",
    "closed_at",
)


@dataclass
class Row:
    """One line of a list."""

    case: Case
    name: str

    @property
    def lead_name(self) -> str:
        """Who leads the case; empty when nobody does yet."""
        return str(getattr(self.case, "lead_name", None) or "")


def knows_dates(actor: Membership) -> bool:
    """Say whether a list may show, sort or filter by the dates of a case: they tell when the victim is called."""
    return not is_management_only(actor.sector)


def shown_file(actor: Membership) -> Q:
    """Answer whose name stands for a case: whom it is about, or the person of concern to those who work with them."""
    if is_management_only(actor.sector):
        return Q(files__role=FileRole.PERSON_OF_CONCERN)
    return Q(files__is_subject=True)


def stands_for_case(file: File, actor: Membership) -> bool:
    """Say whether the name of this file stands for its case: `shown_file`, of a file read already."""
    return file.role == FileRole.PERSON_OF_CONCERN if is_management_only(actor.sector) else file.is_subject


def with_name(cases: QuerySet[Case], actor: Membership) -> QuerySet[Case]:
    """Bring, with each case, the sealed name that stands for it in lists and the name of its lead.

    A case has one such file at most, so the join adds no line.
    """
    return cases.only("pk", *_COLUMNS).annotate(
        shown=FilteredRelation("files", condition=shown_file(actor)),
        name_file_id=F("shown__pk"),
        name_role=F("shown__role"),
        name_sealed=F("shown__name"),
        name_holder=F("shown__holder_id"),
        name_laws=F("shown__name_regimes"),
        lead_name=F("lead__account__full_name"),
    )


def name_file(case: Any, actor: Membership) -> File | None:
    """Answer the file whose name stands for an annotated case, enough of it to open the name."""
    if case.name_file_id is None:
        return None
    file = File(
        pk=case.name_file_id,
        role=case.name_role,
        # As `shown_file` chose it; of a person of concern's file nobody asks.
        is_subject=not is_management_only(actor.sector),
        holder_id=case.name_holder,
        name=case.name_sealed,
        name_regimes=case.name_laws,
    )
    file.case = case
    return file


def bring_programmes(cases: Iterable[Case], actor: Membership) -> None:
    """Set the programme of each case: the reader's own are known already, others cost one query in all.

    A partner's are those it takes part in, which the same page may ask for again; one more for any other.
    """
    asked = {case.programme_id for case in cases}
    known: dict[UUID, Programme] = {one.pk: one for one in own_programmes(actor)}
    if asked - known.keys():
        known |= {one.pk: one for one in programmes_around(actor)}
    if missing := asked - known.keys():
        known |= Programme.objects.in_bulk(missing)
    for case in cases:
        case.programme = known[case.programme_id]


def named(cases: Sequence[Case], *, actor: Membership, at: datetime) -> list[Row]:
    """Open the names of a page of annotated cases; their dates are left out for who may not know them."""
    bring_programmes(cases, actor)
    own = {one.pk for one in own_programmes(actor)}
    for case in cases:
        is_theirs = case.programme_id in own
        # That somebody was referred before is the programme's own to know.
        case.is_repeat = case.is_repeat and is_theirs
        if not knows_dates(actor) or (case.next_due_kind in OWN_KINDS and not is_theirs):
            case.next_due_at, case.next_due_kind = None, ""
    files = {case.pk: file for case in cases if (file := name_file(case, actor))}
    names = sharing.open_names(
        actor=actor, files=list(files.values()), purpose=sharing.purpose_of(actor), at=at
    )
    return [Row(case, names.get(files[case.pk].pk, "") if case.pk in files else "") for case in cases]
