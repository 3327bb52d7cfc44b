"""A conference, from the call to the locked minutes. Responsibility stays with each agency."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import CONFERENCE, ConferenceState, State
from egide.cases.models import (
    AgendaItem,
    Attendance,
    Case,
    Conference,
    Contribution,
    Decision,
    Entry,
    Programme,
)
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.queries import conferring as queries
from egide.cases.rules.quorum import Present, QuorumFinding, quorum_finding
from egide.cases.services import deadlines, entries, recusing, tasks
from egide.cases.services.locking import check_is_open, lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership, Role
from egide.sharing import services as sharing


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
    limit = deadlines.due_after(at, programme.protocol.deadlines["emergency_conference"])
    if kind == "emergency" and starts_at > limit:
        raise Refused(_("An emergency conference sits within 24 hours."))
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


def _running(conference_id: UUID, actor: Membership) -> Conference:
    conference = (
        Conference.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency")
        .fetch(conference_id, actor=actor)
    )
    permissions.check_can_run(actor, conference)
    return conference


@transaction.atomic
def put_on_agenda(*, conference_id: UUID, case_id: UUID, actor: Membership, at: datetime) -> AgendaItem:
    """Put one active case on the agenda of a sitting that is not locked.

    Raises:
        NotVisible: the conference or the case is not the actor's to see.
        Refused: the case is of another programme, not active, or the minutes are locked.
    """
    conference = _running(conference_id, actor)
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
    conference = _running(conference_id, actor)
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
    conference = _running(conference_id, actor)
    conference.state = CONFERENCE.next_state("open", state=conference.state)
    conference.opened_at = at
    conference.save(update_fields=["state", "opened_at"])
    ledger.record(action="cases.conference_opened", actor=actor, target=conference, at=at)
    return conference


def quorum_of(item: AgendaItem) -> QuorumFinding:
    """Find who is missing for one case: people present and not recused on it, and the victim's voice."""
    rows = queries.present_for(item).values_list(
        "seat", "membership__agency__sector", "membership__agency_id"
    )
    return quorum_finding(
        item.conference.programme.protocol,
        present=[Present(*row) for row in rows],
        has_recorded_wishes=item.has_recorded_wishes,
    )


def _item(item_id: UUID, actor: Membership) -> AgendaItem:
    """Answer an item with its conference and its case, the three locked: nothing of them is a former reading."""
    found = AgendaItem.objects.filter(pk=item_id).order_by().values_list("conference_id", "case_id").first()
    if found is None:
        raise NotVisible
    # The conference first, as `put_on_agenda` does: two who wait for each other would wait for ever.
    Conference.objects.select_for_update(of=("self",)).fetch(found[0], actor=actor)
    conference = Conference.objects.select_related("programme__lead_agency").fetch(found[0], actor=actor)
    case = lock_case(found[1], actor=actor)
    item = AgendaItem.objects.select_for_update().get(pk=item_id)
    item.conference, item.case = conference, case
    return item


def _to_change(item_id: UUID, actor: Membership) -> AgendaItem:
    """Answer an item whose minutes are not locked and whose case has not ended."""
    item = _item(item_id, actor)
    if item.conference.state == ConferenceState.HELD:
        raise Refused(_("The minutes of this conference are locked."))
    check_is_open(item.case)
    return item


def _check_is_active(case: Case) -> None:
    """Refuse to go on in a conference about a case whose consent ended; it came there with one."""
    check_is_open(case)
    if case.state != State.ACTIVE:
        raise Refused(_("The person no longer consents: the conference does not go on with this case."))


@transaction.atomic
def record_wishes(*, item_id: UUID, words: str, actor: Membership, at: datetime) -> AgendaItem:
    """Write what the victim wishes the conference to know and to do, in their words."""
    item = _to_change(item_id, actor)
    permissions.check_can_support(actor, item.case)
    if not words.strip():
        raise Refused(_("Write what the person wishes."))
    item.wishes = entries.write_entry(
        file=entries.subject_file(item.case),
        category="conference.record",
        kind=Kind.STATEMENT,
        text=words.strip(),
        form="wishes:1",
        actor=actor,
        at=at,
        replaces=item.wishes,
    )
    item.has_recorded_wishes = True
    item.save(update_fields=["wishes", "has_recorded_wishes"])
    ledger.record(action="cases.wishes_recorded", actor=actor, target=item.case, at=at)
    return item


