"""What ends when another agency leads a case: what was opened to the former one, and what rested on its programme."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from egide.partners.models import Membership
from egide.sharing.grounds import end_ground
from egide.sharing.models import ConsentRecipient, EmergencyAccess, Ground
from egide.sharing.queries import in_force

#: What a consent must cover for the agency it names to lead: who the person is, to carry out the programme.
NEEDED = ("identity.core", "case_management")


@transaction.atomic
def close_grants(*, case_id: UUID, former_id: UUID, actor: Membership, at: datetime) -> int:
    """End what the former lead agency received on a ground or in an emergency, and every common-programme ground.

    A danger, an order or a medical emergency that concerns another agency does not rest on who leads: it stands.
    Answers how many ended.
    """
    standing = Ground.objects.filter(
        Q(recipient=former_id) | Q(kind="common_programme"),
        case_id=case_id,
        is_approved=True,
        ended_at__isnull=True,
        ends_at__gt=at,
    )
    ended = [
        end_ground(ground_id=pk, actor=actor, at=at)
        for pk in standing.order_by("pk").values_list("pk", flat=True)
    ]
    emergencies = EmergencyAccess.objects.filter(
        case_id=case_id, membership__agency=former_id, opened_at__lt=at, ends_at__gt=at
    ).update(ends_at=at)
    return len(ended) + emergencies


def names_for_leading(*, file_id: UUID, agency_id: UUID, at: datetime) -> bool:
    """Say whether a consent of a file in force names an agency for what leading its case takes."""
    category, purpose = NEEDED
    rows = ConsentRecipient.objects.filter(
        in_force("consent__", now=at), consent__file_id=file_id, agency=agency_id
    ).select_related("consent")
    return any(
        category in row.consent.categories and purpose in row.consent.purposes for row in rows.order_by("pk")
    )
