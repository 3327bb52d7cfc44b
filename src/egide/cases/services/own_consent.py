"""Consent of a child, or of anybody else at risk, for their own file: given, withdrawn, refused (ADR 26).

It opens more of that one file to agencies that work on the case already. It brings none to the case, opens nothing of
anybody else, and what the law lets be shared of a child without consent stays what it is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, Entry, File
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.work import TaskKind
from egide.cases.rules import of_age
from egide.cases.services import cascading, consenting, deadlines, entries
from egide.cases.services.locking import check_is_open, lock_case
from egide.cases.services.people import added_file
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.disclosures import record_disclosure
from egide.sharing.models import Consent
from egide.sharing.queries import active_assignments
from egide.sharing.rules.policies import policies

#: The law of school records: a parent signs, or the student from 18 (K: it acts where a deployment had it read).
SCHOOL_LAW, SCHOOL_RULE, SCHOOL_RECORD = "us-ferpa", "us-ferpa-consent", "education.record"


def givers_of(file: File, *, at: datetime) -> tuple[str, ...]:
    """Answer who may say yes for the person of a file today."""
    return of_age.givers(
        is_child=file.role == FileRole.CHILD, of_age_from=file.of_age_from, on=timezone.localdate(at)
    )


def may_receive(case: Case) -> list[Agency]:
    """Answer the agencies such a consent may name: those that work on the case now, whatever lets them."""
    working = active_assignments().filter(case_id=case.pk).order_by().values("agency")
    others = Agency.objects.filter(pk__in=working).exclude(pk=case.programme.lead_agency_id)
    return list(others.order_by("code"))


def check_given(
    file: File, consent: Mapping[str, Any], giver: str, *, actor: Membership, at: datetime
) -> None:
    """Refuse what is no consent of this person; asked before it is recorded, and when it is.

    Args:
        consent: the fields of `sharing.services.give_consent` other than file, case, actor and time.
        giver: who said yes, and by what right.
    Raises:
        Refused: that is so.
    """
    if consent.get("given_by") not in givers_of(file, at=at):
        raise Refused(_("This is not somebody who may consent for this person today."))
    if consent["given_by"] != "self" and not giver.strip():
        raise Refused(_("Write who consents, and by what right."))
    if of_age.outlasts_minority(
        given_by=consent["given_by"],
        of_age_from=file.of_age_from,
        ends_on=timezone.localdate(consent["expires_at"]),
        on=timezone.localdate(at),
    ):
        raise Refused(
            _("Give it an end before the person comes of age: from then on they decide themselves.")
        )
    agencies = sharing.check_consent(actor=actor, at=at, **consent)
    working = {one.pk for one in may_receive(file.case)} | {file.case.programme.lead_agency_id}
    if not {one.pk for one in agencies} <= working:
        raise Refused(
            _("Name only agencies that work on this case: this consent opens one file, not the case.")
        )
    is_of_school = SCHOOL_RECORD in consent["categories"] and any(
        SCHOOL_LAW in one.regimes for one in [*agencies, actor.agency]
    )
    if consent["given_by"] == "minor" and is_of_school and SCHOOL_RULE in policies().ids:
        raise Refused(_("For school records the law asks for a parent, or for the student once of age."))


@transaction.atomic
def give_own_consent(
    *,
    case_id: UUID,
    file_id: UUID,
    consent: Mapping[str, Any],
    giver: str,
    actor: Membership,
    at: datetime,
    replacing: Collection[UUID] | None = None,
) -> Consent:
    """Record consent for one person's own file, in place of theirs in force. Who gave it is sealed in the file.

    Args:
        consent, giver: see `check_given`. replacing: theirs in force, as they were shown to the actor.
    Raises:
        NotVisible: no such person. PermissionDenied: see `check_can_support`. Refused: see `check_given`.
    """
    case, file = _locked(case_id, file_id, actor)
    check_is_open(case)
    check_given(file, consent, giver, actor=actor, at=at)
    ended = cascading.about_to_end(file=file, at=at)
    consenting.check_unchanged(ended, replacing)
    sharing.end_consents(file_id=file.pk, how="replaced", actor=actor, at=at)
    given = sharing.give_consent(
        actor=actor, file_id=file.pk, case_id=case.pk, at=at, is_to_take_part=False, **consent
    )
    entries.write_entry(
        file=file,
        category="consent.record",
        kind=Kind.STATEMENT,
        text=giver.strip(),
        data={"given_by": given.given_by, "consent": str(given.pk)},
        form="consent-giver:1",
        actor=actor,
        at=at,
    )
    _tell_named(case, file, given, actor, at)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    _ask_again(file, given, actor, at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.own_consent_given",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"given_by": given.given_by},
    )
    return given


def _locked(case_id: UUID, file_id: UUID, actor: Membership) -> tuple[Case, File]:
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    return case, added_file(case, file_id)


def _tell_named(case: Case, file: File, given: Consent, actor: Membership, at: datetime) -> None:
    """To each agency it names, it is a disclosure from now on."""
    for agency in given.recipients.order_by("code"):
        if agency.pk != case.programme.lead_agency_id:
            record_disclosure(
                actor=actor,
                file=file,
                categories=given.categories,
                method="share",
                basis="consent",
                purpose=given.purposes[0],
                recipient=agency,
                consent=given,
                at=at,
            )


def _ask_again(file: File, given: Consent, actor: Membership, at: datetime) -> None:
    """It never lapses unseen; and who spoke for themselves once of age is not asked for having come of age."""
    due_at = max(given.expires_at - consenting.ASKED_AGAIN, at + (given.expires_at - at) / 2)
    deadlines.set_own_deadline(file=file, kind=TaskKind.OWN_CONSENT, at=at, due_at=due_at, actor=actor)
    if given.given_by == "self":
        deadlines.end_own_deadline(file=file, kind=TaskKind.COMES_OF_AGE, actor=actor, at=at, outcome="done")


@transaction.atomic
def withdraw_own_consent(
    *,
    case_id: UUID,
    file_id: UUID,
    actor: Membership,
    at: datetime,
    agencies: Collection[UUID] = (),
    categories: Collection[str] = (),
    replacing: Collection[UUID] | None = None,
) -> Case:
    """Record that consent for one person's own file is withdrawn, whole or in part; the case goes on as it was.

    Args:
        agencies, categories, replacing: as for `consenting.withdraw_consent`.
    Raises:
        NotVisible, PermissionDenied. Refused: no consent is in force, or it is not the one that was shown.
    """
    case, file = _locked(case_id, file_id, actor)
    ended = cascading.about_to_end(file=file, at=at)
    if not ended:
        raise Refused(_("No consent is in force."))
    consenting.check_unchanged(ended, replacing)
    left = [consenting.withdraw_one(one, case, agencies, categories, actor=actor, at=at) for one in ended]
    if not any(left):
        deadlines.end_own_deadline(file=file, kind=TaskKind.OWN_CONSENT, actor=actor, at=at)
    cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.consent_withdrawn",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"is_partial": any(left)},
    )
    return case


@transaction.atomic
def refuse_own_consent(
    *, case_id: UUID, file_id: UUID, words: str, still_done: Sequence[str], actor: Membership, at: datetime
) -> Entry:
    """Record that a person does not consent for their own file: what consent opened of it ends; the case goes on.

    Raises:
        NotVisible, PermissionDenied. Refused: the case is closed.
    """
    case, file = _locked(case_id, file_id, actor)
    check_is_open(case)
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
    for kind in (TaskKind.OWN_CONSENT, *_asked_of(file, at)):
        deadlines.end_own_deadline(file=file, kind=kind, actor=actor, at=at, outcome="done")
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.consent_refused", actor=actor, target=case, at=at, subject=file.pk)
    return entry


def _asked_of(file: File, at: datetime) -> tuple[str, ...]:
    """A person of age who says no has been asked themselves."""
    is_asked = of_age.is_of_age(file.of_age_from, on=timezone.localdate(at))
    return (TaskKind.COMES_OF_AGE,) if is_asked else ()


def end_others(case: Case, *, how: str, actor: Membership, at: datetime) -> None:
    """End what everybody else than whom the case is about consented to: the case ends. The caller saves the case."""
    standing = Consent.objects.filter(
        case_id=case.pk, is_to_take_part=False, withdrawn_at__isnull=True, expires_at__gt=at
    )
    files = File.objects.filter(pk__in=standing.order_by().values("file_id")).order_by("created_at", "pk")
    for file in files:
        file.case = case
        ended = cascading.about_to_end(file=file, at=at)
        sharing.end_consents(file_id=file.pk, how=how, actor=actor, at=at)
        cascading.tell_recipients(case=case, file=file, ended=ended, actor=actor, at=at)
