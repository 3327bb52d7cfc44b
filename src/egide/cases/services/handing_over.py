"""The answer reaches the person who asked for their own file: on paper, in their hands alone, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.models import AccessItem, AccessRequest
from egide.cases.models.access import Reply
from egide.cases.queries.accessing import OwnFile, open_own_file
from egide.cases.services import accessing
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import handing
from egide.sharing import services as sharing


@transaction.atomic
def hand_over(
    *,
    case_id: UUID,
    request_id: UUID,
    is_identity_checked: bool,
    is_safe: bool,
    revision: int,
    actor: Membership,
    at: datetime,
) -> AccessRequest:
    """Record that the answer reached the person: what they keep, and what they were shown, are disclosures.

    Raises:
        Refused: who they are was not checked again, it was not safe, or not all that is given opens for the actor.
    """
    case, asked, items = accessing.take(case_id, request_id, "hand_over", actor, revision)
    if not (is_identity_checked and is_safe):
        raise Refused(_("Check again who is in front of you, and that it is safe, before you hand it over."))
    own = _whole(asked, items, actor, at)
    for to_keep, method in ((True, "print"), (False, "aloud")):
        given = own.given(to_keep=to_keep)
        if asked.reply == Reply.GIVE and given:
            sharing.record_disclosure(
                actor=actor,
                file=asked.file,
                categories={one.item.category for one in given},
                method=method,
                basis=handing.BASIS,
                purpose=handing.PURPOSE,
                at=at,
            )
    asked.handed_over_at, asked.handed_over_by = at, actor
    accessing.end(case, asked, actor, at, "done")
    ledger.record(
        action="cases.access_handed_over",
        actor=actor,
        target=asked,
        at=at,
        subject=asked.file_id,
        basis=handing.BASIS,
        details={"way": asked.way, "reply": asked.reply},
    )
    return asked


def _whole(asked: AccessRequest, items: Sequence[AccessItem], actor: Membership, at: datetime) -> OwnFile:
    """Open what was approved, all of it: what is printed, what is handed over and what is recorded are one.

    Raises:
        Refused: some of it does not open for the actor, who would give less than two people agreed to.
    """
    own = open_own_file(asked=asked, items=items, actor=actor, at=at)
    if own.lacks_something:
        raise Refused(
            _(
                "Something that was agreed to does not open for you, and nothing is given in part. A colleague who reads all of it can hand it over, or it is sent back."
            )
        )
    return own


@transaction.atomic
def make_letter(
    *, asked: AccessRequest, items: Sequence[AccessItem], actor: Membership, at: datetime
) -> OwnFile:
    """Open what the paper holds; that it reached the person, and what of the file it holds, is `hand_over`'s.

    Raises:
        Refused: see `_whole`.
    """
    own = _whole(asked, items, actor, at)
    ledger.record(action="cases.access_letter_made", actor=actor, target=asked, at=at, subject=asked.file_id)
    return own
