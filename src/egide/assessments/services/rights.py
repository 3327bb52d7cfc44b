"""Record the right under which an instrument is used: without it the instrument is inactive."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from egide.assessments import permissions, queries
from egide.assessments.models import InstrumentRight
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership


@transaction.atomic
def record_right(*, instrument: str, note: str, actor: Membership, at: datetime) -> InstrumentRight:
    """Record the right to use the current version of an instrument, which makes it active.

    Args:
        note: what gives the right: licence, permission, date, who granted it.
    Raises:
        PermissionDenied: the actor is not an administrator.
        NotVisible: there is no such instrument.
        Refused: nothing says what the right is, or it is already recorded.
    """
    permissions.check_can_record_right(actor)
    definition = queries.definition_of(instrument)
    if not note.strip():
        raise Refused(_("Say what gives the right to use it: a licence, a permission, its date."))
    right, is_new = InstrumentRight.objects.get_or_create(
        instrument=definition.code,
        version=definition.version,
        defaults={"note": note.strip(), "recorded_by": actor, "recorded_at": at},
    )
    if not is_new:
        raise Refused(_("The right to use this version is already recorded."))
    ledger.record(
        action="assessments.right_recorded",
        actor=actor,
        target=right,
        at=at,
        details={"instrument": definition.code, "version": definition.version},
    )
    return right
