"""The minutes taken out, for one reader: a disclosure of each file to their own agency, recorded before they are given."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.lifecycle import ConferenceState
from egide.cases.models import Conference
from egide.cases.queries.minutes import Minutes
from egide.cases.services import handing
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure


def check_can_export(conference: Conference) -> None:
    """Only minutes nobody changes any more leave.

    Raises:
        Refused: they are not locked yet.
    """
    if conference.state != ConferenceState.HELD:
        raise Refused(_("The minutes can be taken out once they are locked."))


@transaction.atomic
def record_export(*, minutes: Minutes, actor: Membership, at: datetime) -> list[Disclosure]:
    """Record that the minutes leave for the reader's own agency, file by file, on the basis that opened each.

    Args:
        minutes: as they were opened for this reader, a moment ago.
    Raises:
        Refused: the minutes are not locked.
    """
    check_can_export(minutes.conference)
    made = [
        sharing.record_disclosure(
            actor=actor,
            file=one.file,
            categories=one.categories,
            method="export",
            basis=one.basis,
            purpose=sharing.purpose_of(actor),
            recipient=actor.agency,
            consent=handing.consent_behind(one.file, actor.agency, at) if one.basis == "consent" else None,
            ground=None,
            at=at,
        )
        for one in minutes.leaving
    ]
    ledger.record(
        action="cases.minutes_exported",
        actor=actor,
        target=minutes.conference,
        at=at,
        counts={"files": len({one.file.pk for one in minutes.leaving})},
    )
    return made
