"""A document: an entry with bytes beside it. Decided as the entry, opened with it, whole or not at all."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing.opened import ClassDecision, OpenedItem
from egide.sharing.opening import open_files, open_private, unseal_parts
from egide.sharing.relation import SealedRecord, SharedFile
from egide.vault import errors

log = logging.getLogger(__name__)
#: Given what an entry says of its bytes, the sealed parts of them, in order; None when they are not asked for.
Parts = Callable[[Mapping[str, Any]], Sequence[SealedRecord] | None]


@dataclass(frozen=True)
class Attached:
    """One entry, opened for one reader with the decision that opened it; and its bytes, when they were asked for."""

    item: OpenedItem
    decided: ClassDecision
    data: bytes = b""


def open_attached(
    *,
    actor: Membership,
    file: SharedFile,
    record: SealedRecord,
    purpose: str,
    at: datetime,
    parts: Parts,
) -> Attached:
    """Open one entry of a file and the bytes `parts` asks for: one decision, one trace, which names the document.

    Raises:
        NotVisible: the reader does not get it; that it is withheld and that it is not there are one answer.
        Damaged, Shredded, KeyUnavailable: nothing is answered rather than a part.
    """
    with transaction.atomic():  # a document that does not open whole was not opened: no trace says it was
        view = open_files(
            actor=actor,
            files=[file],
            purpose=purpose,
            at=at,
            records=[record],
            with_items=False,
            names={"document": record.id},
        )
        found = next(iter(view.items), None)
        wanted = parts(found.content) if found else None
        data = _joined(wanted, record, found.content) if found and wanted is not None else b""
    if found is None:  # said after the trace is kept: somebody asked for this document and did not get it
        raise NotVisible
    return Attached(found, view.classes[0], data)


def open_own_upload(*, actor: Membership, upload: Any, parts: Parts) -> tuple[Mapping[str, Any], bytes]:
    """Open what the actor brought and has not added to a file yet: theirs alone, part of no file.

    Raises:
        NotVisible: it is someone else's, or was brought under another hat.
    """
    if upload.owner_id != actor.pk:
        raise NotVisible
    record = upload.sealed_record()
    content = open_private(record)
    return content, _joined(parts(content) or (), record, content)


def _joined(parts: Sequence[SealedRecord], record: SealedRecord, content: Mapping[str, Any]) -> bytes:
    """Answer the bytes, whole: each part opens only at its place among so many of so long a document."""
    same_place = all(
        part.item_class == record.item_class and part.compartment == record.compartment for part in parts
    )
    data = b"".join(unseal_parts(parts)) if same_place and len(parts) == content.get("parts") else b""
    size = int(content.get("size", 0))
    if not size or len(data) < size or data[size:].strip(b"\0"):
        log.error("a document is not whole: %s row %s", record.model, record.id)
        raise errors.Damaged(errors.DAMAGED)
    return data[:size]
