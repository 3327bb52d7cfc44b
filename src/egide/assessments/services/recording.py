"""Record assessments: each in one transaction, sealed, with one ledger entry. No score decides anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.assessments import permissions, queries, wording
from egide.assessments.lifecycle import ASSESSMENT, Judgement, State
from egide.assessments.models import COMPARTMENT, Assessment, join_regimes
from egide.assessments.rules.definition import Definition
from egide.assessments.rules.scoring import AnswerError, finding, score
from egide.assessments.services.keeping import certificate_of, keep, seal
from egide.assessments.services.sheets import Sheet, check_sheet, lines
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.vault import services as vault
from egide.vault.services import Sealer


@transaction.atomic
def record_assessment(
    *,
    file: Any,
    case_id: UUID,
    instrument: str,
    answers: Mapping[str, str],
    actor: Membership,
    at: datetime,
    notes: Mapping[str, str] | None = None,
    sources: Mapping[str, str] | None = None,
    judgement: str = Judgement.NOT_KNOWN,
    judgement_reason: str = "",
    certificate_valid: bool | None = None,
    holder: Agency | None = None,
    replaces: UUID | None = None,
    **said: Any,
) -> Assessment:
    """Score and keep a complete sheet, sealed under the file's key. It changes nothing else.

    Args:
        file: fetched within the actor's scope.
        judgement: the assessor's own, free to differ from the score; with reasons unless "not yet known".
        certificate_valid: as the assessor says; missing or invalid warns, and blocks nothing.
        holder: the agency whose law binds it; the actor's own unless said otherwise.
        replaces: an earlier assessment of the same instrument that this one corrects.
        said: what else a `Sheet` holds: details of each item, difference, population, belief.
    Raises:
        PermissionDenied: the actor's role does not assess, or another agency made the earlier one.
        Refused: the instrument is not active, the sheet cannot be scored, or the judgement has no reasons.
        NotVisible: no such instrument, or no such earlier assessment in this file.
    """
    permissions.check_can_assess(actor)
    definition = _active(instrument)
    earlier = _replaced(replaces, file.pk, definition, actor) if replaces else None
    assessment = prepare_assessment(
        definition=definition,
        sheet=Sheet(answers, notes or {}, sources or {}, judgement, judgement_reason, **said),
        sealer=vault.sealer(file.pk, compartment=COMPARTMENT),
        case_id=case_id,
        actor=actor,
        at=at,
        certificate_valid=certificate_valid,
        holder=holder,
    )
    assessment.replaces = earlier
    assessment.save(force_insert=True)
    ledger.record(
        action="assessments.recorded",
        actor=actor,
        target=assessment,
        at=at,
        subject=file.pk,
        details={"instrument": definition.code},
    )
    return assessment


@transaction.atomic
def record_second_score(
    *,
    file: Any,
    assessment_id: UUID,
    answers: Mapping[str, str],
    actor: Membership,
    at: datetime,
    notes: Mapping[str, str] | None = None,
    sources: Mapping[str, str] | None = None,
    judgement: str = Judgement.NOT_KNOWN,
    judgement_reason: str = "",
    certificate_valid: bool | None = None,
    **said: Any,
) -> Assessment:
    """Keep another person's scoring of the same sheet, beside the first: neither corrects the other.

    Raises:
        NotVisible: the file has no such assessment.
        PermissionDenied: the actor scored the first one, or does not assess.
        Refused: it is not in force, already has a second scorer, or the sheet cannot be scored.
        Unavailable: this deployment no longer has the version it was made with.
    """
    first = _lock(assessment_id, file.pk)
    permissions.check_can_score_second(actor, first)
    if first.state != State.COMPLETED or first.second_of_id is not None or first.is_result:
        raise Refused(_("This assessment does not take a second scorer."))
    if Assessment.objects.completed().filter(second_of=first).order_by().exists():
        raise Refused(_("This assessment already has a second scorer."))
    second = prepare_assessment(
        definition=queries.definition_used(first),
        sheet=Sheet(answers, notes or {}, sources or {}, judgement, judgement_reason, **said),
        sealer=vault.sealer(file.pk, compartment=COMPARTMENT),
        case_id=first.case_id,
        actor=actor,
        at=at,
        certificate_valid=certificate_valid,
    )
    second.second_of = first
    second.save(force_insert=True)
    ledger.record(
        action="assessments.second_scored",
        actor=actor,
        target=second,
        at=at,
        subject=file.pk,
        details={"instrument": second.instrument, "first": first.pk},
    )
    return second


def prepare_assessment(
    *,
    definition: Definition,
    sheet: Sheet,
    sealer: Sealer,
    case_id: UUID,
    actor: Membership,
    at: datetime,
    certificate_valid: bool | None = None,
    holder: Agency | None = None,
) -> Assessment:
    """Answer a completed assessment, scored and sealed, not yet saved (nor recorded in the ledger).

    Raises:
        Refused: the sheet cannot be scored, is too long, or its judgement has no reasons.
    """
    check_sheet(definition, sheet)
    try:
        found = _found(definition, sheet)
    except AnswerError as error:
        raise Refused(" ".join(wording.problem_sentences(definition, error.problems))) from error
    held_by = holder or actor.agency
    made = Assessment(
        id=new_id(),
        case_id=case_id,
        file_id=sealer.file_id,
        instrument=definition.code,
        version=definition.version,
        state=ASSESSMENT.next_state("complete", state=ASSESSMENT.initial),
        assessor=actor,
        agency_id=actor.agency_id,
        holder=held_by,
        regimes=join_regimes([*held_by.regimes, *actor.agency.regimes]),
        scored_at=at,
        certificate_valid=certificate_valid if definition.requires_certificate else None,
        certificate=certificate_of(actor, definition.course, at=at),
        norm_set=definition.norm_set,
        definition=keep(definition, at=at),
    )
    made.summary = seal(sealer, made.pk, "summary", {**found, **_said(sheet)})
    made.answers = seal(sealer, made.pk, "answers", {"items": lines(definition, sheet)})
    return made


def _found(definition: Definition, sheet: Sheet) -> dict[str, Any]:
    """Answer what the answers come to; a sheet that is not added up has no figure, and gets none."""
    if not definition.is_summed:
        other = finding(definition, sheet.answers, believes=sheet.believes)
        return {"unknown": other.unknown, "outcome": other.outcome}
    found = score(definition, sheet.answers)
    return {
        "raw": found.raw,
        "unknown": found.unknown,
        "low": found.low,
        "high": found.high,
        "band": found.band,
        "is_determined": found.is_determined,
    }


def _said(sheet: Sheet) -> dict[str, Any]:
    return {
        "judgement": str(sheet.judgement),
        "judgement_reason": sheet.judgement_reason.strip(),
        "difference": str(sheet.difference),
        "population": str(sheet.population),
        "believes": sheet.believes,
    }


def _active(instrument: str) -> Definition:
    definition = queries.definition_of(instrument)
    if not queries.is_active(definition):
        raise Refused(
            _("%(instrument)s is not active here: an administrator must first record the right to use it.")
            % {"instrument": wording.in_language(definition.short)}
        )
    return definition


def _lock(assessment_id: UUID, file_id: UUID) -> Assessment:
    """Answer one assessment of the file, locked, with its assessor."""
    row = (
        Assessment.objects.select_for_update(of=("self",))
        .of_file(file_id)
        .select_related("assessor")
        .filter(pk=assessment_id)
        .order_by()
        .first()
    )
    if row is None:
        raise NotVisible
    return row


def _replaced(assessment_id: UUID, file_id: UUID, definition: Definition, actor: Membership) -> Assessment:
    """Mark the earlier assessment as replaced; its own second score stays as it is, with it."""
    earlier = _lock(assessment_id, file_id)
    permissions.check_can_replace(actor, earlier)
    if earlier.instrument != definition.code or earlier.second_of_id is not None:
        raise Refused(_("An assessment is corrected by another of the same instrument."))
    earlier.state = ASSESSMENT.next_state("replace", state=earlier.state)
    earlier.save(update_fields=["state"])
    return earlier
