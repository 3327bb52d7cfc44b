"""A critical development: something happened that reopens review at once, whoever learns of it."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, Entry
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, entries, substituting
from egide.cases.services.locking import check_is_open, lock_case
from egide.cases.services.noting import known_file
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role


@transaction.atomic
def record_development(
    *,
    case_id: UUID,
    file_id: UUID,
    code: str,
    happened_on: date,
    text: str,
    actor: Membership,
    at: datetime,
    kind: str = Kind.FACT,
) -> Entry:
    """Record that it happened, in the file of whom it concerns, and make a review due within the protocol's delay.

    Whoever works on the case records it, in their agency's hand; the review is the programme's own, and other
    agencies learn of neither unless they may read the entry. Another one before the review keeps its date.

    Args:
        code: one of the protocol's critical developments.
    Raises:
        NotVisible: the case, or that file, is not the actor's to know of.
        PermissionDenied: the actor does not write in cases.
        Refused: the case is closed, nothing is written, the day is to come, or the protocol names no such thing.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    file = known_file(case, file_id, actor=actor, at=at)
    check_is_open(case)
    found = case.programme.protocol.development(code)
    if found is None:
        raise Refused(_("Choose what happened."))
    if not text.strip():
        raise Refused(_("Write what happened."))
    if happened_on > timezone.localdate(at):
        raise Refused(_("The date of the observation is in the future."))
    entry = entries.write_entry(
        file=file,
        category=found.category,
        kind=kind,
        text=text.strip(),
        # As the programme names it that day, for ever.
        data={"development": {"title_en": found.title_en, "title_fr": found.title_fr}, "code": code},
        observed_on=happened_on,
        form="development:1",
        actor=actor,
        at=at,
    )
    deadlines.set_deadline(case=case, kind=TaskKind.DEVELOPMENT, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at)
    _tell(case, actor, at)
    ledger.record(
        action="cases.development_recorded",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"category": found.category},
    )
    return entry


def _tell(case: Case, actor: Membership, at: datetime) -> None:
    """Mail who leads the case, else the coordinators: that something cannot wait, neither what nor about whom."""
    if case.lead is not None:
        whom = [case.lead.account_id]
    else:
        whom = notifications.accounts_in(
            role=Role.COORDINATOR, agency_id=case.programme.lead_agency_id, at=at
        )
    told = substituting.told(case, whom, at=at)
    notifications.tell(
        accounts=[pk for pk in told if pk != actor.account_id], kind=NoticeKind.CRITICAL, at=at
    )
