"""Reads that scope other reads: assigned, not recused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from egide.common import clock
from egide.partners.models import Membership, Role
from egide.sharing.models import LAPSED, Assignment, Consent, Recusal

#: Roles that work on cases. The others (referrer, officer, evaluator…) are assigned to none.
ASSIGNABLE_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.TEAM_MEMBER, Role.CHAIR)


def in_force(prefix: str = "", *, now: datetime | None = None) -> Q:
    """Answer the condition under which a consent is in force now."""
    now = now or clock.now()
    return Q(
        **{
            f"{prefix}withdrawn_at__isnull": True,
            f"{prefix}given_at__lte": now,
            f"{prefix}expires_at__gt": now,
        }
    )


def active_assignments(*, now: datetime | None = None) -> QuerySet[Assignment]:
    """Return assignments that stand now, their consent with them."""
    now = now or clock.now()
    stands = Q(consent__isnull=True) | in_force("consent__", now=now)
    return Assignment.objects.filter(stands, starts_at__lte=now, ends_at__isnull=True)


def assigned_case_ids(actor: Membership) -> QuerySet[Any]:
    """Return, as a subquery, the cases the actor's agency works on, for a role that works on cases."""
    if actor.role not in ASSIGNABLE_ROLES:
        return Assignment.objects.none().values("case_id")
    return active_assignments().filter(agency=actor.agency_id).order_by().values("case_id")


def recusals_of(actor: Membership) -> QuerySet[Recusal]:
    """Return what keeps the person, under any hat, or the agency acted for, out of cases."""
    return recusals(account_id=actor.account_id, agency_id=actor.agency_id)


def recusals(*, account_id: UUID, agency_id: UUID) -> QuerySet[Recusal]:
    """Return what keeps an account, or an agency, out of cases."""
    return Recusal.objects.filter(
        Q(account=account_id) | Q(agency=agency_id), ended_at__isnull=True
    ).order_by()


def not_recused(actor: Membership, *, case_ref: str) -> Q:
    """Answer the condition that keeps the cases the actor is not recused from.

    A list, read once: people are kept out of few cases, and a list of cases asks of each.
    """
    return ~Q(**{f"{case_ref}__in": recusals_of(actor).values("case_id")})


def recused_members(*, case_ref: str, owner_ref: str) -> Exists:
    """Answer the condition that a row's member is kept out of the row's case, in person or with their agency."""
    rows = Recusal.objects.filter(case_id=OuterRef(case_ref), ended_at__isnull=True).filter(
        Q(account=OuterRef(f"{owner_ref}__account")) | Q(agency=OuterRef(f"{owner_ref}__agency"))
    )
    return Exists(rows.order_by())


def assigned_agencies(*, case_id: UUID) -> set[UUID]:
    """Answer the agencies that work on a case now."""
    return set(active_assignments().filter(case_id=case_id).order_by().values_list("agency_id", flat=True))


def recused_from(*, case_id: UUID, owner_ref: str) -> Exists:
    """Answer the condition that a row's member is kept out of one case, in person or with their agency."""
    rows = Recusal.objects.filter(case_id=case_id, ended_at__isnull=True).filter(
        Q(account=OuterRef(f"{owner_ref}__account")) | Q(agency=OuterRef(f"{owner_ref}__agency"))
    )
    return Exists(rows.order_by())


def recused_accounts(*, case_id: UUID) -> set[UUID]:
    """Answer the people kept out of a case."""
    rows = Recusal.objects.filter(case_id=case_id, ended_at__isnull=True, account__isnull=False).order_by()
    return {pk for pk in rows.values_list("account_id", flat=True) if pk}


def recused_agencies(*, case_id: UUID) -> set[UUID]:
    """Answer the agencies kept out of a case."""
    rows = Recusal.objects.filter(case_id=case_id, ended_at__isnull=True, agency__isnull=False).order_by()
    return {pk for pk in rows.values_list("agency_id", flat=True) if pk}


def consents_of(*, file_id: UUID) -> QuerySet[Consent]:
    """Return every consent of a file, newest first, with its recipients."""
    return (
        Consent.objects.filter(file_id=file_id)
        .prefetch_related("recipients")
        .select_related("withdrawn_recorded_by__account")
        .order_by("-given_at", "-pk")
    )


def consent_state(consent: Consent, *, at: datetime) -> str:
    """Answer how it ended (`models.HOW_CONSENTS_END`), or `expiring` (within 30 days) or `in_force`."""
    if consent.ended_how:
        return str(consent.ended_how)
    if consent.expires_at <= at:
        return LAPSED
    return "expiring" if (consent.expires_at - at).days < 30 else "in_force"


__all__ = [
    "ASSIGNABLE_ROLES",
    "active_assignments",
    "assigned_agencies",
    "assigned_case_ids",
    "consent_state",
    "consents_of",
    "in_force",
    "not_recused",
    "recusals",
    "recusals_of",
    "recused_accounts",
    "recused_agencies",
    "recused_from",
    "recused_members",
]
