"""An order made without notice is served on the person it binds: from then on their side may know of it."""

from datetime import date, datetime
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from egide.cases import permissions
from egide.cases.models import Entry
from egide.cases.models.file import ORDERS_CATEGORY
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing

FORM = "served:1"


class SaidBy(models.TextChoices):
    """Who says that it was served: an office, never a name."""

    POLICE = "police", gettext_lazy("the police")
    SHERIFF = "sheriff", gettext_lazy("a sheriff or a bailiff")
    COURT = "court", gettext_lazy("the court")
    PROTECTED = "protected", gettext_lazy("the protected person")
    OTHER = "other", gettext_lazy("somebody else")


def find_order(*, case_id: UUID, entry_id: UUID, actor: Membership, at: datetime) -> Entry:
    """Answer an order of a case, for who may read it and write in the case; nothing of it is unsealed.

    Raises:
        NotVisible: there is none, or it is not the actor's to know of; the two cannot be told apart.
        PermissionDenied: the actor neither holds it nor leads the case, or their role does not write in cases.
    """
    found = Entry.objects.select_related("file__case__programme__lead_agency", "holder").filter(
        pk=entry_id, file__case=case_id, category=ORDERS_CATEGORY, is_current=True
    )
    order = found.order_by().first()
    if order is None:
        raise NotVisible
    known = sharing.explain(actor=actor, file=order.file, purpose=sharing.purpose_of(actor), at=at)
    mine = order.item_class
    if not any(one.item_class == mine and one.level >= sharing.Level.VIEW for one in known):
        raise NotVisible
    permissions.check_can_say_served(actor, order.file.case, order.holder_id)
    return order


@transaction.atomic
def record_service(
    *, case_id: UUID, entry_id: UUID, served_on: date, said_by: str, actor: Membership, at: datetime
) -> Entry:
    """Record that an order was served, when, and who says so; answers the line that says it in the file.

    Raises:
        NotVisible, PermissionDenied: see `find_order`.
        Refused: it was served already, the day is in the future, nobody is said to say so, or the case is closed.
    """
    # Of a closed case nothing is said, whether or not there is such an order.
    case = lock_open_case(case_id, actor=actor)
    order = find_order(case_id=case.pk, entry_id=entry_id, actor=actor, at=at)
    if order.is_served:
        raise Refused(_("This order is recorded as served already."))
    if said_by not in SaidBy.values:
        raise Refused(_("Say who says that it was served."))
    if served_on > timezone.localdate(at):
        raise Refused(_("This date is in the future."))
    Entry.objects.filter(pk=order.pk).update(is_served=True)
    line = entries.write_entry(
        file=order.file,
        category=ORDERS_CATEGORY,
        data={"said_by": said_by},
        observed_on=served_on,
        form=FORM,
        holder=order.holder,
        actor=actor,
        at=at,
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.order_served",
        actor=actor,
        target=order,
        at=at,
        subject=order.file_id,
        details={"served_on": served_on.isoformat(), "said_by": said_by},
    )
    return line
