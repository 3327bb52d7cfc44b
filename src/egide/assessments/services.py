"""Record assessments: each in one transaction, sealed, with one ledger entry. No score decides anything."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.assessments import permissions, queries, wording
from egide.assessments.lifecycle import ASSESSMENT, Judgement, Source, State
from egide.assessments.models import (
    COMPARTMENT,
    SEALED_MODEL,
    Assessment,
    InstrumentRight,
    join_regimes,
)
from egide.assessments.rules.definition import Definition
from egide.assessments.rules.scoring import AnswerError, score
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.vault import services as vault
from egide.vault.services import SealContext, Sealer

#: Longest note beside one item, and longest reason for a judgement, in characters.
LONGEST_NOTE = 500
LONGEST_REASON = 5_000


@dataclass(frozen=True)
class Sheet:
    """What the assessor filled: answers by item, where each comes from, and their own judgement."""

    answers: Mapping[str, str]
    notes: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    judgement: str = Judgement.NOT_KNOWN
    judgement_reason: str = ""


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
) -> Assessment:
    """Score and keep a complete sheet, sealed under the file's key. It changes nothing else.

    Args:
        file: fetched within the actor's scope.
        judgement: the assessor's own, free to differ from the score; with reasons unless "not yet known".
        certificate_valid: as the assessor says; missing or invalid warns, and blocks nothing.
        holder: the agency whose law binds it; the actor's own unless said otherwise.
        replaces: an earlier assessment of the same instrument that this one corrects.
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
        sheet=Sheet(answers, notes or {}, sources or {}, judgement, judgement_reason),
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
    if first.state != State.COMPLETED or first.second_of_id is not None:
        raise Refused(_("This assessment does not take a second scorer."))
    if Assessment.objects.completed().filter(second_of=first).order_by().exists():
        raise Refused(_("This assessment already has a second scorer."))
    second = prepare_assessment(
        definition=queries.definition_used(first),
        sheet=Sheet(answers, notes or {}, sources or {}, judgement, judgement_reason),
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
    _check_sheet(definition, sheet)
    try:
        found = score(definition, sheet.answers)
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
        norm_set=definition.norm_set,
    )
    summary = {
        "raw": found.raw,
        "unknown": found.unknown,
        "low": found.low,
        "high": found.high,
        "band": found.band,
        "is_determined": found.is_determined,
        "judgement": str(sheet.judgement),
        "judgement_reason": sheet.judgement_reason.strip(),
    }
    made.summary = _seal(sealer, made.pk, "summary", summary)
    made.answers = _seal(sealer, made.pk, "answers", {"items": _lines(definition, sheet)})
    return made


def _check_sheet(definition: Definition, sheet: Sheet) -> None:
    if sheet.judgement not in Judgement.values:
        raise Refused(_("Choose one of the judgements. “Not yet known” is one."))
    # Asked of every judgement alike, so that differing from the score costs nothing more than agreeing.
    if sheet.judgement != Judgement.NOT_KNOWN and not sheet.judgement_reason.strip():
        raise Refused(_("Say why: your reasons count as much as a score."))
    if len(sheet.judgement_reason) > LONGEST_REASON:
        raise Refused(_("The reasons are too long: at most 5,000 characters. Nothing you typed was lost."))
    for code in {*sheet.notes, *sheet.sources}:
        if not any(item.code == code for item in definition.items):
            raise Refused(
                _("%(instrument)s has no item %(item)s.")
                % {"instrument": wording.in_language(definition.short), "item": wording.echo(code)}
            )
    for code, note in sheet.notes.items():
        if len(note) > LONGEST_NOTE:
            raise Refused(
                _("The note of item %(item)s is too long: at most 500 characters.") % {"item": code}
            )
    if any(source not in Source.values for source in sheet.sources.values() if source):
        raise Refused(_("Choose one of the sources."))


def _lines(definition: Definition, sheet: Sheet) -> dict[str, dict[str, str]]:
    return {
        item.code: {
            "answer": sheet.answers[item.code],
            "note": sheet.notes.get(item.code, "").strip(),
            "source": str(sheet.sources.get(item.code, "")),
        }
        for item in definition.items
        if item.code in sheet.answers
    }


def _seal(sealer: Sealer, row: UUID, name: str, content: Mapping[str, Any]) -> bytes:
    return sealer.seal(
        COMPARTMENT,
        json.dumps(content, ensure_ascii=False, sort_keys=True),
        SealContext(model=SEALED_MODEL, field=name, row=row),
    )


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
