"""References asked for in an emergency and not opened: counted, so that nobody tries one after another.

A reference is short and in sequence. Whoever is named for emergencies could learn by trying which ones exist, and
open one they have no business with. Each miss is recorded, without what was typed; the fifth in a day stops the
person, under every hat, and tells the privacy officers, who may let them go on: a life may be at risk.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Account, Membership, NoticeKind, Role
from egide.sharing.models import EmergencyMiss
from egide.sharing.permissions import check_privacy_officer

#: The miss that stops, and how long each counts: typing errors under stress are few, a search is not.
STOPS_AT = 5
COUNTS_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Missed:
    """How often one person asked in vain within a day."""

    membership: Membership
    times: int
    last_at: datetime
    is_stopped: bool


def _counting(*, account_id: UUID, at: datetime) -> QuerySet[EmergencyMiss]:
    """Answer the misses of a person that count now, under every hat."""
    return EmergencyMiss.objects.filter(
        membership__account=account_id, missed_at__gt=at - COUNTS_FOR, forgiven_at__isnull=True
    ).order_by()


def _one_at_a_time(actor: Membership) -> None:
    """Let one request at a time count the tries of a person, under every hat."""
    Account.objects.select_for_update(no_key=True).filter(pk=actor.account_id).order_by().first()


def is_stopped(actor: Membership, *, at: datetime) -> bool:
    """Say whether the person asked in vain too often to go on today."""
    return _counting(account_id=actor.account_id, at=at).count() >= STOPS_AT


@transaction.atomic
def begin_try(*, actor: Membership, at: datetime) -> EmergencyMiss:
    """Count a try before it is made, as a miss: many sent at once are counted as one after another.

    Raises:
        Refused: the person asked in vain too often to go on today.
    """
    _one_at_a_time(actor)
    if is_stopped(actor, at=at):
        raise Refused(
            _("Five references in a day could not be opened. Ask the privacy officer to let you try again.")
        )
    return EmergencyMiss.objects.create(membership=actor, missed_at=at)


@transaction.atomic
def end_try(*, attempt: EmergencyMiss, is_missed: bool, actor: Membership, at: datetime) -> None:
    """Keep a try that found nothing; the one that stops the person is told to the privacy officers at once."""
    if not is_missed:
        attempt.delete()
        return
    ledger.record(action="sharing.emergency_missed", actor=actor, target=attempt, at=at, result="refused")
    _one_at_a_time(actor)
    counted = _counting(account_id=actor.account_id, at=at)
    # Tries begun together all count when the first of them ends: the stop they make is told by that one alone.
    if counted.count() >= STOPS_AT and counted.filter(pk=attempt.pk, told_at__isnull=True).exists():
        counted.update(told_at=at)
        told = notifications.accounts_in(role=Role.PRIVACY_OFFICER, agency_id=actor.agency_id, at=at)
        notifications.tell(
            accounts=[pk for pk in told if pk != actor.account_id], kind=NoticeKind.EMERGENCY_MISSED, at=at
        )


@transaction.atomic
def forgive(*, membership_id: UUID, actor: Membership, at: datetime) -> int:
    """Let a person try again, having asked them; answers how many misses no longer count.

    Raises:
        NotVisible: the actor is no privacy officer, or the person missed nothing that counts.
        PermissionDenied: it is the actor's own.
    """
    check_privacy_officer(actor)
    person = Membership.objects.filter(pk=membership_id).order_by().first()
    if person is None:
        raise NotVisible
    if person.account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else decides."))
    counted = _counting(account_id=person.account_id, at=at).order_by("pk")
    found = [pk for (pk,) in counted.select_for_update(of=("self",)).values_list("pk")]
    if not found:
        raise NotVisible
    EmergencyMiss.objects.filter(pk__in=found).update(forgiven_by=actor, forgiven_at=at)
    ledger.record(
        action="sharing.emergency_misses_forgiven",
        actor=actor,
        target=person,
        at=at,
        counts={"misses": len(found)},
    )
    return len(found)


def recent(*, actor: Membership, at: datetime) -> list[Missed]:
    """Answer who asked in vain within a day, the latest first, for a privacy officer; one query.

    Raises:
        NotVisible: the actor is no privacy officer.
    """
    check_privacy_officer(actor)
    rows = (
        EmergencyMiss.objects.filter(missed_at__gt=at - COUNTS_FOR, forgiven_at__isnull=True)
        .select_related("membership__account", "membership__agency")
        .order_by("-missed_at", "pk")
    )
    by_person: dict[UUID, list[EmergencyMiss]] = {}
    for row in rows:
        by_person.setdefault(row.membership.account_id, []).append(row)
    return [
        Missed(found[0].membership, len(found), found[0].missed_at, len(found) >= STOPS_AT)
        for found in by_person.values()
    ]
