"""Reads about partners."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from egide.partners.models import Account, AgreementKind, AgreementParty, Jurisdiction, Membership


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
    """Return the memberships a person may act as that day, with account and agency, in one query."""
    return (
        Membership.objects.in_force(on)
        .filter(account=account_id)
        .select_related("agency", "account")
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