@transaction.atomic
def contribute(
    *,
    item_id: UUID,
    text: str,
    kind: str,
    actor: Membership,
    at: datetime,
    category: str = "conference.record",
) -> Contribution:
    """Add what the actor's agency brings to one case, held by that agency.

    Raises:
        Refused: nothing written, or the minutes are locked.
    """
    item = _to_change(item_id, actor)
    permissions.check_can_contribute(actor, item.case)
    _check_is_active(item.case)
    if not text.strip() or kind not in Kind.values:
        raise Refused(_("Write what your agency brings, and say whether it is a fact or an opinion."))
    entry = entries.write_entry(
        file=entries.subject_file(item.case),
        category=category,
        kind=kind,
        text=text.strip(),
        form="contribution:1",
        actor=actor,
        at=at,
    )
    contribution = Contribution.objects.create(item=item, agency_id=actor.agency_id, entry=entry)
    ledger.record(action="cases.contributed", actor=actor, target=item.case, at=at)
    return contribution


def _check_may_decide(item: AgendaItem, actor: Membership) -> None:
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("Decisions are taken while the conference sits."))
    _check_is_active(item.case)
    found = quorum_of(item)
    if not found.is_victim_heard:
        raise Refused(_("No decision without the victim’s advocate or the victim’s recorded wishes."))
    if not found.is_quorate:
        raise Refused(_("The conference is not quorate for this case. Record who is present, or adjourn it."))


@transaction.atomic
def decide(
    *,
    item_id: UUID,
    text: str,
    actor: Membership,
    at: datetime,
    action_agency_id: UUID | None = None,
    action_due_at: datetime | None = None,
    action_side: str = "both",
    replaces_id: UUID | None = None,
) -> Decision:
    """Record one decision, and the action it gives to an agency; in the place of a former one when it corrects it.

    Raises:
        Refused: the conference does not sit, is not quorate or has not heard the victim; nothing is written; the
            action has no date to come or goes to an agency that is not on the case; what it corrects has ended.
    """
    item = _item(item_id, actor)
    _check_may_decide(item, actor)
    if not text.strip():
        raise Refused(_("Write what is decided."))
    former = _in_force(item, replaces_id) if replaces_id else None
    file = entries.file_served(item.case, action_side)
    entry = entries.write_entry(
        file=file,
        category=tasks.CATEGORY_BY_SIDE.get(action_side, "conference.record"),
        text=text.strip(),
        form="decision:1",
        actor=actor,
        at=at,
        # A link from one person's file to another's would tell of the other.
        replaces=former.entry if former and former.entry.file_id == file.pk else None,
    )
    task = None
    if action_agency_id is not None:
        if action_due_at is None or action_due_at <= at:
            raise Refused(_("An action needs a date to come."))
        if action_agency_id not in tasks.team_agencies(item.case):
            raise Refused(_("This agency is not on the case’s team."))
        tasks.check_side(action_agency_id, action_side)
        task = tasks.make_task(
            case=item.case,
            file=file,
            text=text.strip(),
            side=action_side,
            agency_id=action_agency_id,
            due_at=action_due_at,
            actor=actor,
            at=at,
            kind=TaskKind.ACTION,
        )
    decision = Decision.objects.create(
        item=item, entry=entry, task=task, decided_at=at, recorded_by=actor, replaces=former
    )
    if former:
        _end(former, actor=actor, at=at)
    item.discussed_at = at
    item.save(update_fields=["discussed_at"])
    deadlines.meet_deadline(case=item.case, kind=TaskKind.CONFERENCE, actor=actor, at=at)
    deadlines.refresh_next_due(item.case, at=at)
    action = "cases.decision_corrected" if former else "cases.decided"
    ledger.record(action=action, actor=actor, target=item.case, at=at)
    return decision


