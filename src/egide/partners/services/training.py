"""Record what people were trained in, correct it, and warn before it lapses."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role, TrainingRecord
from egide.partners.permissions import check_can_record_training
from egide.partners.queries import training as queries
from egide.partners.rules.training import courses, last_day

#: Warnings made in one run.
BATCH = 500


@transaction.atomic
def record_training(
    *, membership_id: UUID, course: str, completed_on: date, actor: Membership, at: datetime
) -> TrainingRecord:
    """Record that a person completed a course, under one hat; valid until the end of its last day there.

    Raises:
        NotVisible: there is no such person in force, or the actor records nothing there.
        PermissionDenied: it is the actor's own.
        Refused: no such course, a day to come, or one so old that it would not be valid.
    """
    today = timezone.localdate(at)
    member = queries.fetch_member(membership_id=membership_id, on=today)
    check_can_record_training(actor, member)
    known = courses().get(course)
    if known is None:
        raise Refused(_("Choose the course."))
    if completed_on > today:
        raise Refused(_("Record a course once it is completed, not before."))
    until = _end_of(last_day(completed_on=completed_on, valid_months=known.valid_months))
    if until <= at:
        raise Refused(_("This was too long ago: it would have lapsed already. Record the latest session."))
    made = TrainingRecord.objects.create(
        membership=member,
        account_id=member.account_id,
        course=course,
        completed_on=completed_on,
        valid_until=until,
        recorded_by=actor,
        recorded_by_account_id=actor.account_id,
        recorded_at=at,
    )
    ledger.record(
        action="partners.training_recorded",
        actor=actor,
        target=made,
        at=at,
        details={"membership": member.pk, "course": course},
    )
    return made


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


@transaction.atomic
def withdraw_training(*, record_id: UUID, actor: Membership, at: datetime) -> TrainingRecord:
    """Take back a record made by mistake: from that second it opens nothing.

    Raises:
        NotVisible: there is none that stands, or the actor records nothing there.
        PermissionDenied: it is the actor's own.
    """
    found = queries.fetch_record(record_id=record_id)
    check_can_record_training(actor, found.membership)
    found.withdrawn_at, found.withdrawn_by = at, actor
    found.save(update_fields=["withdrawn_at", "withdrawn_by"])
    ledger.record(
        action="partners.training_withdrawn",
        actor=actor,
        target=found,
        at=at,
        details={"membership": found.membership_id, "course": found.course},
    )
    return found


@transaction.atomic
def warn_of_lapses(*, at: datetime) -> int:
    """Tell people, and the lead of their agency, of what lapses within thirty days; once each; answers how many.

    Run every hour by the scheduler. A later record of the same course ends the matter without a word.
    """
    found = list(
        queries.to_warn(at=at, on=timezone.localdate(at))
        .select_related("membership")
        .select_for_update(of=("self",))[:BATCH]
    )
    for one in found:
        told = {one.account_id, *leads_of(agency_id=one.membership.agency_id, at=at)}
        notifications.tell(accounts=told, kind=NoticeKind.TRAINING_ENDS, at=at)
    TrainingRecord.objects.filter(pk__in=[one.pk for one in found]).update(warned_at=at)
    ledger.record_many(
        ledger.entry(action="partners.training_warned", actor=None, target=one, at=at) for one in found
    )
    return len(found)


def leads_of(*, agency_id: UUID, at: datetime) -> list[UUID]:
    """Answer the accounts that lead an agency here: its coordinators, else its administrators, else any administrator."""
    holders = Membership.objects.in_force(timezone.localdate(at)).order_by()
    there = holders.filter(agency=agency_id, role=Role.COORDINATOR).values_list("account_id", flat=True)
    return list(there) or notifications.accounts_in(role=Role.ADMINISTRATOR, agency_id=agency_id, at=at)
