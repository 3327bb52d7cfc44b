"""What modules above use: open, explain, consent, assign, recuse, disclose."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.disclosures import record_disclosure
from egide.sharing.hats import purpose_of
from egide.sharing.models import Assignment, Consent, ConsentRecipient
from egide.sharing.opening import (
    ClassDecision,
    FileView,
    OpenedItem,
    decide_classes,
    open_files,
    open_private,
)
from egide.sharing.queries import ASSIGNABLE_ROLES
from egide.sharing.recusals import name_substitute, recuse, unrecuse
from egide.sharing.relation import ItemClass, Page, SealedRecord, SharedFile
from egide.sharing.rules.categories import STORED
from egide.sharing.rules.decision import PURPOSES
from egide.sharing.rules.levels import Level

__all__ = [
    "ASSIGNABLE_ROLES",
    "ClassDecision",
    "FileView",
    "ItemClass",
    "Level",
    "OpenedItem",
    "Page",
    "SealedRecord",
    "SharedFile",
    "assign",
    "end_assignments",
    "end_consents",
    "explain",
    "give_consent",
    "name_substitute",
    "open_file",
    "open_files",
    "open_names",
    "open_own_draft",
    "open_own_inquiry",
    "open_own_record",
    "open_records",
    "purpose_of",
    "record_disclosure",
    "record_refusal",
    "recuse",
    "unrecuse",
    "withdraw_consent",
    "withheld_error",
]

#: A consent lasts at most this long; the law read asks for a reasonable limit, the number is ours (O).
LONGEST_CONSENT = timedelta(days=366)


def open_file(
    *,
    actor: Membership,
    file: SharedFile,
    purpose: str,
    at: datetime,
    only: Collection[str] | None = None,
    page: Page | None = None,
) -> FileView:
    """Open one file. See `open_files`."""
    return open_files(actor=actor, files=[file], purpose=purpose, at=at, only=only, page=page)


def open_records(
    *,
    actor: Membership,
    file: SharedFile,
    purpose: str,
    at: datetime,
    records: Sequence[SealedRecord],
    category: str = "",
) -> list[OpenedItem]:
    """Open sealed values of a file kept elsewhere; those withheld are left out."""
    if not records:
        return []
    only = {category} if category else None
    return open_files(
        actor=actor, files=[file], purpose=purpose, at=at, records=records, only=only, with_items=False
    ).items


def explain(
    *,
    actor: Membership,
    file: SharedFile,
    purpose: str,
    at: datetime,
    records: Sequence[SealedRecord] = (),
) -> list[ClassDecision]:
    """Answer "what will they see?": the same decisions as opening, for any membership, unsealing nothing.

    Raises:
        NotVisible: that membership may not know of the file.
    """
    return decide_classes(actor=actor, files=[file], purpose=purpose, at=at, records=records)


def open_names(*, actor: Membership, files: Sequence[Any], purpose: str, at: datetime) -> dict[UUID, str]:
    """Open the short names of files of several cases, for a list; those withheld are left out.

    Args:
        files: with a sealed `name_record()`; already within the actor's scope.
    """
    if not files:
        return {}
    records = [file.name_record() for file in files]
    try:
        view = open_files(
            actor=actor, files=files, purpose=purpose, at=at, records=records, with_items=False, is_list=True
        )
    except NotVisible:
        return {}
    return {item.file_id: item.text for item in view.items}


def open_own_draft(*, actor: Membership, draft: Any) -> Mapping[str, Any]:
    """Open what the actor was typing: theirs alone, part of no file, so no decision but whose it is.

    Raises:
        NotVisible: it is someone else's, or typed under another hat.
    """
    if draft.owner_id != actor.pk:
        raise NotVisible
    return open_private(draft.sealed_record())


def open_own_record(*, actor: Membership, account_id: UUID, record: SealedRecord) -> Mapping[str, Any]:
    """Open what a person wrote for themselves, under whichever hat: part of no file, so no decision but whose it is.

    Raises:
        NotVisible: it is someone else's.
    """
    if account_id != actor.account_id:
        raise NotVisible
    return open_private(record)


def open_own_inquiry(*, actor: Membership, inquiry: Any) -> Mapping[str, Any]:
    """Open what a request from outside says: for the agency that received it, and part of no file.

    Raises:
        NotVisible: another agency received it.
    """
    if inquiry.agency_id != actor.agency_id:
        raise NotVisible
    return open_private(inquiry.sealed_record())


def withheld_error(view: FileView, category: str) -> Exception:
    """Answer the error to raise when an action needs a category the reader does not get."""
    for one in view.withheld:
        if one.category == category and one.texts:
            return PermissionDenied(one.texts[0])
    return NotVisible()


@transaction.atomic
def give_consent(
    *,
    actor: Membership,
    file_id: UUID,
    case_id: UUID,
    at: datetime,
    recipients: Collection[UUID],
    categories: Collection[str],
    purposes: Collection[str],
    expires_at: datetime,
    form: str,
    language: str,
    text_version: str,
    capacity_confirmed: bool,
    free_choice_confirmed: bool,
    interpreter_used: bool = False,
    copy_given: bool = False,
    given_by: str = "self",
    guardian_is_alleged_abuser: bool = False,
) -> Consent:
    """Record one informed consent; the agency that asks is always one of those it names.

    Raises:
        Refused: it names nobody or nothing, has no reasonable end, or was not free and informed.
    """
    agencies = list(Agency.objects.filter(pk__in={*recipients}).order_by("code"))
    if len(agencies) != len(set(recipients)) or not agencies:
        raise Refused(_("Name at least one agency that may receive the information."))
    if not categories or not set(categories) <= set(STORED):
        raise Refused(_("Choose what may be shared."))
    if not purposes or not set(purposes) <= set(PURPOSES):
        raise Refused(_("Choose what it may be shared for."))
    if not at < expires_at <= at + LONGEST_CONSENT:
        raise Refused(_("Give the consent an end, within a year."))
    if not capacity_confirmed:
        raise Refused(_("Confirm that the person understood. Without that there is no consent."))
    if not free_choice_confirmed:
        raise Refused(_("Confirm that the person was told: help does not depend on saying yes."))
    if given_by == "guardian" and guardian_is_alleged_abuser:
        raise Refused(_("A guardian who may be the abuser cannot consent for the person."))
    if form not in dict(Consent._meta.get_field("form").flatchoices):
        raise Refused(_("Say how the consent was given."))
    if form == "verbal" and any({"us-vawa", "us-ferpa"} & set(a.regimes) for a in [*agencies, actor.agency]):
        raise Refused(_("An agency concerned is bound by a law that asks for consent in writing."))
    consent = Consent.objects.create(
        file_id=file_id,
        case_id=case_id,
        categories=sorted(categories),
        purposes=sorted(purposes),
        given_at=at,
        expires_at=expires_at,
        form=form,
        language=language,
        text_version=text_version,
        capacity_confirmed=True,
        free_choice_confirmed=True,
        interpreter_used=interpreter_used,
        copy_given=copy_given,
        given_by=given_by,
        explained_by=actor,
    )
    named = {agency.pk for agency in agencies} | {actor.agency_id}
    ConsentRecipient.objects.bulk_create(
        ConsentRecipient(consent=consent, agency_id=pk) for pk in sorted(named)
    )
    ledger.record(
        action="sharing.consent_given",
        actor=actor,
        target=consent,
        at=at,
        subject=file_id,
        counts={"recipients": len(named), "categories": len(set(categories))},
        details={"form": form, "language": language, "text": text_version},
    )
    return consent


@transaction.atomic
def withdraw_consent(*, consent_id: UUID, actor: Membership, at: datetime) -> Consent:
    """Withdraw a consent: from this moment it opens nothing, for anyone, and partners leave the case.

    The caller has checked that the actor may act on the case.

    Raises:
        NotVisible: there is none. Refused: it was withdrawn already.
    """
    consent = Consent.objects.select_for_update().filter(pk=consent_id).order_by().first()
    if consent is None:
        raise NotVisible
    if consent.withdrawn_at is not None:
        raise Refused(_("This consent was already withdrawn."))
    consent.withdrawn_at, consent.withdrawn_recorded_by = at, actor
    consent.save(update_fields=["withdrawn_at", "withdrawn_recorded_by"])
    ended = Assignment.objects.filter(consent=consent, ends_at__isnull=True).update(ends_at=at)
    ledger.record(
        action="sharing.consent_withdrawn",
        actor=actor,
        target=consent,
        at=at,
        subject=consent.file_id,
        counts={"assignments_ended": ended},
    )
    return consent


def end_consents(*, file_id: UUID, actor: Membership, at: datetime) -> int:
    """End every consent of a file that stands: the case closed, or a new one takes their place; answers how many.

    A consent left standing would open beside the next one what the person no longer agrees to.
    """
    standing = Consent.objects.filter(file_id=file_id, withdrawn_at__isnull=True, expires_at__gt=at).order_by(
        "given_at"
    )
    ended = [
        withdraw_consent(consent_id=pk, actor=actor, at=at) for pk in standing.values_list("pk", flat=True)
    ]
    return len(ended)


@transaction.atomic
def record_refusal(*, actor: Membership, file_id: UUID, case_id: UUID, at: datetime) -> None:
    """Record that consent was refused: whatever was in force ends now."""
    end_consents(file_id=file_id, actor=actor, at=at)
    ledger.record(
        action="sharing.consent_refused", actor=actor, target=f"cases.case:{case_id}", at=at, subject=file_id
    )


@transaction.atomic
def assign(
    *,
    case_id: UUID,
    agency: Agency,
    side: str,
    actor: Membership,
    at: datetime,
    consent: Consent | None = None,
) -> Assignment:
    """Make an agency work on a case, as long as the consent it rests on; a former assignment is replaced.

    Raises:
        ValueError: there is no such side.
    """
    if side not in dict(Assignment._meta.get_field("side").flatchoices):
        raise ValueError(f"no such side: {side}")
    Assignment.objects.filter(case_id=case_id, agency=agency, ends_at__isnull=True).update(ends_at=at)
    made = Assignment.objects.create(case_id=case_id, agency=agency, side=side, consent=consent, starts_at=at)
    ledger.record(
        action="sharing.assigned",
        actor=actor,
        target=f"cases.case:{case_id}",
        at=at,
        details={"agency_id": agency.pk, "side": side},
    )
    return made


@transaction.atomic
def end_assignments(*, case_id: UUID, actor: Membership, at: datetime) -> int:
    """End every agency's work on a case; answers how many there were."""
    ended = Assignment.objects.filter(case_id=case_id, ends_at__isnull=True).update(ends_at=at)
    if ended:
        ledger.record(
            action="sharing.assignments_ended",
            actor=actor,
            target=f"cases.case:{case_id}",
            at=at,
            counts={"assignments": ended},
        )
    return ended
