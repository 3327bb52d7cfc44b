"""Add what an agency knows to a file: a fact, what someone said, or an opinion, never mixed."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, Entry, File
from egide.cases.models.file import ORDERS_CATEGORY, Kind
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import check_is_open, lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: What a person may choose when adding a note; forms of their own write the other categories.
NOTE_CATEGORIES = (
    "incident.facts",
    "threat.indicators",
    "health.general",
    "health.mental",
    "education.record",
    "justice.orders",
    "justice.history",
    "child.protection",
    "social.services",
)


@transaction.atomic
def add_note(
    *,
    case_id: UUID,
    file_id: UUID,
    category: str,
    kind: str,
    text: str,
    actor: Membership,
    at: datetime,
    observed_on: date | None = None,
    is_unserved: bool = False,
) -> Entry:
    """Add one entry, held by the agency the actor acts for, bound by that agency's law.

    Args:
        is_unserved: an order made without notice, not served yet: hidden from the side it binds until it is.
    Raises:
        NotVisible: the case, or that side of it, is not the actor's to know of.
        PermissionDenied: the actor's role does not write in cases.
        Refused: nothing was written, the date is in the future, or what is said not to be served is no order.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    file = known_file(case, file_id, actor=actor, at=at)
    if category not in NOTE_CATEGORIES or kind not in Kind.values:
        raise Refused(_("Choose what kind of information this is."))
    if not text.strip():
        raise Refused(_("Write what was seen, heard or thought."))
    if observed_on is not None and observed_on > timezone.localdate(at):
        raise Refused(_("The date of the observation is in the future."))
    if is_unserved and category != ORDERS_CATEGORY:
        raise Refused(_("Only an order waits to be served."))
    check_is_open(case)
    entry = entries.write_entry(
        file=file,
        category=category,
        kind=kind,
        text=text.strip(),
        observed_on=observed_on,
        form="note:1",
        actor=actor,
        at=at,
        is_served=not is_unserved,
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.entry_added",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"category": category},
    )
    return entry


def known_file(case: Case, file_id: UUID, *, actor: Membership, at: datetime) -> File:
    """Answer a file of a case that the actor may know of.

    Raises:
        NotVisible: there is none, or that side of the case is not the actor's to know of.
    """
    file = File.objects.filter(pk=file_id, case=case).order_by().first()
    if file is None:
        raise NotVisible
    file.case = case
    sharing.explain(actor=actor, file=file, purpose=sharing.purpose_of(actor), at=at)
    return file
