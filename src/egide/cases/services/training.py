"""Decide which training a programme asks of whoever reads its cases: one administrator proposes, another confirms."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.models import Programme, TrainingChange
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Outcome, Role
from egide.partners.permissions import check_administrator
from egide.partners.rules.training import courses


@transaction.atomic
def propose_training(
    *, programme_id: UUID, after: Sequence[str] | None, reason: str, actor: Membership, at: datetime
) -> TrainingChange:
    """Ask that a programme require other courses. Nothing changes before a second administrator confirms.

    Args:
        after: codes of courses; none of them: no training is asked; None: what the protocol asks.
    Raises:
        NotVisible: the actor is not an administrator, or there is no such programme.
        Refused: no reason, no such course, nothing would change, or a change of this programme waits already.
    """
    check_administrator(actor)
    programme = Programme.objects.filter(pk=programme_id).order_by().first()
    if programme is None:
        raise NotVisible
    wanted = None if after is None else [code for code in courses() if code in after]
    if wanted is not None and len(wanted) != len(set(after or ())):
        raise Refused(_("Choose among the courses there are."))
    if not reason.strip():
        raise Refused(_("Say why."))
    if programme.training == wanted:
        raise Refused(_("Nothing would change."))
    try:
        with transaction.atomic():
            made = TrainingChange.objects.create(
                programme=programme,
                before=programme.training,
                after=wanted,
                reason=reason.strip(),
                proposed_by=actor,
                proposed_by_account_id=actor.account_id,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise Refused(
            _("Such a change waits already; another administrator confirms or declines it.")
        ) from error
    _record("proposed", made, actor, at)
    others = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(role=Role.ADMINISTRATOR)
        .exclude(account=actor.account_id)
        .order_by()
    )
    notifications.tell(
        accounts=others.values_list("account_id", flat=True), kind=NoticeKind.CHANGE_PROPOSED, at=at
    )
    return made


@transaction.atomic
def confirm_training(*, change_id: UUID, actor: Membership, at: datetime) -> TrainingChange:
    """Confirm, as a second person: whoever lacks what is asked now reads nothing from this second.

    Raises:
        NotVisible: the actor is not an administrator, or no such change waits.
        PermissionDenied: the actor proposed it, under any hat.
        Refused: what the programme asks was changed since.
    """
    check_administrator(actor)
    change = _waiting(change_id)
    if change.proposed_by_account_id == actor.account_id:
        raise PermissionDenied(_("Another administrator confirms what you proposed."))
    programme = Programme.objects.select_for_update().get(pk=change.programme_id)
    if programme.training != change.before:
        raise Refused(
            _("What the programme asks was changed since. Decline this change, and propose it again.")
        )
    programme.training = change.after
    programme.save(update_fields=["training"])
    return _decide(change, Outcome.CONFIRMED, actor, at)


@transaction.atomic
def decline_training(*, change_id: UUID, actor: Membership, at: datetime) -> TrainingChange:
    """Decline a change, or withdraw one's own: nothing changes.

    Raises:
        NotVisible: the actor is not an administrator, or no such change waits.
    """
    check_administrator(actor)
    return _decide(_waiting(change_id), Outcome.DECLINED, actor, at)


def _waiting(change_id: UUID) -> TrainingChange:
    found = (
        TrainingChange.objects.select_for_update(of=("self",))
        .filter(pk=change_id, outcome=Outcome.WAITING)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def _decide(change: TrainingChange, outcome: Outcome, actor: Membership, at: datetime) -> TrainingChange:
    change.outcome, change.decided_by, change.decided_at = outcome, actor, at
    change.decided_by_account_id = actor.account_id
    change.save(update_fields=["outcome", "decided_by", "decided_by_account", "decided_at"])
    _record(outcome.value, change, actor, at)
    return change


def _record(what: str, change: TrainingChange, actor: Membership, at: datetime) -> None:
    ledger.record(
        action=f"cases.training_change_{what}",
        actor=actor,
        target=change,
        at=at,
        details={"programme": change.programme_id, "before": change.before, "after": change.after},
    )
