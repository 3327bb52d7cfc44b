"""Documents: brought, read again by who brought them, added to a file, replaced, withdrawn with a reason."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, DocumentPart, Entry, File, PendingDocument
from egide.cases.models.document import FORM, WITHDRAWN, part_count, part_records, sealed_parts
from egide.cases.models.file import ORDERS_CATEGORY
from egide.cases.services import deadlines, drafting, entries, noting
from egide.cases.services.locking import check_is_open, lock_case
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import attachments
from egide.uploads.inspecting import Inspected
from egide.vault import services as vault
from egide.vault.models import FileKeys
from egide.vault.services import Sealer

#: How long what was brought waits for who brought it. Ours (O).
WAITS = timedelta(hours=24)
#: How many may wait for one person; the oldest gives way. Ours (O).
MOST_WAITING = 4
#: The longest title and name of a file, in characters.
LONGEST_TITLE, LONGEST_NAME = 120, 200


@dataclass(frozen=True)
class Said:
    """What is said of a document by who brings it."""

    file_id: UUID
    category: str
    title: str
    text: str
    dated_on: date | None = None
    #: An order made without notice, not served yet: hidden from the side it binds until it is.
    is_unserved: bool = False


@dataclass(frozen=True)
class Brought:
    """A file as it came: made anew, and what it was called and was before."""

    made: Inspected
    name: str
    original: bytes

    def facts(self) -> dict[str, Any]:
        """Answer what the entry keeps of it, sealed: enough to tell later which original it was made from."""
        return {
            "type": self.made.kind.code,
            "size": len(self.made.data),
            "parts": part_count(len(self.made.data)),
            "pages": self.made.pages,
            "width": self.made.width,
            "height": self.made.height,
            "name": self.name[-LONGEST_NAME:],
            "original_size": len(self.original),
            "original_sha256": hashlib.sha256(self.original).hexdigest(),
        }


@dataclass(frozen=True)
class Waiting:
    """What waits for who brought it, opened."""

    pending: PendingDocument
    content: Mapping[str, Any]
    data: bytes


def _checked(said: Said, case: Case, actor: Membership, at: datetime) -> File:
    """Answer the file it would go in.

    Raises:
        NotVisible, PermissionDenied, Refused: as a note (`noting.add_note`); or its title or description is missing.
    """
    permissions.check_can_contribute(actor, case)
    file = noting.known_file(case, said.file_id, actor=actor, at=at)
    check_is_open(case)
    if said.category not in noting.NOTE_CATEGORIES:
        raise Refused(_("Choose what kind of information this is."))
    if not said.title.strip() or not said.text.strip():
        raise Refused(_("Say what the document is, and what it shows."))
    if said.is_unserved and said.category != ORDERS_CATEGORY:
        raise Refused(_("Only an order waits to be served."))
    if said.dated_on is not None and said.dated_on > timezone.localdate(at):
        raise Refused(_("The date of the document is in the future."))
    return file


@transaction.atomic
def bring(
    *,
    case_id: UUID,
    said: Said,
    brought: Brought,
    actor: Membership,
    at: datetime,
    former_id: UUID | None = None,
) -> PendingDocument:
    """Keep what was brought until who brought it has read what was left out, sealed under keys of its own.

    Args:
        former_id: the document this is a new version of; its file and its kind of information stay.
    Raises:
        NotVisible, PermissionDenied, Refused: see `_checked` and `_former`.
    """
    case = lock_case(case_id, actor=actor)
    former = None if former_id is None else _former(case, former_id, actor)
    if former is not None:
        said = replace(
            said, file_id=former.file_id, category=former.category, is_unserved=not former.is_served
        )
    _checked(said, case, actor, at)
    _make_room(actor)
    made = PendingDocument(id=new_id(), owner=actor, case=case, former=former, created_at=at)
    sealer = vault.create_file_keys(file_id=made.pk)
    facts = brought.facts()
    made.content = entries.seal_json(
        {
            **facts,
            "about": str(said.file_id),
            "category": said.category,
            "title": said.title.strip()[:LONGEST_TITLE],
            "text": said.text.strip(),
            "dated_on": said.dated_on.isoformat() if said.dated_on else "",
            "is_unserved": said.is_unserved,
            "removed": [list(pair) for pair in brought.made.removed],
        },
        file_id=made.pk,
        compartment="common",
        row=made.pk,
        model="cases.PendingDocument",
        sealer=sealer,
    )
    made.save(force_insert=True)
    _keep_parts(brought.made.data, facts, sealer, "common", row=made.pk, pending=made)
    return made


def _keep_parts(
    data: bytes, content: Mapping[str, Any], sealer: Sealer, compartment: str, *, row: UUID, **of: Any
) -> None:
    parts = sealed_parts(data, sealer=sealer, compartment=compartment, row=row, content=content)
    DocumentPart.objects.bulk_create(
        (DocumentPart(number=number, data=sealed, **of) for number, sealed in parts), batch_size=100
    )


def _make_room(actor: Membership) -> None:
    waiting = PendingDocument.objects.filter(owner=actor).order_by("-pk").values_list("pk", flat=True)
    _forget(list(waiting[MOST_WAITING - 1 :]))


def _forget(pks: list[UUID]) -> None:
    """Destroy the keys of what waited, then its rows."""
    FileKeys.objects.filter(pk__in=pks).delete()
    PendingDocument.objects.filter(pk__in=pks).delete()


def _former(case: Case, entry_id: UUID, actor: Membership) -> Entry:
    """Answer a document of the case that the actor's agency brought and that is still the current one.

    Raises:
        NotVisible: there is none for this actor. Refused: another one took its place.
    """
    found = Entry.objects.filter(pk=entry_id, file__case=case, form=FORM, agency=actor.agency_id)
    entry = found.select_related("holder").order_by().first()
    if entry is None:
        raise NotVisible
    if not entry.is_current:
        raise Refused(_("Another version took its place, or it was withdrawn. Reload the page to see."))
    return entry


def waiting(*, case_id: UUID, pending_id: UUID, actor: Membership) -> Waiting:
    """Open what the actor brought to a case and has not added.

    Raises:
        NotVisible: there is none, or it is somebody else's.
    """
    found = PendingDocument.objects.select_related("owner").filter(pk=pending_id, case=case_id, owner=actor)
    pending = found.order_by().first()
    if pending is None:
        raise NotVisible

    def parts(content: Mapping[str, Any]) -> Any:
        rows = pending.parts.order_by("number").values_list("number", "data")
        return part_records(pending.sealed_record(), list(rows), content)

    content, data = attachments.open_own_upload(actor=actor, upload=pending, parts=parts)
    return Waiting(pending, content, data)


#: What of what was read stays with the document; what was left out of it is nowhere.
_KEPT = (
    "title",
    "type",
    "size",
    "parts",
    "pages",
    "width",
    "height",
    "name",
    "original_size",
    "original_sha256",
)


@transaction.atomic
def add_document(*, case_id: UUID, pending_id: UUID, actor: Membership, at: datetime) -> Entry:
    """Add what was brought to its file, sealed under the file's keys, held by the actor's agency as any entry.

    Raises:
        NotVisible, PermissionDenied, Refused: as when it was brought: everything is asked again.
    """
    case = lock_case(case_id, actor=actor)
    found = waiting(case_id=case.pk, pending_id=pending_id, actor=actor)
    content, pending = found.content, found.pending
    former = None if pending.former_id is None else _former(case, pending.former_id, actor)
    said = Said(
        UUID(content["about"]),
        content["category"],
        content["title"],
        content["text"],
        date.fromisoformat(content["dated_on"]) if content["dated_on"] else None,
        # Of a new version it is asked of the former one: it may have been served meanwhile.
        content["is_unserved"] if former is None else not former.is_served,
    )
    file = _checked(said, case, actor, at)
    sealer = vault.sealer(file.pk)
    entry = entries.write_entry(
        file=file,
        category=said.category,
        kind="",
        text=said.text,
        data={name: content[name] for name in _KEPT},
        observed_on=said.dated_on,
        form=FORM,
        holder=former.holder if former else None,
        replaces=former,
        sealer=sealer,
        is_served=not said.is_unserved,
        actor=actor,
        at=at,
    )
    _keep_parts(found.data, content, sealer, entry.compartment, row=entry.pk, entry=entry)
    _forget([pending.pk])
    drafting.drop_draft(form=draft_form(pending.former_id), subject=case.pk, actor=actor)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.document_replaced" if former else "cases.document_added",
        actor=actor,
        target=entry,
        at=at,
        subject=file.pk,
        details={"category": said.category},
    )
    return entry


def draft_form(former_id: UUID | None) -> str:
    """Answer the name of the form whose draft keeps what is said of a document, or of its new version."""
    return f"document-{former_id.hex}" if former_id else "document"


@transaction.atomic
def give_up(*, case_id: UUID, pending_id: UUID, actor: Membership) -> None:
    """Destroy what was brought and not added; it was part of no file.

    Raises:
        NotVisible: there is none, or it is somebody else's.
    """
    found = PendingDocument.objects.filter(pk=pending_id, case=case_id, owner=actor).order_by()
    if not found.exists():
        raise NotVisible
    _forget([pending_id])


@transaction.atomic
def withdraw_document(
    *, case_id: UUID, entry_id: UUID, title: str, reason: str, actor: Membership, at: datetime
) -> Entry:
    """Withdraw a document: nobody opens it any more, and why takes its place. Only the agency that brought it does.

    Args:
        title: what it was called, as the actor read it.
    Raises:
        NotVisible: there is none for this actor. Refused: no reason, or it is not the current one.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    former = _former(case, entry_id, actor)
    file = noting.known_file(case, former.file_id, actor=actor, at=at)
    check_is_open(case)
    if not reason.strip():
        raise Refused(_("Write why it is withdrawn."))
    entry = entries.write_entry(
        file=file,
        category=former.category,
        kind="",
        text=reason.strip(),
        data={"title": title},
        form=WITHDRAWN,
        holder=former.holder,
        replaces=former,
        is_served=former.is_served,
        actor=actor,
        at=at,
    )
    ledger.record(
        action="cases.document_withdrawn",
        actor=actor,
        target=former,
        at=at,
        subject=file.pk,
        details={"category": former.category},
    )
    return entry


@transaction.atomic
def drop_old(*, at: datetime) -> int:
    """Destroy what nobody added within a day; answers how many."""
    old = PendingDocument.objects.filter(created_at__lt=at - WAITS).order_by("pk")
    found = list(old.values_list("pk", flat=True)[:1000])
    _forget(found)
    return len(found)
