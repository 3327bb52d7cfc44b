"""When another agency leads a case: what allows it, and what ends of what was opened to others."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from egide.partners.models import Membership
from egide.sharing.grounds import end_ground
from egide.sharing.models import Consent, ConsentRecipient, EmergencyAccess, Ground
from egide.sharing.queries import in_force
from egide.sharing.rules.sides import MANAGEMENT_SECTORS

#: What a consent must cover for the agency it names to lead: who the person is, to carry out the programme.
NEEDED = ("identity.core", "case_management")
#: The grounds of a danger on which another team may take over without her consent; the other only where the programme
#: asks for none.
DANGERS = ("serious_imminent_threat", "serious_harm_reduction")
COMMON = "common_programme"


@transaction.atomic
def close_grants(
    *, case_id: UUID, former_id: UUID, actor: Membership, at: datetime, ends_other_side: bool = False
) -> int:
    """End what the former lead agency received on a ground or in an emergency, and every common-programme ground.

    A danger, an order or a medical emergency that concerns another agency does not rest on who leads: it stands.
    Answers how many ended.

    Args:
        ends_other_side: also all that agencies received that work with the person of concern alone.
    """
    ground, emergency = Q(recipient=former_id) | Q(kind=COMMON), Q(membership__agency=former_id)
    if ends_other_side:
        ground |= Q(recipient__sector__in=MANAGEMENT_SECTORS)
        emergency |= Q(membership__agency__sector__in=MANAGEMENT_SECTORS)
    standing = Ground.objects.filter(
        ground,
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
        emergency, case_id=case_id, opened_at__lt=at, ends_at__gt=at
    ).update(ends_at=at)
    return len(ended) + emergencies


def consent_for_leading(*, file_id: UUID, agency_id: UUID, at: datetime) -> Consent | None:
    """Answer a consent of a file in force that names an agency for what leading its case takes, the newest."""
    category, purpose = NEEDED
    rows = ConsentRecipient.objects.filter(
        in_force("consent__", now=at), consent__file_id=file_id, agency=agency_id
    ).select_related("consent")
    found = (row.consent for row in rows.order_by("-consent__given_at", "-pk"))
    return next((one for one in found if category in one.categories and purpose in one.purposes), None)


def names_for_leading(*, file_id: UUID, agency_id: UUID, at: datetime) -> bool:
    """Say whether a consent of a file in force names an agency for what leading its case takes."""
    return consent_for_leading(file_id=file_id, agency_id=agency_id, at=at) is not None


def grounds_for_taking_over(*, now: datetime) -> QuerySet[Ground]:
    """Return the grounds in force on which a case may go to another team."""
    return Ground.objects.in_force(now=now).filter(kind__in=(*DANGERS, COMMON)).order_by()


def ground_for_taking_over(
    *, file_id: UUID, agency_id: UUID, needs_consent: bool, at: datetime
) -> Ground | None:
    """Answer the ground in force that tells an agency who the person is, so that it may take over; None where none does.

    A common programme is one only where the programme does not add consent to the law.
    """
    kinds = DANGERS if needs_consent else (*DANGERS, COMMON)
    rows = grounds_for_taking_over(now=at).filter(file_id=file_id, recipient=agency_id, kind__in=kinds)
    return next((one for one in rows.order_by("-ends_at", "pk") if NEEDED[0] in one.categories), None)
