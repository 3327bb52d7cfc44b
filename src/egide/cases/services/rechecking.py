"""When an agency no longer takes part, the consents that name it are looked at again by whoever leads the case."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from egide.cases.lifecycle import State
from egide.cases.models import Case
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines
from egide.ledger import services as ledger
from egide.partners import queries as partners
from egide.partners.models import Agency
from egide.partners.signals import agency_deactivated, agreement_terminated
from egide.sharing import queries as sharing
from egide.sharing.models import ConsentRecipient


def listen() -> None:
    """Act on what administrators do, at once; what comes with a date is found by the scheduler."""
    agency_deactivated.connect(_left, dispatch_uid="cases.recheck_consents")
    agreement_terminated.connect(_left, dispatch_uid="cases.recheck_consents")


def _left(sender: Any, *, agency_ids: Collection[UUID], at: datetime, **_more: Any) -> None:
    ask_to_check(at=at, agency_ids=agency_ids)


def _out(at: datetime, agency_ids: Collection[UUID] | None) -> list[UUID]:
    """Answer the agencies that take no part: few, so that no consent of another is looked at."""
    bound = partners.bound_parties(on=timezone.localdate(at)).filter(agency=OuterRef("pk"))
    found = Agency.objects.filter(Q(is_active=False) | ~Exists(bound))
    if agency_ids is not None:
        found = found.filter(pk__in=agency_ids)
    return list(found.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def ask_to_check(*, at: datetime, agency_ids: Collection[UUID] | None = None, limit: int = 200) -> int:
    """Ask the lead of each active case to check a consent in force that names an agency out; answers how many.

    An agency is out when it is closed, or no agreement binds it that day. Each consent is asked about once for
    each such agency. Run every ten minutes by the scheduler; running it twice changes nothing.
    """
    out = _out(at, agency_ids)
    if not out:
        return 0
    named = ConsentRecipient.objects.filter(
        sharing.in_force("consent__"), check_asked_at__isnull=True, agency__in=out
    )
    rows = list(named.select_related("consent").order_by("consent__expires_at", "pk")[:limit])
    cases = {
        case.pk: case
        for case in Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "lead")
        .filter(pk__in={row.consent.case_id for row in rows}, state=State.ACTIVE)
        .order_by("pk")
    }
    for case in cases.values():
        deadlines.set_deadline(case=case, kind=TaskKind.CONSENT_CHECK, at=at)
        deadlines.refresh_next_due(case, at=at)
    ConsentRecipient.objects.filter(pk__in=[row.pk for row in rows]).update(check_asked_at=at)
    ledger.record_many(
        ledger.entry(
            action="cases.consent_check_asked",
            actor=None,
            target=f"cases.case:{row.consent.case_id}",
            at=at,
            subject=row.consent.file_id,
            details={"agency": row.agency_id},
        )
        for row in rows
        if row.consent.case_id in cases
    )
    return len(cases)
