"""A conference is called, its agenda made, who is there recorded, and it begins."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import CONFERENCE, ConferenceState, State
from egide.cases.models import AgendaItem, Attendance, Case, Conference, Programme
from egide.cases.queries import capacity
from egide.cases.services import deadlines
from egide.cases.services.conferring.locking import running
from egide.cases.services.locking import lock_case
from egide.common import dates
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind
from egide.sharing import queries as sharing_queries


def latest_start(programme: Programme, *, kind: str, at: datetime) -> datetime | None:
    """Answer the last moment a conference called now may begin: an emergency one has the protocol's delay."""
    if kind != "emergency":
        return None
    return deadlines.due_after(at, programme.protocol.deadlines["emergency_conference"])


@transaction.atomic
def call_conference(
    *,
    programme_id: UUID,
    starts_at: datetime,
    kind: str,
    seats: Sequence[tuple[Membership, str]],
    actor: Membership,
    at: datetime,
) -> Conference:
    """Call a sitting and invite people, each to the seat they hold.

    Raises:
        Refused: it starts in the past, an emergency sitting is later than the protocol allows, or somebody is
            invited to two seats.
    """
    programme = Programme.objects.select_related("lead_agency").filter(pk=programme_id).order_by().first()
    if programme is None:
        raise NotVisible
    permissions.check_can_convene(actor, programme)
    if starts_at <= at:
        raise Refused(_("The conference would start in the past."))
    limit = latest_start(programme, kind=kind, at=at)
    if limit is not None and starts_at > limit:
        raise Refused(
            _("An emergency conference of this programme sits at the latest on %(moment)s.")
            % {"moment": dates.said(timezone.localtime(limit), "DATETIME_FORMAT")}
        )
    people = [member.account_id for member, _seat in seats]
    if len(set(people)) < len(people):
        raise Refused(
            _(
                "Somebody is invited twice, for two agencies. Choose for which one they sit: a person has one seat."
            )
        )
    conference = Conference.objects.create(
        programme=programme, kind=kind, starts_at=starts_at, called_by=actor
    )
    Attendance.objects.bulk_create(
        Attendance(conference=conference, membership=member, account_id=member.account_id, seat=seat)
        for member, seat in seats
    )
    ledger.record(action="cases.conference_called", actor=actor, target=conference, at=at)
    return conference


@transaction.atomic
def call_emergency(
    *,
    case_id: UUID,
    starts_at: datetime,
    seats: Sequence[tuple[Membership, str]],
    actor: Membership,
    at: datetime,
) -> Conference:
    """Call an emergency sitting on one case, which is on its agenda at once; whoever is invited is mailed.

    Raises:
        NotVisible: the case is not the actor's to see. Refused: see `call_conference` and `put_on_agenda`; or somebody
            invited may not see the case.
    """
    case = lock_case(case_id, actor=actor)
    kept_out = sharing_queries.recused_accounts(case_id=case.pk)
    if any(not _may_come(member, case, kept_out) for member, _seat in seats):
        raise Refused(_("Somebody invited does not work on this case. Choose again."))
    conference = call_conference(
        programme_id=case.programme_id,
        starts_at=starts_at,
        kind="emergency",
        seats=seats,
        actor=actor,
        at=at,
    )
    put_on_agenda(conference_id=conference.pk, case_id=case.pk, actor=actor, at=at)
    invited = [member.account_id for member, _seat in seats if member.account_id != actor.account_id]
    notifications.tell(accounts=invited, kind=NoticeKind.CONFERENCE, at=at)
    return conference


def _may_come(member: Membership, case: Case, kept_out: set[UUID]) -> bool:
    if member.account_id in kept_out:
        return False
    return Case.objects.visible_to(member).filter(pk=case.pk).order_by().exists()


@transaction.atomic
def put_on_agenda(*, conference_id: UUID, case_id: UUID, actor: Membership, at: datetime) -> AgendaItem:
    """Put one active case on the agenda of a sitting that is not locked.

    Raises:
        NotVisible: the conference or the case is not the actor's to see.
        Refused: the case is of another programme, not active, or the minutes are locked.
    """
    conference = running(conference_id, actor)
    case = lock_case(case_id, actor=actor)
    if conference.state not in (ConferenceState.PLANNED, ConferenceState.OPEN):
        raise Refused(_("The minutes of this conference are locked."))
    if case.programme_id != conference.programme_id or case.state != State.ACTIVE:
        raise Refused(_("Only an active case of this programme goes on the agenda: consent comes first."))
    last = conference.items.aggregate(last=Max("position"))["last"] or 0
    item, is_new = AgendaItem.objects.get_or_create(
        conference=conference, case=case, defaults={"position": last + 1}
    )
    if is_new:
        ledger.record(action="cases.put_on_agenda", actor=actor, target=case, at=at)
    return item


@transaction.atomic
def record_attendance(
    *, conference_id: UUID, present: Sequence[UUID], actor: Membership, at: datetime
) -> None:
    """Record who is in the room; it may be corrected until the minutes are locked."""
    conference = running(conference_id, actor)
    if conference.state == ConferenceState.HELD:
        raise Refused(_("The minutes of this conference are locked."))
    for attendance in conference.attendances.order_by("pk"):
        attendance.is_present, attendance.confirmed_at = attendance.pk in set(present), at
        attendance.save(update_fields=["is_present", "confirmed_at"])
    ledger.record(
        action="cases.attendance_recorded",
        actor=actor,
        target=conference,
        at=at,
        counts={"present": len(present)},
    )


@transaction.atomic
def open_conference(*, conference_id: UUID, actor: Membership, at: datetime) -> Conference:
    """Begin the sitting."""
    conference = running(conference_id, actor)
    conference.state = CONFERENCE.next_state("open", state=conference.state)
    conference.opened_at = at
    conference.save(update_fields=["state", "opened_at"])
    ledger.record(action="cases.conference_opened", actor=actor, target=conference, at=at)
    return conference


@transaction.atomic
def spread(*, programme_id: UUID, actor: Membership, at: datetime) -> int:
    """Put the cases that wait on the agendas to come, nearest date first, as many as each holds; answers how many.

    Raises:
        PermissionDenied: the actor does not run conferences of this programme. NotVisible: there is no such programme.
    """
    programme = Programme.objects.select_related("lead_agency").filter(pk=programme_id).order_by().first()
    if programme is None:
        raise NotVisible
    permissions.check_can_convene(actor, programme)
    room = next((one for one in capacity.rooms(actor=actor, at=at) if one.programme.pk == programme_id), None)
    if room is None:
        return 0
    waiting = iter(capacity.waiting_cases(programme, actor=actor)[: room.waiting - room.left])
    put = 0
    for sitting in room.sittings:
        for case_id in islice(waiting, sitting.takes):
            put_on_agenda(conference_id=sitting.conference.pk, case_id=case_id, actor=actor, at=at)
            put += 1
    return put
