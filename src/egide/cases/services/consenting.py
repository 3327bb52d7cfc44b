"""Consent of a case: put in the place of another, withdrawn, refused. Who loses by it is told at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import CASE, State
from egide.cases.models import Case, Entry, File
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import cascading, deadlines, entries
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.disclosures import record_disclosure
from egide.sharing.models import Consent
from egide.sharing.rules.sides import side_of

#: How long before its end a consent is asked again. Ours (O).
ASKED_AGAIN = timedelta(days=14)


def check_asks_for_consent(case: Case) -> None:
    """Pass only for a programme that asks for consent; in the others people are brought in (`teaming`).

    Raises:
        NotVisible: it does not.
    """
    if not case.programme.protocol.is_consent_required:
        raise NotVisible


def replace_consents(
    case: Case,
    file: File,
    consent: Mapping[str, Any],
    *,
    actor: Membership,
    at: datetime,
    replacing: Collection[UUID] | None = None,
) -> Consent:
    """Put one consent in the place of those in force; agencies that lose by it are told.

    Raises:
        Refused: those in force are no longer those the actor was shown; or the consent is not valid.
    """
    check_asks_for_consent(case)
    ended = cascading.about_to_end(file=file, at=at)
    check_unchanged(ended, replacing)
    sharing.end_consents(file_id=file.pk, how="replaced", actor=actor, at=at)
    given = sharing.give_consent(actor=actor, file_id=file.pk, case_id=case.pk, at=at, **consent)
    assign_partners(case, given, actor=actor, at=at)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT_CHECK, actor=actor, at=at)
    return given


def check_unchanged(ended: Sequence[Consent], shown: Collection[UUID] | None) -> None:
    """Refuse to end consents the actor was not shown: somebody recorded another meanwhile.

    Raises:
        Refused: that is so.
    """
    if shown is not None and {one.pk for one in ended} != set(shown):
        raise Refused(
            _(
                "Somebody recorded another consent meanwhile. Nothing was recorded: look at it, then send again."
            )
        )


def assign_partners(case: Case, consent: Consent, *, actor: Membership, at: datetime) -> None:
    """Agencies the consent names work on the case as long as it lasts; justice sits on the management side.

    To each, it is a disclosure from now on.
    """
    file = entries.subject_file(case)
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
def renew_consent(
    *,
    case_id: UUID,
    consent: Mapping[str, Any],
    actor: Membership,
    at: datetime,
    replacing: Collection[UUID] | None = None,
) -> Consent:
    """Record a new consent on an active case, in place of the one in force.

    Args:
        replacing: the consents in force as they were shown to the actor; whatever is in force when None.

    Raises:
        Refused: the case is not active, or the consent is not valid.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if case.state != State.ACTIVE:
        raise Refused(_("The case is not active: consent is asked when it is enrolled."))
    given = replace_consents(
        case, entries.subject_file(case), consent, replacing=replacing, actor=actor, at=at
    )
    ask_again_before_it_ends(case, given, actor, at)
    deadlines.refresh_next_due(case, at=at)
    return given


def ask_again_before_it_ends(case: Case, given: Consent, actor: Membership, at: datetime) -> None:
    """A consent never lapses unseen: the date to ask again comes two weeks before its end."""
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT, actor=actor, at=at)
    due_at = max(given.expires_at - ASKED_AGAIN, at + (given.expires_at - at) / 2)
    deadlines.set_deadline(case=case, kind=TaskKind.CONSENT, at=at, due_at=due_at, actor=actor)


@transaction.atomic
def withdraw_consent(
    *,
    case_id: UUID,
    actor: Membership,
    at: datetime,
    agencies: Collection[UUID] = (),
    categories: Collection[str] = (),
    replacing: Collection[UUID] | None = None,
) -> Case:
    """Record that the victim withdraws consent, whole or in part: agencies that lose by it leave now, and are told.

    Withdrawn whole, or for every other agency or kind, the case waits for her decision. Nothing undoes it: a new
    consent is taken.

    Args:
        agencies: those that may receive nothing more. categories: what nobody may receive any more. All of it is
            withdrawn when both are empty.
        replacing: the consents in force as they were shown to the actor; whatever is in force when None.
    Raises:
        Refused: no consent is in force, it covers nothing of that, or it is not the one that was shown.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = entries.subject_file(case)
    ended = cascading.about_to_end(file=file, at=at)
    if not ended:
        raise Refused(_("No consent is in force."))
    check_unchanged(ended, replacing)
    left = [withdraw_one(one, case, agencies, categories, actor=actor, at=at) for one in ended]
    if not any(left):
        case.state = CASE.next_state("record_refusal", state=case.state)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.meet_deadline(case=case, kind=TaskKind.CONSENT_CHECK, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at, changed=["state"])
    ledger.record(
        action="cases.consent_withdrawn",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"is_partial": any(left)},
    )
    return case


def withdraw_one(
    consent: Consent,
    case: Case,
    agencies: Collection[UUID],
    categories: Collection[str],
    *,
    actor: Membership,
    at: datetime,
) -> Consent | None:
    """End one consent, whole or in part; answers what stands of it."""
    others = {agency.pk for agency in consent.recipients.all()} - {case.programme.lead_agency_id}
    is_whole = not agencies and not categories
    if is_whole or not others - set(agencies) or not set(consent.categories) - set(categories):
        sharing.withdraw_consent(consent_id=consent.pk, actor=actor, at=at)
        return None
    return sharing.narrow_consent(
        consent_id=consent.pk,
        agencies=set(agencies) & others,
        categories=categories,
        actor=actor,
        at=at,
    )


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
    check_asks_for_consent(case)
    case.state = CASE.next_state("record_refusal", state=case.state)
    file = entries.subject_file(case)
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