def _in_force(item: AgendaItem, decision_id: UUID) -> Decision:
    """Answer a decision of this case at this sitting, locked, that nobody has corrected or withdrawn yet.

    Raises:
        NotVisible: there is none on this case. Refused: it has ended, or its agency has already answered for it.
    """
    found = (
        Decision.objects.select_for_update(of=("self",))
        .select_related("entry", "task")
        .filter(pk=decision_id, item=item.pk)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    if found.ended_at is not None:
        raise Refused(_("This was already corrected or withdrawn. What stands is in the list."))
    if found.task is not None and found.task.done_at is not None:
        raise Refused(_("The agency has already said how this action ended: add a new one instead."))
    return found


def _end(decision: Decision, *, actor: Membership, at: datetime) -> None:
    """A decision no longer stands: its words leave the file's current ones, its action is no longer needed."""
    decision.ended_at, decision.ended_by = at, actor
    decision.save(update_fields=["ended_at", "ended_by"])
    Entry.objects.filter(pk=decision.entry_id).update(is_current=False)
    if (task := decision.task) is not None:
        task.done_at, task.done_by, task.outcome = at, actor, "not_needed"
        task.save(update_fields=["done_at", "done_by", "outcome"])


@transaction.atomic
def withdraw_decision(*, item_id: UUID, decision_id: UUID, actor: Membership, at: datetime) -> Decision:
    """Take back what was decided while the conference still sits; that it was decided stays in its minutes.

    Raises:
        Refused: the minutes are locked, it no longer stands, or its agency has already answered for it.
    """
    item = _to_change(item_id, actor)
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("Decisions are taken while the conference sits."))
    decision = _in_force(item, decision_id)
    _end(decision, actor=actor, at=at)
    deadlines.refresh_next_due(item.case, at=at)
    ledger.record(action="cases.decision_withdrawn", actor=actor, target=item.case, at=at)
    return decision


@transaction.atomic
def take_up(*, item_id: UUID, actor: Membership, at: datetime) -> AgendaItem:
    """Go on to one case while the conference sits: its time counts from now, also when one comes back to it.

    Raises:
        Refused: the conference does not sit.
    """
    item = _item(item_id, actor)
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("A case is taken up while the conference sits."))
    item.taken_up_at = at
    item.save(update_fields=["taken_up_at"])
    ledger.record(action="cases.taken_up", actor=actor, target=item.case, at=at)
    return item


@transaction.atomic
def declare_conflict(
    *, item_id: UUID, actor: Membership, at: datetime, reason_code: str = "declared"
) -> None:
    """Recuse oneself from one case: from this moment it does not exist for the actor, here or anywhere."""
    item = _item(item_id, actor)
    made = sharing.recuse(case_id=item.case_id, membership=actor, reason_code=reason_code, actor=actor, at=at)
    recusing.after_recusal(recusal=made, at=at)


@transaction.atomic
def lock_minutes(*, conference_id: UUID, actor: Membership, at: datetime) -> Conference:
    """End the sitting: attendance, contributions and decisions are final from now on."""
    conference = _running(conference_id, actor)
    conference.state = CONFERENCE.next_state("lock", state=conference.state)
    conference.locked_at, conference.locked_by = at, actor
    conference.save(update_fields=["state", "locked_at", "locked_by"])
    ledger.record(action="cases.minutes_locked", actor=actor, target=conference, at=at)
    return conference


@transaction.atomic
def countersign(*, conference_id: UUID, actor: Membership, at: datetime) -> Conference:
    """Sign locked minutes as a second person who was there; one of the two who sign is the chair.

    Raises:
        Refused: the minutes are not locked or are signed already; it is the person who locked them, somebody who was
            not recorded as present, or neither of the two is the chair.
    """
    conference = _running(conference_id, actor)
    _check_may_countersign(conference, actor)
    conference.countersigned_at, conference.countersigned_by = at, actor
    conference.save(update_fields=["countersigned_at", "countersigned_by"])
    ledger.record(action="cases.minutes_countersigned", actor=actor, target=conference, at=at)
    return conference


def _check_may_countersign(conference: Conference, actor: Membership) -> None:
    if conference.state != ConferenceState.HELD:
        raise Refused(_("The minutes are countersigned once they are locked."))
    if conference.countersigned_at is not None:
        raise Refused(_("These minutes are already countersigned."))
    locked_by = conference.locked_by
    if locked_by is not None and locked_by.account_id == actor.account_id:
        raise Refused(_("You locked these minutes: somebody else countersigns them."))
    if Role.CHAIR not in (actor.role, locked_by.role if locked_by else ""):
        raise Refused(_("The chair countersigns what the coordinator locked."))
    if not conference.attendances.filter(account=actor.account_id, is_present=True).exists():
        raise Refused(_("Whoever countersigns was at the conference. You are not recorded as present."))


def may_countersign(conference: Conference, actor: Membership) -> bool:
    """Say whether the actor, who may run the conference, may countersign its minutes now."""
    try:
        _check_may_countersign(conference, actor)
    except Refused:
        return False
    return True
