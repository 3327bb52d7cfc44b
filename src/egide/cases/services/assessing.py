"""Record an assessment of a case, or a result obtained elsewhere: on the case as it stands now, while it is open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.assessments import services as assessments
from egide.assessments.models import Assessment
from egide.cases import permissions
from egide.cases.services import entries
from egide.cases.services.locking import lock_open_case
from egide.partners.models import Membership


@transaction.atomic
def record(
    *,
    case_id: UUID,
    instrument: str,
    sheet: Mapping[str, Any],
    actor: Membership,
    at: datetime,
    second_of: UUID | None = None,
    corrects: UUID | None = None,
) -> Assessment:
    """Keep a sheet; or, as a second person, another scoring of one; or the correction of one.

    Args:
        sheet: answers, notes, sources and judgement, as the form of the sheet gives them.
    Raises:
        NotVisible: the case is not the actor's to see. Refused: it is closed.
        See also `assessments.services`, which records it in the ledger.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    asked = {"file": entries.subject_file(case), "actor": actor, "at": at, **sheet}
    if second_of is not None:
        return assessments.record_second_score(assessment_id=second_of, **asked)
    return assessments.record_assessment(case_id=case.pk, instrument=instrument, replaces=corrects, **asked)


@transaction.atomic
def record_result(
    *, case_id: UUID, instrument: str, result: assessments.Result, actor: Membership, at: datetime
) -> Assessment:
    """Keep what a tool used elsewhere gave.

    Raises:
        NotVisible: the case is not the actor's to see, or there is no such tool. Refused: it is closed.
        See also `assessments.services`, which records it in the ledger.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    return assessments.record_result(
        file=entries.subject_file(case),
        case_id=case.pk,
        instrument=instrument,
        result=result,
        actor=actor,
        at=at,
    )
