"""Eligibility by equal doors, then informed consent: nobody is enrolled without it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.cases import permissions
from egide.cases.lifecycle import CASE, State
from egide.cases.models import Case, Closure, EligibilityDecision
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.rules.eligibility import DoorFinding, ScoreRange, door_findings
from egide.cases.services import consenting, deadlines, entries
from egide.cases.services.locking import lock_case
from egide.cases.services.meanwhile import WHATEVER, check_unmoved
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing.models import Consent


def doors_of(*, case: Case, actor: Membership, at: datetime, judgement: str = "") -> list[DoorFinding]:
    """Answer each door with what the completed assessments show, as far as the actor may read them."""
    scores: dict[str, ScoreRange] = {}
    for summary in assessments.latest_summaries(
        file=entries.subject_file(case), actor=actor, at=at, purpose="case_management"
    ):
        if summary.low is not None and summary.high is not None:
            scores[summary.instrument] = ScoreRange(low=summary.low, high=summary.high)
    return door_findings(
        case.programme.protocol, scores=scores, judgement=judgement, minimums=case.programme.minimums
    )


@transaction.atomic
def decide_eligibility(
    *,
    case_id: UUID,
    is_eligible: bool,
    doors: Collection[str],
    reasons: str,
    actor: Membership,
    at: datetime,
    based_on: UUID | None = WHATEVER,
) -> EligibilityDecision:
    """Record a person's decision and the doors they rely on. Any one door is enough; none is needed to refuse.

    Where the programme asks for no consent, it makes the case active.

    Args:
        based_on: the last decision when the form was shown; None when there was none.
    Raises:
        Meanwhile: somebody decided since.
        Refused: eligible through no door, a door that is shut today, or no reasons for a judgement.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
    check_unmoved(last_decision(case.pk), based_on)
    if case.state not in (State.ACCEPTED, State.CONSENT_REFUSED, State.ACTIVE):
        raise Refused(_("Eligibility is decided once the referral is accepted."))
    found = {f.door.code: f for f in doors_of(case=case, actor=actor, at=at, judgement=reasons)}
    chosen = sorted(set(doors))
    if any(code not in found for code in chosen):
        raise Refused(_("Choose among the programme’s ways in."))
    if is_eligible and not chosen:
        raise Refused(_("Say by which way the case comes in: any one of them is enough."))
    if is_eligible and any(found[code].state == "closed" for code in chosen):
        raise Refused(
            _(
                "The score recorded today does not open this way in. Professional judgement may differ from a score."
            )
        )
    if not reasons.strip():
        raise Refused(_("Write your reasons: they count as much as a score."))
    reason = entries.write_entry(
        file=entries.subject_file(case),
        category="risk.assessment.summary",
        kind=Kind.OPINION,
        text=reasons.strip(),
        form="eligibility:1",
        actor=actor,
        at=at,
    )
    decision = EligibilityDecision.objects.create(
        case=case, is_eligible=is_eligible, doors=chosen, reason=reason, decided_by=actor, decided_at=at
    )
    deadlines.meet_deadline(case=case, kind=TaskKind.ASSESSMENT, actor=actor, at=at)
    is_entering = (
        is_eligible
        and not case.programme.protocol.is_consent_required
        and CASE.can("enrol", state=case.state)
    )
    if is_entering:
        case.state = CASE.next_state("enrol", state=case.state)
        _set_dates(case, actor, at)
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(
        action="cases.eligibility_decided",
        actor=actor,
        target=case,
        at=at,
        details={"eligible": is_eligible},
    )
    return decision


def last_decision(case_id: UUID) -> UUID | None:
    """Answer which decision on eligibility is the last."""
    rows = EligibilityDecision.objects.filter(case=case_id).order_by("-decided_at", "-pk")
    return rows.values_list("pk", flat=True).first()


def _set_dates(case: Case, actor: Membership, at: datetime) -> None:
    """Set the dates of a case that becomes active: those its protocol names, and the first review."""
    protocol = case.programme.protocol
    for kind in protocol.on_entering:
        deadlines.set_deadline(case=case, kind=kind, at=at, actor=actor)
    due_at = deadlines.due_after(at, protocol.reviews[case.level])
    deadlines.set_deadline(case=case, kind=TaskKind.REVIEW, at=at, due_at=due_at, actor=actor)


@transaction.atomic
def enrol(
    *,
    case_id: UUID,
    consent: Mapping[str, Any],
    actor: Membership,
    at: datetime,
    replacing: Collection[UUID] | None = None,
) -> Consent:
    """Record informed consent and make the case active, in one step: there is no enrolment without it.

    Args:
        consent: the fields of `sharing.services.give_consent` other than file, case, actor and time.
        replacing: the consents in force as they were shown to the actor; whatever is in force when None.
    Raises:
        Refused: eligibility is not decided, the consent is not valid, or it names nobody.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    latest = case.eligibility_decisions.order_by("-decided_at").first()
    reopened = Closure.objects.filter(case=case).aggregate(at=Max("reopened_at"))["at"]
    # Of a case that was closed since, nobody has said that the person may come in again.
    is_former = latest is not None and reopened is not None and latest.decided_at <= reopened
    if latest is None or is_former or not latest.is_eligible:
        raise Refused(
            _("Decide on eligibility first: consent is asked for a programme the person may enter.")
        )
    new_state = CASE.next_state("enrol", state=case.state)
    file = entries.subject_file(case)
    given = consenting.replace_consents(case, file, consent, replacing=replacing, actor=actor, at=at)
    case.state = new_state
    consenting.ask_again_before_it_ends(case, given, actor, at)
    _set_dates(case, actor, at)
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(action="cases.enrolled", actor=actor, target=case, at=at, subject=file.pk)
    return given
