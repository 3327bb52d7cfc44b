"""Eligibility by equal doors, then informed consent: nobody is enrolled without it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.cases import permissions
from egide.cases.lifecycle import CASE, State
from egide.cases.models import Case, Closure, EligibilityDecision, Entry, File
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.rules.eligibility import DoorFinding, ScoreRange, door_findings
from egide.cases.services import cascading, deadlines, entries
from egide.cases.services.locking import lock_case
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.disclosures import record_disclosure
from egide.sharing.models import Consent
from egide.sharing.rules.sides import side_of

#: How long before its end a consent is asked again. Ours (O).
ASKED_AGAIN = timedelta(days=14)


def doors_of(*, case: Case, actor: Membership, at: datetime, judgement: str = "") -> list[DoorFinding]:
    """Answer each door with what the completed assessments show, as far as the actor may read them."""
    scores: dict[str, ScoreRange] = {}
    for summary in assessments.latest_summaries(
        file=entries.victim_file(case), actor=actor, at=at, purpose="case_management"
    ):
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
) -> EligibilityDecision:
    """Record a person's decision and the doors they rely on. Any one door is enough; none is needed to refuse.

    Raises:
        Refused: eligible through no door, a door that is shut today, or no reasons for a judgement.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_coordinate(actor, case)
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
        file=entries.victim_file(case),
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
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.eligibility_decided",
        actor=actor,
        target=case,
        at=at,
        details={"eligible": is_eligible},
    )
    return decision


@transaction.atomic
def enrol(*, case_id: UUID, consent: Mapping[str, Any], actor: Membership, at: datetime) -> Consent:
    """Record informed consent and make the case active, in one step: there is no enrolment without it.

    Args:
        consent: the fields of `sharing.services.give_consent` other than file, case, actor and time.
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
    file = entries.victim_file(case)
    given = _replace_consents(case, file, consent, actor=actor, at=at)
    case.state = new_state
    _ask_again_before_it_ends(case, given, actor, at)
    for kind in (TaskKind.SAFETY_PLAN, TaskKind.CONFERENCE):
        deadlines.set_deadline(case=case, kind=kind, at=at, actor=actor)
    interval = case.programme.protocol.reviews[case.level]
    deadlines.set_deadline(
        case=case, kind=TaskKind.REVIEW, at=at, due_at=deadlines.due_after(at, interval), actor=actor
    )
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(action="cases.enrolled", actor=actor, target=case, at=at, subject=file.pk)
    return given


def _replace_consents(
    case: Case, file: File, consent: Mapping[str, Any], *, actor: Membership, at: datetime
) -> Consent:
    """Put one consent in the place of those in force; agencies that lose by it are told."""
    ended = cascading.about_to_end(file=file, at=at)
    sharing.end_consents(file_id=file.pk, actor=actor, at=at)
    given = sharing.give_consent(actor=actor, file_id=file.pk, case_id=case.pk, at=at, **consent)
    assign_partners(case, given, actor=actor, at=at)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT_CHECK, actor=actor, at=at)
    return given


def assign_partners(case: Case, consent: Consent, *, actor: Membership, at: datetime) -> None:
    """Agencies the consent names work on the case as long as it lasts; justice sits on the management side.

    To each, it is a disclosure from now on.
    """
    file = entries.victim_file(case)
    for agency in consent.recipients.order_by("code"):
        if agency.pk == case.programme.lead_agency_id:
            continue
        sharing.assign(
            case_id=case.pk, agency=agency, side=side_of(agency.sector), consent=consent, actor=actor, at=at
        )
        record_disclosure(
            actor=actor,
            file=file,
            categories=consent.categories,
            method="share",
            basis="consent",
            purpose=consent.purposes[0],
            recipient=agency,
            consent=consent,
            at=at,
        )


@transaction.atomic
def renew_consent(*, case_id: UUID, consent: Mapping[str, Any], actor: Membership, at: datetime) -> Consent:
    """Record a new consent on an active case, in place of the one in force.

    Raises:
        Refused: the case is not active, or the consent is not valid.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if case.state != State.ACTIVE:
        raise Refused(_("The case is not active: consent is asked when it is enrolled."))
    given = _replace_consents(case, entries.victim_file(case), consent, actor=actor, at=at)
    _ask_again_before_it_ends(case, given, actor, at)
    deadlines.refresh_next_due(case, at=at)
    return given


def _ask_again_before_it_ends(case: Case, given: Consent, actor: Membership, at: datetime) -> None:
    """A consent never lapses unseen: the date to ask again comes two weeks before its end."""
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT, actor=actor, at=at)
    due_at = max(given.expires_at - ASKED_AGAIN, at + (given.expires_at - at) / 2)
    deadlines.set_deadline(case=case, kind=TaskKind.CONSENT, at=at, due_at=due_at, actor=actor)


@transaction.atomic
def withdraw_consent(*, case_id: UUID, actor: Membership, at: datetime) -> Case:
    """Record that the victim withdraws consent: partners leave now; the case waits for her decision.

    Raises:
        Refused: no consent is in force.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = entries.victim_file(case)
    ended = cascading.about_to_end(file=file, at=at)
    if not ended:
        raise Refused(_("No consent is in force."))
    for consent in ended:
        sharing.withdraw_consent(consent_id=consent.pk, actor=actor, at=at)
    case.state = CASE.next_state("record_refusal", state=case.state)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT_CHECK, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(action="cases.consent_withdrawn", actor=actor, target=case, at=at, subject=file.pk)
    return case


@transaction.atomic
def refuse_consent(
    *, case_id: UUID, words: str, still_done: Sequence[str], actor: Membership, at: datetime
) -> Entry:
    """Record that the person does not consent, and what may still be done for them without it.

    Consents in force end at once, and with them every view they opened.

    Raises:
        TransitionRefused: the case is not waiting for consent, nor active.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    case.state = CASE.next_state("record_refusal", state=case.state)
    file = entries.victim_file(case)
    entry = entries.write_entry(
        file=file,
        category="consent.record",
        kind=Kind.STATEMENT,
        text=words.strip(),
        data={"still_done": list(still_done)},
        form="consent-refusal:1",
        actor=actor,
        at=at,
    )
    ended = cascading.about_to_end(file=file, at=at)
    sharing.record_refusal(actor=actor, file_id=file.pk, case_id=case.pk, at=at)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT_CHECK, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(action="cases.consent_refused", actor=actor, target=case, at=at, subject=file.pk)
    return entry
