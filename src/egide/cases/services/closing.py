"""Close a case: why, what the victim thinks, and what happens to the data. Reopen it if need be."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import CASE
from egide.cases.models import Case, Closure
from egide.cases.models.file import Kind
from egide.cases.services import (
    cascading,
    deadlines,
    entries,
    expressing,
    leading,
    own_consent,
    releasing,
    transferring,
    weaponing,
)
from egide.cases.services.locking import STATE, lock_case
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.queries import assigned_agencies


@transaction.atomic
def close_case(
    *,
    case_id: UUID,
    reason: str,
    note: str,
    victim_view: str,
    victim_words: str,
    actor: Membership,
    at: datetime,
    weapons: weaponing.Answer | None = None,
) -> Closure:
    """Close a case; partners' views end with it, and the date the data goes is set.

    Raises:
        TransitionRefused: the case is not one that can be closed.
        Refused: no reason, or the victim's view was neither given nor said to be missing and why.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    state = CASE.next_state("close", state=case.state)
    if reason not in case.programme.protocol.closures or not note.strip():
        raise Refused(_("Choose why the case closes, and write it in your words."))
    if victim_view not in dict(Closure._meta.get_field("victim_view").flatchoices):
        raise Refused(_("Say whether the person gave their own view, or why not."))
    if victim_view == "given" and not victim_words.strip():
        raise Refused(_("Write the person’s view in their own words."))
    file = entries.subject_file(case)
    written = entries.write_entry(
        file=file,
        category="conference.record",
        kind=Kind.OPINION,
        text=note.strip(),
        form="closure:1",
        actor=actor,
        at=at,
    )
    if weapons is not None:
        weaponing.write(case, weaponing.Stage.CLOSURE, weapons, actor=actor, at=at)
    view = None
    if victim_view == "given":
        view = entries.write_entry(
            file=file,
            category=case.programme.protocol.plan.category,
            kind=Kind.STATEMENT,
            text=victim_words.strip(),
            form="victim-view:1",
            actor=actor,
            at=at,
        )
    closure = Closure.objects.create(
        case=case,
        reason=reason,
        note=written,
        victim_view=victim_view,
        victim_view_entry=view,
        closed_by=actor,
        closed_at=at,
        keep_until=timezone.localdate(at) + timedelta(days=case.programme.protocol.closed_days),
    )
    case.state, case.is_open, case.closed_at = state, False, at
    deadlines.end_all(case=case, actor=actor, at=at)
    releasing.call_off_at_the_end(case=case, actor=actor, at=at)
    expressing.destroy_waiting(case=case, actor=actor, at=at)
    leading.withdraw_at_the_end(case=case, actor=actor, at=at)
    transferring.withdraw_at_the_end(case=case, actor=actor, at=at)
    ended = cascading.about_to_end(file=file, at=at)
    without_consent = (
        set() if case.programme.protocol.is_consent_required else assigned_agencies(case_id=case.pk)
    )
    sharing.end_assignments(case_id=case.pk, actor=actor, at=at)
    sharing.end_consents(file_id=file.pk, how="closed", actor=actor, at=at)
    # The same notice as for any other end: without it, receiving one would say that somebody withdrew.
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    own_consent.end_others(case, how="closed", actor=actor, at=at)
    cascading.tell_let_go(case=case, agencies=without_consent, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=STATE)
    ledger.record(action="cases.closed", actor=actor, target=case, at=at, details={"reason": reason})
    return closure


@transaction.atomic
def reopen_case(*, case_id: UUID, reasons: str, actor: Membership, at: datetime) -> Case:
    """Reopen a closed case; consent is asked again, partners come back only with it.

    Raises:
        TransitionRefused: the case is not closed.
        Refused: no reasons.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    if not reasons.strip():
        raise Refused(_("Write why the case is reopened."))
    case.state = CASE.next_state("reopen", state=case.state)
    case.is_open, case.closed_at = True, None
    entries.write_entry(
        file=entries.subject_file(case),
        category="conference.record",
        kind=Kind.OPINION,
        text=reasons.strip(),
        form="reopening:1",
        actor=actor,
        at=at,
    )
    Closure.objects.filter(case=case, reopened_at__isnull=True).update(reopened_at=at)
    for kind in case.programme.protocol.on_accepting:
        deadlines.set_deadline(case=case, kind=kind, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at, changed=STATE)
    ledger.record(action="cases.reopened", actor=actor, target=case, at=at)
    return case
