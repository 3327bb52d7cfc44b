"""What modules above use: open, explain, consent, assign, recuse, disclose."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.common.errors import NotVisible, PermissionDenied
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.consents import (
    check_consent,
    end_consent,
    end_consents,
    give_consent,
    narrow_consent,
    record_refusal,
    withdraw_consent,
)
from egide.sharing.disclosures import record_disclosure
from egide.sharing.hats import purpose_of
from egide.sharing.models import Assignment, Consent
from egide.sharing.opening import (
    ClassDecision,
    FileView,
    OpenedItem,
    decide_classes,
    open_files,
    open_private,
    open_privates,
)
from egide.sharing.queries import ASSIGNABLE_ROLES
from egide.sharing.recusals import name_substitute, recuse, unrecuse
from egide.sharing.relation import ItemClass, Page, SealedRecord, SharedFile
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
    "check_consent",
    "end_assignment",
    "end_assignments",
    "end_consent",
    "end_consents",
    "explain",
    "give_consent",
    "name_substitute",
    "narrow_consent",
    "open_file",
    "open_files",
    "open_names",
    "open_own_draft",
    "open_own_inquiry",
    "open_own_record",
    "open_records",
    "open_records_of_files",
    "open_team_words",
    "purpose_of",
    "record_disclosure",
    "record_refusal",
    "recuse",
    "unrecuse",
    "withdraw_consent",
    "withheld_error",
]


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


def open_records_of_files(
    *,
    actor: Membership,
    files: Sequence[SharedFile],
    purpose: str,
    at: datetime,
    records: Sequence[SealedRecord],
) -> list[OpenedItem]:
    """Open sealed values of files of several cases, kept elsewhere, with one trace a file; those withheld are left out.

    Args:
        files: already within the actor's scope.
    """
    if not records:
        return []
    try:
        view = open_files(
            actor=actor,
            files=files,
            purpose=purpose,
            at=at,
            records=records,
            with_items=False,
            is_list=True,
            is_traced_each=True,
        )
    except NotVisible:
        return []
    return view.items


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


def open_team_words(*, actor: Membership, rows: Sequence[Any]) -> list[str]:
    """Open what the people of an agency wrote of their own work: part of no file, and read in that agency alone.

    Raises:
        NotVisible: another agency wrote one of them.
    """
    if any(row.agency_id != actor.agency_id for row in rows):
        raise NotVisible
    return [str(content.get("text", "")) for content in open_privates([row.sealed_record() for row in rows])]


def withheld_error(view: FileView, category: str) -> Exception:
    """Answer the error to raise when an action needs a category the reader does not get."""
    for one in view.withheld:
        if one.category == category and one.texts:
            return PermissionDenied(one.texts[0])
    return NotVisible()


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


def end_assignment(*, case_id: UUID, agency: Agency, at: datetime) -> bool:
    """End one agency's work on a case; False when it does not work on it. The caller records why in the ledger."""
    mine = Assignment.objects.filter(case_id=case_id, agency=agency, ends_at__isnull=True)
    return bool(mine.update(ends_at=at))


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
