"""One document, opened for one reader: what is said of it, and its bytes when they are asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from egide.cases.models import Case, DocumentPart, File
from egide.cases.models.document import FORM, part_records
from egide.common.errors import NotVisible
from egide.partners.models import Membership
from egide.sharing import attachments
from egide.sharing import services as sharing
from egide.sharing.relation import SealedRecord


@dataclass(frozen=True)
class Found:
    """A document as its reader has it."""

    case: Case
    file: File
    attached: attachments.Attached

    @property
    def item(self) -> sharing.OpenedItem:
        return self.attached.item

    @property
    def data(self) -> bytes:
        return self.attached.data

    @property
    def basis(self) -> str:
        """On what the reader has it: `none` for what their own agency holds."""
        basis = self.attached.decided.decision.basis
        return "none" if basis == "holder" else basis


def open_document(
    *, case_id: UUID, entry_id: UUID, actor: Membership, at: datetime, bytes_of: Collection[str] = ()
) -> Found:
    """Open a current document of a case.

    Args:
        bytes_of: the types whose bytes are wanted too.
    Raises:
        NotVisible: absent, withdrawn, replaced, withheld, or of a case that is not the actor's to see: one answer.
    """
    file = (
        File.objects.filter(case__in=Case.objects.visible_to(actor).filter(pk=case_id), entries=entry_id)
        .select_related("case__programme__lead_agency")
        .order_by()
        .first()
    )
    record = file.record_of(entry_id, FORM) if file else None
    if file is None or record is None:
        raise NotVisible

    def parts(content: Mapping[str, Any]) -> Sequence[SealedRecord] | None:
        if content["type"] not in bytes_of:
            return None
        rows = DocumentPart.objects.filter(entry=entry_id).order_by("number").values_list("number", "data")
        return part_records(record, list(rows), content)

    attached = attachments.open_attached(
        actor=actor,
        file=file,
        record=record,
        purpose=sharing.purpose_of(actor),
        at=at,
        parts=parts,
    )
    return Found(file.case, file, attached)
