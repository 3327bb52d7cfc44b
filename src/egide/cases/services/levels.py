"""The level of concern: set by a person, with reasons; raising is immediate, lowering waits for a second."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import Level
from egide.cases.models import Case, LevelDecision
from egide.cases.models.file import Kind
from egide.cases.models.work import Task, TaskKind
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_case
from egide.cases.services.meanwhile import WHATEVER, check_unmoved
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

#: From least to most. "Not yet known" is outside the order: leaving it is never a lowering.
_ORDER = (Level.LOWER, Level.RAISED, Level.HIGH, Level.EXTREME)

_LEVEL = ("level", "level_set_by", "level_set_at")


def is_lowering(*, previous: str, level: str) -> bool:
    """Say whether the change needs a second person: a lower rung, or back to "not yet known"."""
    if previous == Level.NOT_KNOWN:
        return False
    if level == Level.NOT_KNOWN:
        return True
    return _ORDER.index(Level(level)) < _ORDER.index(Level(previous))


@transaction.atomic
def set_level(
    *,
    case_id: UUID,
    level: str,
    reasons: str,
    actor: Membership,
    at: datetime,
    based_on: UUID | None = WHATEVER,
) -> LevelDecision:
    """Set the level, or propose it when it lowers; the case's review date follows a level in force.

    Args:
        based_on: the last decision when the form was shown; None when there was none.
    Raises:
        NotVisible: the case is not the actor's to see.
        PermissionDenied: the actor does not work on the victim's side of this programme.
        Meanwhile: somebody decided or proposed since.
        Refused: no reasons, an unknown level, or the level it already has.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    check_unmoved(last_decision(case.pk), based_on)
    if level not in Level.values:
        raise Refused(_("Choose one of the levels."))
    if not reasons.strip():
        raise Refused(_("Say why: a level without reasons helps nobody."))
    if level == case.level:
        raise Refused(_("The case already has this level. To confirm it, record a review."))
    if not case.is_open:
        raise Refused(_("This case is closed. Reopen it first."))
    lowers = is_lowering(previous=case.level, level=level)
    if lowers and open_proposals(case):
        raise Refused(_("A lower level already waits for a second person. Answer that proposal first."))
    reason = entries.write_entry(
        file=entries.subject_file(case),
        category="risk.assessment.summary",
        kind=Kind.OPINION,
        text=reasons.strip(),
        form="level:1",
        actor=actor,
        at=at,
    )
    decision = LevelDecision.objects.create(
        case=case, level=level, previous=case.level, reason=reason, proposed_by=actor, proposed_at=at
    )
    if lowers:
        deadlines.set_deadline(case=case, kind=TaskKind.LEVEL_CONFIRMATION, at=at, actor=actor)
        action = "cases.level_proposed"
    else:
        _put_in_force(case, decision, actor, at)
        action = "cases.level_set"
    deadlines.refresh_next_due(case, at=at, changed=_LEVEL)
    ledger.record(action=action, actor=actor, target=case, at=at, details={"level": str(level)})
    return decision


def last_decision(case_id: UUID) -> UUID | None:
    """Answer which decision on the level is the last, in force or proposed."""
    rows = LevelDecision.objects.filter(case=case_id).order_by("-proposed_at", "-pk")
    return rows.values_list("pk", flat=True).first()


@transaction.atomic
def answer_level(*, decision_id: UUID, is_confirmed: bool, actor: Membership, at: datetime) -> LevelDecision:
    """Confirm or refuse a lowered level, as a second person.

    Raises:
        NotVisible: there is no such proposal for this actor.
        PermissionDenied: the actor proposed it, or does not work on the victim's side.
        Refused: it was already answered.
    """
    decision = LevelDecision.objects.select_related("case").filter(pk=decision_id).order_by().first()
    if decision is None:
        raise NotVisible
    case = lock_case(decision.case_id, actor=actor)
    decision.refresh_from_db()
    permissions.check_can_support(actor, case)
    if decision.proposed_by_id == actor.pk or decision.proposed_by.account_id == actor.account_id:
        raise PermissionDenied(_("A second person confirms; you made this proposal."))
    if decision.answered_at is not None or decision.is_in_force:
        raise Refused(_("Someone has already answered this proposal."))
    if is_confirmed and decision.previous != case.level:
        raise Refused(_("The level changed since this was proposed. Propose it again if it still holds."))
    decision.answered_by, decision.answered_at = actor, at
    decision.save(update_fields=["answered_by", "answered_at"])
    if is_confirmed:
        _put_in_force(case, decision, decision.proposed_by, at)
    deadlines.meet_deadline(case=case, kind=TaskKind.LEVEL_CONFIRMATION, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=_LEVEL)
    ledger.record(
        action="cases.level_confirmed" if is_confirmed else "cases.level_refused",
        actor=actor,
        target=case,
        at=at,
        details={"level": str(decision.level)},
    )
    return decision


def open_proposals(case: Case) -> list[LevelDecision]:
    """Answer the lower levels proposed for a case that nobody has answered, newest first.

    A level that was in force and no longer is looks alike in the table; it never was a lowering.
    """
    rows = LevelDecision.objects.filter(case=case, answered_at__isnull=True, is_in_force=False)
    return [
        row
        for row in rows.select_related("proposed_by__account").order_by("-proposed_at", "-pk")
        if is_lowering(previous=row.previous, level=row.level)
    ]


def _put_in_force(case: Case, decision: LevelDecision, by: Membership, at: datetime) -> None:
    LevelDecision.objects.filter(case=case, is_in_force=True).update(is_in_force=False)
    # A proposal made of another level falls with it: nobody confirms what was said of a case as it was.
    fallen = [one.pk for one in open_proposals(case) if one.pk != decision.pk]
    if fallen:
        LevelDecision.objects.filter(pk__in=fallen).update(answered_at=at)
        deadlines.meet_deadline(
            case=case, kind=TaskKind.LEVEL_CONFIRMATION, actor=by, at=at, outcome="not_needed"
        )
    decision.is_in_force = True
    decision.save(update_fields=["is_in_force"])
    case.level, case.level_set_by, case.level_set_at = decision.level, by, at
    interval = case.programme.protocol.reviews[case.level]
    due_at = deadlines.due_after(at, interval)
    review = (
        Task.objects.filter(case=case, kind=TaskKind.REVIEW, done_at__isnull=True).order_by("due_at").first()
    )
    if review is None:
        deadlines.set_deadline(case=case, kind=TaskKind.REVIEW, at=at, due_at=due_at, actor=by)
    elif review.due_at > due_at:  # a higher level brings the review forward; it never pushes it back
        review.due_at = due_at
        review.save(update_fields=["due_at"])
