"""Agreements between agencies: written down, signed, terminated."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Agreement, AgreementKind, AgreementParty, Membership
from egide.partners.permissions import check_administrator
from egide.partners.signals import agreement_terminated


@dataclass(frozen=True)
class Text:
    """What an agreement is, and its dates (both included)."""

    code: str
    kind: str
    title_en: str
    title_fr: str
    starts_on: date
    ends_on: date | None = None


@transaction.atomic
def create_agreement(
    *, text: Text, agency_ids: Collection[UUID], actor: Membership, at: datetime
) -> Agreement:
    """Write down an agreement and its parties; nobody is bound before they sign.

    Raises:
        NotVisible: the actor is not an administrator, or an agency is not an open one.
        Refused: fewer than two parties, dates the wrong way round, or a code that is taken.
    """
    check_administrator(actor)
    found = set(Agency.objects.filter(pk__in=agency_ids, is_active=True).values_list("pk", flat=True))
    if found != set(agency_ids) or text.kind not in AgreementKind.values:
        raise NotVisible
    if len(found) < 2:
        raise Refused(_("An agreement has at least two parties."))
    if text.ends_on is not None and text.ends_on < text.starts_on:
        raise Refused(_("The last day is before the first one."))
    try:
        with transaction.atomic():
            made = Agreement.objects.create(**vars(text))
    except IntegrityError as error:
        raise Refused(_("This code is taken.")) from error
    AgreementParty.objects.bulk_create(
        AgreementParty(agreement=made, agency_id=pk) for pk in sorted(found, key=str)
    )
    ledger.record(
        action="partners.agreement_created",
        actor=actor,
        target=made,
        at=at,
        counts={"parties": len(found)},
    )
    return made


@transaction.atomic
def terminate_agreement(
    *, agreement_id: UUID, on: date, reason: str, actor: Membership, at: datetime
) -> Agreement:
    """End an agreement for every party, from a day on: that day it binds and opens nothing any more.

    Raises:
        NotVisible: the actor is not an administrator, or there is no such agreement.
        Refused: the day is past, or the agreement is over.
    """
    check_administrator(actor)
    agreement = Agreement.objects.select_for_update().filter(pk=agreement_id).order_by().first()
    if agreement is None:
        raise NotVisible
    today = timezone.localdate(at)
    if on < today:
        raise Refused(_("The past cannot be changed: choose today or a later day."))
    if agreement.terminated_on is not None or (agreement.ends_on is not None and agreement.ends_on < today):
        raise Refused(_("This agreement is over already."))
    agreement.terminated_on, agreement.termination_reason = on, reason
    agreement.save(update_fields=["terminated_on", "termination_reason"])
    ledger.record(
        action="partners.agreement_terminated",
        actor=actor,
        target=agreement,
        at=at,
        details={"on": on.isoformat()},
    )
    parties = agreement.parties.order_by("agency").values_list("agency", flat=True)
    agreement_terminated.send(sender=Agreement, agency_ids=list(parties), at=at)
    return agreement
