"""Record what a tool used elsewhere gave: in its own words, with who used it; none of its items."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.assessments import permissions, queries, wording
from egide.assessments.lifecycle import ASSESSMENT, Difference, Judgement, Population
from egide.assessments.models import COMPARTMENT, Assessment, join_regimes
from egide.assessments.rules.cards import Card
from egide.assessments.services.keeping import certificate_of, keep, seal
from egide.assessments.services.sheets import check_judgement
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.vault import services as vault

#: Longest name, reference or level in the tool's own words, and longest summary, in characters.
LONGEST_LINE = 200
LONGEST_SUMMARY = 5_000


@dataclass(frozen=True)
class Result:
    """What a tool gave, as whoever used it says."""

    assessed_on: date
    #: Who used the tool: themselves, or somebody named, perhaps of another agency.
    is_own: bool
    assessor_words: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)
    level: str = ""
    words: str = ""
    reference: str = ""
    text: str = ""
    judgement: str = Judgement.NOT_KNOWN
    judgement_reason: str = ""
    difference: str = ""
    population: str = ""
    certificate_valid: bool | None = None


@transaction.atomic
def record_result(
    *,
    file: Any,
    case_id: UUID,
    instrument: str,
    result: Result,
    actor: Membership,
    at: datetime,
    holder: Agency | None = None,
) -> Assessment:
    """Keep what a tool used elsewhere gave, sealed under the file's key. It changes nothing else.

    Args:
        file: fetched within the actor's scope.
        holder: the agency whose law binds it; the actor's own unless said otherwise.
    Raises:
        PermissionDenied: the actor's role does not assess.
        NotVisible: there is no such tool, or it is one of ours, whose sheet is filled here.
        Refused: it says nothing, is out of the tool's range, of a day to come, or too long.
    """
    permissions.check_can_assess(actor)
    card = queries.card_of(instrument)
    if card.is_bundled:
        raise NotVisible
    _check(card, result, today=timezone.localdate(at))
    held_by = holder or actor.agency
    sealer = vault.sealer(file.pk, compartment=COMPARTMENT)
    made = Assessment(
        id=new_id(),
        case_id=case_id,
        file_id=sealer.file_id,
        instrument=card.code,
        version="",
        is_result=True,
        state=ASSESSMENT.next_state("complete", state=ASSESSMENT.initial),
        assessor=actor,
        agency_id=actor.agency_id,
        holder=held_by,
        regimes=join_regimes([*held_by.regimes, *actor.agency.regimes]),
        scored_at=at,
        certificate_valid=result.certificate_valid,
        # Records of training speak of the actor, and of nobody else who used the tool.
        certificate=certificate_of(actor, card.course, at=at) if result.is_own else "",
        definition=keep(card, at=at),
    )
    made.summary = seal(sealer, made.pk, "summary", _summary(card, result))
    made.answers = seal(sealer, made.pk, "answers", {"items": {}})
    made.save(force_insert=True)
    ledger.record(
        action="assessments.result_recorded",
        actor=actor,
        target=made,
        at=at,
        subject=file.pk,
        details={"instrument": card.code},
    )
    return made


def _summary(card: Card, result: Result) -> dict[str, Any]:
    """Answer what is sealed. The first figure of a tool is its score: whole, so nothing is open."""
    main = result.figures.get(card.figures[0].code) if card.figures else None
    return {
        "raw": main,
        "unknown": 0,
        "low": main,
        "high": main,
        "figures": dict(result.figures),
        "level": result.level,
        "words": result.words.strip(),
        "assessed_on": result.assessed_on.isoformat(),
        "is_own": result.is_own,
        "assessor_words": result.assessor_words.strip(),
        "reference": result.reference.strip(),
        "text": result.text.strip(),
        "judgement": str(result.judgement),
        "judgement_reason": result.judgement_reason.strip(),
        "difference": str(result.difference),
        "population": str(result.population),
    }


def _check(card: Card, result: Result, *, today: date) -> None:
    check_judgement(result.judgement, result.judgement_reason)
    if result.difference and result.difference not in Difference.values:
        raise Refused(_("Choose how your judgement stands beside the score."))
    if result.population and result.population not in Population.values:
        raise Refused(_("Say whether the tool was made for this person."))
    if result.assessed_on > today:
        raise Refused(_("Record a result once the tool was used, not before."))
    if not (result.figures or result.level or result.words.strip()):
        raise Refused(_("Say what the tool gave: a score, a level, or its own words."))
    if not result.is_own and not result.assessor_words.strip():
        raise Refused(_("Say who used the tool."))
    for code, value in result.figures.items():
        figure = card.figure(code)
        if figure is None or not figure.low <= value <= figure.high:
            raise Refused(_out_of_range(card, code))
    if result.level and card.level(result.level) is None:
        raise Refused(_("Choose one of the tool’s levels."))
    short = (result.assessor_words, result.words, result.reference)
    if any(len(one) > LONGEST_LINE for one in short) or len(result.text) > LONGEST_SUMMARY:
        raise Refused(_("Something is too long. Nothing you typed was lost."))


def _out_of_range(card: Card, code: str) -> str:
    figure = card.figure(code)
    if figure is None:
        return _("Choose one of the tool’s figures.")
    return _("%(figure)s: give a whole number from %(low)d to %(high)d.") % {
        "figure": wording.in_language(figure.label),
        "low": figure.low,
        "high": figure.high,
    }
