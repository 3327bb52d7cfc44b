"""Who gets what of a case, put on paper or in a file: nothing of the file leaves, and it is recorded all the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from egide.cases.models import File
from egide.ledger import services as ledger
from egide.partners.models import Membership


@transaction.atomic
def record_access_shown(
    *, files: Sequence[File], reader: Any, way: str, actor: Membership, at: datetime
) -> None:
    """Record, in one entry about the first file, for whom it was asked and how it left.

    Args:
        reader: a membership, or a seat nobody in particular sits in.
        way: `print` or `export`.
    """
    ledger.record(
        action="cases.access_shown",
        actor=actor,
        target=files[0].case,
        at=at,
        subject=files[0].pk,
        details={"agency": reader.agency.pk, "way": way},
    )
