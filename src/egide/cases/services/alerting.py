"""Tell of a danger without saying who the person is: written by one, checked by another, accounted for."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import DangerReport
from egide.cases.models.danger import CATEGORY
from egide.cases.services import entries, redacting
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.rules.categories import compartment_of

#: What the accounting names as the way: no law opened the file, nothing of it was told.
BASIS = "danger_unnamed"


@transaction.atomic
def write_report(
    *,
    case_id: UUID,
    recipient_id: UUID,
    facts: str,
    is_unnamed: bool,
    is_client_unsaid: bool,
    actor: Membership,
    at: datetime,
) -> DangerReport:
    """Write down what will be told of a danger. Nothing is told before a second person has read it.

    Raises:
        NotVisible, PermissionDenied: the case, or the agency, is not theirs to choose.
        Refused: no facts, or they say who the person is or that she is helped here.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_tell_danger(actor, case)
    if not facts.strip():
        raise Refused(_("Write what the danger is."))
    if not (is_unnamed and is_client_unsaid):
        raise Refused(_("Confirm that nothing in it says who the person is, or that she is helped here."))
    redacting.check_names_nobody(facts, case.pk, actor, at)
    recipient = Agency.objects.filter(pk=recipient_id, is_active=True).order_by().first()
    if recipient is None:
        raise NotVisible
    file = entries.subject_file(case)
    made = DangerReport(
        id=new_id(),
        case=case,
        file=file,
        recipient=recipient,
        written_by=actor,
        written_by_account_id=actor.account_id,
        written_at=at,
    )
    made.words = entries.seal_json(
        {"text": facts.strip()},
        file_id=file.pk,
        compartment=compartment_of(CATEGORY),
        row=made.pk,
        model="cases.DangerReport",
        field="words",
    )
    made.save(force_insert=True)
    ledger.record(action="cases.danger_written", actor=actor, target=made, at=at, subject=file.pk)
    return made


@transaction.atomic
def check_report(
    *, report_id: UUID, case_id: UUID, is_cleared: bool, actor: Membership, at: datetime
) -> DangerReport:
    """Let it be told, or not, as a second person; told, it is a disclosure that holds nothing of the file.

    Raises:
        NotVisible: there is none. PermissionDenied: the actor wrote it, under any hat.
        Refused: it was decided already.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    found = (
        DangerReport.objects.select_for_update(of=("self",))
        .select_related("recipient")
        .filter(pk=report_id, case=case)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    if found.written_by_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else than who wrote it checks it."))
    if found.checked_at is not None:
        raise Refused(_("This was decided already."))
    found.checked_by, found.checked_at, found.is_cleared = actor, at, is_cleared
    found.checked_by_account_id = actor.account_id
    found.save(update_fields=["checked_by", "checked_by_account", "checked_at", "is_cleared"])
    if is_cleared:
        sharing.record_disclosure(
            actor=actor,
            file=entries.subject_file(case),
            categories=[],
            method="aloud",
            basis=BASIS,
            at=at,
            recipient=found.recipient,
        )
    ledger.record(
        action="cases.danger_cleared" if is_cleared else "cases.danger_stopped",
        actor=actor,
        target=found,
        at=at,
        subject=found.file_id,
    )
    return found
