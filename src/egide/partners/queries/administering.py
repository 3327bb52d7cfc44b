"""Reads of the pages of administration: agencies and agreements."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from egide.common.errors import NotVisible
from egide.partners.models import (
    Agency,
    Agreement,
    AgreementParty,
    Jurisdiction,
    Membership,
    Outcome,
    ProposedChange,
)

#: Lines on one page of a list.
PAGE = 50


@dataclass(frozen=True)
class Staffed:
    """One agency and how many people act for it."""

    agency: Agency
    people: int


@dataclass(frozen=True)
class Counted:
    """One agreement, how many agencies are in it, and how many signed."""

    agreement: Agreement
    parties: int
    signed: int


def areas() -> QuerySet[Jurisdiction]:
    """Return every jurisdiction, by name."""
    return Jurisdiction.objects.order_by("name_en", "pk")


def agencies(
    *, area_ids: Collection[UUID] | None, sector: str, on: date, page: int
) -> tuple[list[Staffed], bool]:
    """Answer one page of agencies by name, open ones first, and whether there are more; two queries.

    Args:
        area_ids: jurisdictions to keep; None for all.
        sector: one sector; empty for all.
        page: from 1.
    """
    found = Agency.objects.select_related("jurisdiction")
    if area_ids is not None:
        found = found.filter(jurisdiction__in=area_ids)
    if sector:
        found = found.filter(sector=sector)
    first = (page - 1) * PAGE
    rows = list(found.order_by("-is_active", "name_en", "pk")[first : first + PAGE + 1])
    acting = (
        Membership.objects.in_force(on)
        .filter(agency__in=[row.pk for row in rows])
        .order_by()
        .values_list("agency_id")
        .annotate(people=Count("account", distinct=True))
    )
    people = dict(acting)
    return [Staffed(row, people.get(row.pk, 0)) for row in rows[:PAGE]], len(rows) > PAGE


def fetch_agency(*, agency_id: UUID, is_active: bool | None = None) -> Agency:
    """Answer one agency with its jurisdiction.

    Raises:
        NotVisible: there is none, or it is not open (closed) while an open (closed) one is asked for.
    """
    found = Agency.objects.select_related("jurisdiction").filter(pk=agency_id).order_by().first()
    if found is None or (is_active is not None and found.is_active is not is_active):
        raise NotVisible
    return found


def members_of(*, agency_id: UUID, on: date) -> QuerySet[Membership]:
    """Return who acts for an open agency that day, by name, in one query."""
    return (
        Membership.objects.in_force(on)
        .filter(agency=agency_id)
        .select_related("account")
        .order_by("account__full_name", "role", "pk")
    )


def agreements_of(*, agency_id: UUID) -> QuerySet[AgreementParty]:
    """Return the agreements an agency is in, newest first, in one query."""
    return (
        AgreementParty.objects.filter(agency=agency_id)
        .select_related("agreement")
        .order_by("-agreement__starts_on", "pk")
    )


def _counted(found: QuerySet[Agreement]) -> list[Counted]:
    rows = list(found)
    totals = (
        AgreementParty.objects.filter(agreement__in=[row.pk for row in rows])
        .order_by()
        .values_list("agreement_id")
        .annotate(parties=Count("pk"), signed=Count("pk", filter=Q(signed_on__isnull=False)))
    )
    known = {pk: (parties, signed) for pk, parties, signed in totals}
    return [Counted(row, *known.get(row.pk, (0, 0))) for row in rows]


def agreements(*, on: date, page: int) -> tuple[list[Counted], bool]:
    """Answer one page of agreements, those over last, what ends first before, and whether there are more."""
    is_over = Q(terminated_on__lte=on) | Q(ends_on__lt=on)
    first = (page - 1) * PAGE
    ordered = Agreement.objects.annotate(
        over=Case(When(is_over, then=Value(1)), default=Value(0), output_field=IntegerField())
    ).order_by("over", F("ends_on").asc(nulls_last=True), "-starts_on", "pk")
    rows = _counted(ordered[first : first + PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE


def fetch_agreement(*, agreement_id: UUID) -> Counted:
    """Answer one agreement.

    Raises:
        NotVisible: there is none.
    """
    found = _counted(Agreement.objects.filter(pk=agreement_id).order_by())
    if not found:
        raise NotVisible
    return found[0]


def parties_of(*, agreement_id: UUID) -> QuerySet[AgreementParty]:
    """Return the agencies of an agreement, by name, in one query."""
    return (
        AgreementParty.objects.filter(agreement=agreement_id)
        .select_related("agency")
        .order_by("agency__name_en", "pk")
    )


def signatures_waiting(*, agreement_id: UUID) -> set[UUID]:
    """Answer the parties whose signature waits for a second administrator, in one query."""
    waiting = ProposedChange.objects.filter(outcome=Outcome.WAITING, party__agreement=agreement_id)
    return {pk for pk in waiting.order_by().values_list("party_id", flat=True) if pk is not None}


def fetch_unsigned_party(*, party_id: UUID) -> AgreementParty:
    """Answer an agency that has yet to sign an agreement.

    Raises:
        NotVisible: there is none, or it signed.
    """
    found = (
        AgreementParty.objects.select_related("agency", "agreement")
        .filter(pk=party_id, signed_on=None)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found
