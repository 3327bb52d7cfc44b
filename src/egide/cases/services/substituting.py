"""What would go to somebody kept out of a case goes to the colleague named instead; where nobody is, to the lead agency.

Source: domain/information-sharing.md §7.4. Who is kept out learns nothing of it: they own nothing, follow nothing
and are told nothing.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from egide.cases.models import Case
from egide.partners.models import Membership
from egide.sharing.models import Recusal
from egide.sharing.queries import ASSIGNABLE_ROLES, recused_accounts
from egide.sharing.rules.sides import is_management_only


def standing(case_id: UUID) -> list[Recusal]:
    """Answer who is kept out of a case, with whom one turns to instead, oldest first; one query."""
    return list(
        Recusal.objects.filter(case_id=case_id, ended_at__isnull=True)
        .select_related("substitute__agency", "substitute__account")
        .order_by("recused_at", "pk")
    )


def receives(member: Membership | None, case: Case, *, at: datetime, side: str = "both") -> bool:
    """Say whether what is given to somebody would be seen: in force, on the case, not kept out, of the side it serves."""
    if member is None or (side == "victim" and is_management_only(member.sector)):
        return False
    in_force = Membership.objects.in_force(timezone.localdate(at)).filter(pk=member.pk).order_by()
    return in_force.exists() and Case.objects.visible_to(member).filter(pk=case.pk).order_by().exists()


def instead_of(
    *, case: Case, agency_id: UUID, owner: Membership | None, side: str, at: datetime
) -> tuple[UUID, Membership | None]:
    """Answer which agency and which person something goes to, when it was meant for these; one query where nobody is kept out.

    A whole agency kept out: its substitute, else the lead agency. A person: their substitute, else nobody in
    particular. What an agency as a whole would do goes to the substitute of a colleague there who is kept out, when the
    substitute is of that agency, or nobody else of it could see it.
    """
    kept_out = standing(case.pk)
    for row in kept_out:
        if row.agency_id == agency_id:
            if receives(row.substitute, case, at=at, side=side) and row.substitute is not None:
                return row.substitute.agency_id, row.substitute
            return case.programme.lead_agency_id, case.lead
    for row in kept_out:
        if owner is not None and owner.account_id != row.account_id and owner.agency_id != row.agency_id:
            continue
        if owner is None and not _was_theirs(row, case, agency_id, at):
            continue
        if receives(row.substitute, case, at=at, side=side) and row.substitute is not None:
            return row.substitute.agency_id, row.substitute
        return agency_id, None
    return agency_id, owner


def _was_theirs(row: Recusal, case: Case, agency_id: UUID, at: datetime) -> bool:
    """Say whether what an agency has to do was for the one kept out: they work there, and their substitute or nobody else does."""
    staff = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(agency=agency_id, role__in=ASSIGNABLE_ROLES)
        .order_by()
    )
    if row.account_id is None or not staff.filter(account=row.account_id).exists():
        return False
    if row.substitute is not None and row.substitute.agency_id == agency_id:
        return True
    return not staff.exclude(account__in=recused_accounts(case_id=case.pk)).exists()


def told(case: Case, accounts: Collection[UUID], *, at: datetime) -> list[UUID]:
    """Answer whom a mail goes to: not who is kept out; their substitute, each once."""
    rows = standing(case.pk)
    kept_out = {row.account_id: row.substitute for row in rows if row.account_id}
    agencies = {row.agency_id: row.substitute for row in rows if row.agency_id}
    homes = dict(
        Membership.objects.in_force(timezone.localdate(at))
        .filter(account__in=accounts, agency__in=agencies)
        .order_by()
        .values_list("account_id", "agency_id")
    )
    found: list[UUID] = []
    for pk in accounts:
        if pk not in kept_out and pk not in homes:
            found.append(pk)
            continue
        instead = kept_out[pk] if pk in kept_out else agencies[homes[pk]]
        if instead is not None and receives(instead, case, at=at):
            found.append(instead.account_id)
    return list(dict.fromkeys(one for one in found if one not in kept_out))
