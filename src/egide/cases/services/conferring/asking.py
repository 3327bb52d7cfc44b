"""Before a conference, agencies that have brought nothing yet are asked for their part: a task, and a mail that says nothing."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Attendance, Case, Conference, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import parts
from egide.cases.rules.protocol_file import PARTS
from egide.cases.services import deadlines, entries, substituting
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Agency, Membership, NoticeKind

#: The longest a protocol may ask before: sittings beyond are not looked at yet.
LONGEST = timedelta(days=30)
BATCH = 100


def ask_for_parts(*, at: datetime) -> int:
    """Ask for what is missing at the sittings that come near, by the delay of each protocol; answers how many lines.

    Run by the scheduler; a line is asked for once, and running it twice changes nothing.
    """
    rows = parts.to_ask(until=at + LONGEST, at=at).select_related("conference__programme")
    near = [item for item in rows[:1000] if _is_near(item.conference, at)]
    return sum(_ask(item.pk, at) for item in near[:BATCH])


def _is_near(conference: Conference, at: datetime) -> bool:
    interval = conference.programme.protocol.deadlines.get(PARTS)
    return interval is not None and deadlines.due_after(at, interval) >= conference.starts_at


@transaction.atomic
def _ask(item_id: UUID, at: datetime) -> bool:
    found = AgendaItem.objects.filter(pk=item_id).order_by().values_list("conference", "case").first()
    if found is None:
        return False
    # In the order of every service: the conference, its case, then the line.
    conference = Conference.objects.select_for_update().get(pk=found[0])
    case = Case.objects.select_for_update(of=("self",)).filter(pk=found[1]).order_by().get()
    case = Case.objects.select_related("programme__lead_agency", "lead").get(pk=case.pk)
    item = AgendaItem.objects.select_for_update().get(pk=item_id)
    if item.parts_asked_at is not None or not case.is_open or conference.state != ConferenceState.PLANNED:
        return False
    item.case, item.conference = case, conference
    lacking = parts.missing(item=item, at=at)
    for agency in lacking:
        _make_task(case, agency, conference, at)
    item.parts_asked_at = at
    item.save(update_fields=["parts_asked_at"])
    if lacking:
        deadlines.refresh_next_due(case, at=at)
        notifications.tell(
            accounts=substituting.told(case, _seated(conference, lacking, at), at=at),
            kind=NoticeKind.CONFERENCE,
            at=at,
        )
    ledger.record(
        action="cases.parts_asked", actor=None, target=case, at=at, counts={"agencies": len(lacking)}
    )
    return True


def _make_task(case: Case, agency: Agency, conference: Conference, at: datetime) -> None:
    """What an agency owes by the sitting; once, whatever the conference it was asked for first."""
    waiting = Task.objects.filter(case=case, kind=TaskKind.PART, agency=agency, done_at__isnull=True)
    if waiting.order_by().exists():
        return
    task = deadlines.new_task(
        case=case,
        kind=TaskKind.PART,
        at=at,
        due_at=conference.starts_at,
        file=entries.subject_file(case),
        agency=agency,
    )
    # Theirs to bring whatever side they work on, and nobody's in particular yet.
    task.side, task.owner = "both", None
    task.save(force_insert=True)


def _seated(conference: Conference, agencies: list[Agency], at: datetime) -> list[UUID]:
    """Answer the accounts of those of these agencies who are invited, and still act for them."""
    here = Membership.objects.in_force(timezone.localdate(at)).order_by().values("pk")
    rows = Attendance.objects.filter(
        conference=conference, membership__agency__in=agencies, membership__in=here
    )
    return list(rows.order_by("pk").values_list("account", flat=True))
