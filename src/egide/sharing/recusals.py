"""Keep a person or a whole agency out of a case: from that moment it does not exist for them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.models import Recusal


@transaction.atomic
def recuse(
    *,
    case_id: UUID,
    reason_code: str,
    actor: Membership,
    at: datetime,
    membership: Membership | None = None,
    agency: Agency | None = None,
    substitute: Membership | None = None,
) -> Recusal:
    """Keep a person, under every hat, or a whole agency out of a case, at once.

    Args:
        substitute: whom the others turn to instead.
    Raises:
        Refused: an unknown reason, or neither or both of person and agency.
    """
    if reason_code not in dict(Recusal._meta.get_field("reason_code").flatchoices):
        raise Refused(_("Say what kind of conflict it is."))
    if (membership is None) == (agency is None):
        raise Refused(_("Name the person or the agency."))
    made = Recusal.objects.create(
        case_id=case_id,
        account_id=membership.account_id if membership else None,
        agency=agency,
        substitute=substitute,
        reason_code=reason_code,
        recused_at=at,
        recorded_by=actor,
    )
    ledger.record(
        action="sharing.recused",
        actor=actor,
        target=f"cases.case:{case_id}",
        at=at,
        details={"reason": reason_code},
    )
    return made


@transaction.atomic
def name_substitute(
    *, recusal_id: UUID, substitute: Membership | None, actor: Membership, at: datetime
) -> Recusal:
    """Say whom the others turn to instead of who is kept out. The caller checks the role.

    Raises:
        NotVisible: there is no such recusal.
    """
    row = Recusal.objects.select_for_update().filter(pk=recusal_id, ended_at__isnull=True).order_by().first()
    if row is None:
        raise NotVisible
    row.substitute = substitute
    row.save(update_fields=["substitute"])
    ledger.record(action="sharing.substitute_named", actor=actor, target=f"cases.case:{row.case_id}", at=at)
    return row


@transaction.atomic
def unrecuse(*, recusal_id: UUID, actor: Membership, at: datetime) -> None:
    """End a recusal recorded by mistake. Never by the person or agency recused: the caller checks the role."""
    row = Recusal.objects.select_for_update().filter(pk=recusal_id, ended_at__isnull=True).order_by().first()
    if row is None:
        raise NotVisible
    if actor.account_id == row.account_id or actor.agency_id == row.agency_id:
        raise PermissionDenied(_("Someone else ends a recusal."))
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    ledger.record(action="sharing.recusal_ended", actor=actor, target=f"cases.case:{row.case_id}", at=at)
