"""What a conference decides on one case: quorate, the person heard; corrected or withdrawn while it sits."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Decision, Entry
from egide.cases.models.work import TaskKind
from egide.cases.queries import conferring as queries
from egide.cases.rules.quorum import Present, QuorumFinding, quorum_finding
from egide.cases.services import deadlines, entries, tasks
from egide.cases.services.conferring.locking import check_is_active, fetch_item, item_to_change
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership


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


def _check_may_decide(item: AgendaItem, actor: Membership) -> None:
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("Decisions are taken while the conference sits."))
    check_is_active(item.case)
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
    item = fetch_item(item_id, actor)
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
    item = item_to_change(item_id, actor)
    permissions.check_can_run(actor, item.conference)
    if item.conference.state != ConferenceState.OPEN:
        raise Refused(_("Decisions are taken while the conference sits."))
    decision = _in_force(item, decision_id)
    _end(decision, actor=actor, at=at)
    deadlines.refresh_next_due(item.case, at=at)
    ledger.record(action="cases.decision_withdrawn", actor=actor, target=item.case, at=at)
    return decision
