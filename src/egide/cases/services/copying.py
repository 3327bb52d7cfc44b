"""A copy of a document taken out of the application: a disclosure, recorded before it is given."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.queries import documents
from egide.cases.services import handing
from egide.common.errors import PermissionDenied
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.models import Disclosure


def check_can_copy(found: documents.Found) -> None:
    """What may be read here may not always be kept."""
    if found.item.level < sharing.Level.SHARE:
        raise PermissionDenied(
            _("You may read this document here. The rules do not let your agency keep a copy.")
        )


@transaction.atomic
def record_copy(*, case_id: UUID, entry_id: UUID, actor: Membership, at: datetime) -> Disclosure:
    """Record that a copy leaves for the actor's own agency, on the basis that opened it.

    Raises:
        NotVisible: there is no such document for this actor. PermissionDenied: reading is all they may.
    """
    found = documents.open_document(case_id=case_id, entry_id=entry_id, actor=actor, at=at)
    check_can_copy(found)
    basis = found.basis
    return sharing.record_disclosure(
        actor=actor,
        file=found.file,
        categories=[found.item.category],
        method="export",
        basis=basis,
        purpose=sharing.purpose_of(actor),
        recipient=actor.agency,
        consent=handing.consent_behind(found.file, actor.agency, at) if basis == "consent" else None,
        ground=handing.ground_behind(found.file, actor.agency, basis, at),
        at=at,
    )
