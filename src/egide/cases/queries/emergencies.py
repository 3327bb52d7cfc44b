"""What emergency access shows: to who opened it, and to who reviews it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from egide.cases.models import Case, File
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import emergency
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.models import EmergencyAccess, EmergencyUser
from egide.sharing.permissions import check_privacy_officer


@dataclass(frozen=True)
class Opened:
    """One case opened in an emergency, for the time of one page."""

    access: EmergencyAccess
    case: Case
    view: sharing.FileView
    name: str


def mine(actor: Membership, *, at: datetime) -> list[EmergencyAccess]:
    """Answer what the actor has open now."""
    return list(
        EmergencyAccess.objects.filter(
            sharing_queries.not_recused(actor, case_ref="case_id"), membership=actor, ends_at__gt=at
        ).order_by("ends_at", "pk")
    )


def read(*, access_id: UUID, actor: Membership, at: datetime) -> Opened:
    """Open what an emergency access of the actor lets them read.

    Raises:
        NotVisible: it is not theirs, has ended, or a recusal came in between.
    """
    access = EmergencyAccess.objects.filter(pk=access_id, membership=actor, ends_at__gt=at).order_by().first()
    if access is None:
        raise NotVisible
    files = list(
        File.objects.filter(case=access.case_id)
        .select_related("case__programme__lead_agency")
        .order_by("created_at", "pk")
    )
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=emergency.PURPOSE,
        at=at,
        records=[file.name_record() for file in files],
    )
    names = [item.text for item in view.items if item.form == "name:1"]
    return Opened(access, files[0].case, view, " · ".join(names))


#: Accesses reviewed already, on one page.
REVIEWED = 50


def to_review(*, actor: Membership) -> list[EmergencyAccess]:
    """Answer every access not yet reviewed, those due first in front."""
    rows = _accesses(actor).filter(reviewed_at__isnull=True)
    return list(rows.order_by("review_due_at", "pk"))


def reviewed(*, actor: Membership, after: str = "") -> Page[EmergencyAccess]:
    """Answer a page of the accesses reviewed already, the last review first."""
    rows = _accesses(actor).filter(reviewed_at__isnull=False)
    return paging.page(rows, by="-reviewed_at", size=REVIEWED, after=after)


def _accesses(actor: Membership) -> QuerySet[EmergencyAccess]:
    check_privacy_officer(actor)
    # Nor does an officer kept out of a case learn of it here: another one reviews.
    return EmergencyAccess.objects.filter(
        sharing_queries.not_recused(actor, case_ref="case_id")
    ).select_related("membership__account", "membership__agency", "reviewed_by__account")


def references(accesses: list[EmergencyAccess]) -> dict[UUID, str]:
    """Answer the reference of each case: a privacy officer sees which case, never who it is about."""
    ids = {access.case_id for access in accesses}
    return dict(Case.objects.filter(pk__in=ids).order_by().values_list("pk", "reference"))


def named_users() -> list[EmergencyUser]:
    """Answer who may open a file in an emergency."""
    return list(
        EmergencyUser.objects.filter(ended_at__isnull=True)
        .select_related("membership__account", "membership__agency", "named_by__account")
        .order_by("membership__agency__code", "membership__account__full_name", "pk")
    )


def who_could_be(*, actor: Membership) -> list[tuple[str, str]]:
    """Answer, as choices, the members who work on cases and are not named yet, but the actor."""
    from egide.sharing.queries import ASSIGNABLE_ROLES

    named = EmergencyUser.objects.filter(ended_at__isnull=True).order_by().values("membership")
    members = (
        Membership.objects.filter(role__in=ASSIGNABLE_ROLES, ends_on__isnull=True)
        .exclude(pk__in=named)
        .exclude(account=actor.account_id)
        .select_related("account", "agency")
        .order_by("agency__code", "account__full_name", "pk")
    )
    return [
        (str(one.pk), f"{one.person_name} ({one.agency.short_name}, {one.get_role_display()})")
        for one in members
    ]
