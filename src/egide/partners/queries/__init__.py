"""Reads about partners."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Prefetch,
    Q,
    QuerySet,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce, NullIf

from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.partners.models import (
    Account,
    Agency,
    AgreementKind,
    AgreementParty,
    FactorReset,
    Invitation,
    Jurisdiction,
    Membership,
    Outcome,
    ProposedChange,
)
from egide.partners.queries import training


def bound_parties(*, on: date) -> QuerySet[AgreementParty]:
    """Return the signatures that bind an agency that day to a confidentiality agreement in force."""
    return AgreementParty.objects.filter(
        Q(agreement__ends_on__isnull=True) | Q(agreement__ends_on__gte=on),
        Q(agreement__terminated_on__isnull=True) | Q(agreement__terminated_on__gt=on),
        signed_on__lte=on,
        agreement__starts_on__lte=on,
        agreement__kind=AgreementKind.CONFIDENTIALITY,
    ).order_by()


def agreement_in_force(*, agency_ids: Collection[UUID], on: date) -> set[UUID]:
    """Answer which of the agencies are bound that day by a signed confidentiality agreement, in one query."""
    return set(bound_parties(on=on).filter(agency_id__in=agency_ids).values_list("agency_id", flat=True))


def hats_of(*, account_id: UUID, on: date) -> QuerySet[Membership]:
    """Return the memberships a person may act as that day, with account, agency and training, in one query."""
    return (
        Membership.objects.in_force(on)
        .filter(account=account_id)
        .select_related("agency", "account__home_agency")
        .annotate(**training.until_of_each())
        .order_by("agency__name_en", "role", "pk")
    )


def hats(*, account: Account, on: date) -> list[Membership]:
    """Answer the memberships a person may act as, as read when they were recognised, else now."""
    known: list[Membership] | None = getattr(account, "hats", None)
    return known if known is not None else list(hats_of(account_id=account.pk, on=on))


def areas_within(*, jurisdiction_id: UUID) -> set[UUID]:
    """Answer a jurisdiction and everything below it; one query, the tree is small."""
    children: dict[UUID | None, list[UUID]] = {}
    for pk, parent in Jurisdiction.objects.order_by("pk").values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, todo = set(), [jurisdiction_id]
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += children.get(here, [])
    return found


def _changes() -> QuerySet[ProposedChange]:
    return ProposedChange.objects.select_related(
        "agency", "account", "party__agreement", "proposed_by_account", "decided_by_account"
    )


def waiting_changes() -> QuerySet[ProposedChange]:
    """Return every change that waits for a second administrator, oldest first, in one query."""
    return _changes().filter(outcome=Outcome.WAITING).order_by("proposed_at", "pk")


#: Rows on one page of a list.
PAGE = 50


def decided_changes(*, after: str = "") -> Page[ProposedChange]:
    """Return a page of the changes confirmed or declined, newest first, in one query."""
    decided = _changes().exclude(outcome=Outcome.WAITING)
    return paging.page(decided, by="-decided_at", size=PAGE, after=after)


def factor_resets(*, after: str = "") -> Page[FactorReset]:
    """Return a page of the requests about lost second factors, newest first, in one query."""
    people = ("account", "requested_by_account", "confirmed_by_account")
    rows = FactorReset.objects.select_related(*people)
    return paging.page(rows, by="-requested_at", size=PAGE, after=after)


def people(*, search: str, on: date, page: int) -> tuple[list[Account], bool]:
    """Answer one page of accounts by name, with their places in force, and whether there are more; two queries.

    Args:
        search: part of a name or user name; empty for everyone.
        page: from 1.
    """
    places = Membership.objects.in_force(on).select_related("agency").order_by("agency__name_en", "pk")
    found = Account.objects.annotate(shown_name=Coalesce(NullIf("full_name", Value("")), "username"))
    if search:
        found = found.filter(Q(full_name__icontains=search) | Q(username__icontains=search))
    first = (page - 1) * PAGE
    found = found.order_by("-is_active", "shown_name", "pk")
    rows: list[Account] = [*found[first : first + PAGE + 1]]
    prefetch_related_objects(rows, Prefetch("memberships", queryset=places, to_attr="places"))
    return rows[:PAGE], len(rows) > PAGE


def fetch_account(*, account_id: UUID, is_active: bool | None = None) -> Account:
    """Answer one account.

    Raises:
        NotVisible: there is none, or it is closed and an open one is asked for.
    """
    found = Account.objects.select_related("home_agency").filter(pk=account_id).order_by().first()
    if found is None or (is_active and not found.is_active):
        raise NotVisible
    return found


def not_over(on: date) -> Q:
    """Answer the condition of memberships in force that day or to come."""
    return Q(ends_on__isnull=True) | Q(ends_on__gte=on)


def places_of(*, account_id: UUID, on: date) -> QuerySet[Membership]:
    """Return every place a person has or had, current ones first; `is_current` says those in force or to come."""
    return (
        Membership.objects.filter(account=account_id)
        .select_related("agency")
        .prefetch_related(Prefetch("areas", queryset=Jurisdiction.objects.order_by("name_en", "pk")))
        .annotate(is_current=ExpressionWrapper(not_over(on), output_field=BooleanField()))
        .order_by("-is_current", F("ends_on").desc(nulls_first=True), "-starts_on", "pk")
    )


def current_places(*, account_id: UUID, on: date) -> QuerySet[Membership]:
    """Return the places of a person in force that day or to come."""
    return places_of(account_id=account_id, on=on).filter(not_over(on))


def open_invitation(*, account_id: UUID, at: datetime) -> Invitation | None:
    """Answer the code a person still holds, if one works."""
    return (
        Invitation.objects.filter(account=account_id, used_at=None, cancelled_at=None, expires_at__gt=at)
        .order_by()
        .first()
    )


def open_agencies() -> QuerySet[Agency]:
    """Return the agencies that take part, by name."""
    return Agency.objects.filter(is_active=True).order_by("name_en", "pk")
