"""The bytes of documents, sealed in parts beside their entry; and what was brought and not added yet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from egide.cases.models.case import Case
from egide.cases.models.file import RETENTION, Entry
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Membership
from egide.sharing.relation import SealedRecord
from egide.vault.fields import SealedField, ciphertext_of
from egide.vault.services import SealContext, Sealer

#: Entries that are documents, and those that say that one was withdrawn.
FORM, WITHDRAWN = "document:1", "document-withdrawn:1"
#: Bytes of one part; the last one is filled up with zeros, so that rows do not tell the size.
PART_BYTES = 64 * 1024
_MODEL = "cases.DocumentPart"


class PendingDocument(models.Model):
    """What somebody brought and has not confirmed: theirs alone, under keys of its own, part of no file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    #: The document it is a new version of.
    former = models.ForeignKey(Entry, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    #: JSON: what was typed, what was read in the file, what was left out of it.
    content = personal(
        SealedField(),
        purpose="so that what is left out of a file is read before it is added",
        retention="until it is added or given up, at most a day",
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="cases_pending_by_owner"),
            models.Index(fields=["created_at"], name="cases_pending_by_date"),
        ]

    def __str__(self) -> str:
        return "pending document"

    def sealed_record(self) -> SealedRecord:
        """Answer what was typed and read, sealed."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category="draft",
            holder_id=self.owner.agency_id,
            regimes=(),
            compartment="common",
            model="cases.PendingDocument",
            field="content",
            sealed=ciphertext_of(self.content),
        )


class DocumentPart(models.Model):
    """One part of the bytes of a document, sealed: it opens at its place in that document and nowhere else."""

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, null=True, blank=True, related_name="parts")
    pending = models.ForeignKey(
        PendingDocument, on_delete=models.CASCADE, null=True, blank=True, related_name="parts"
    )
    number = models.PositiveSmallIntegerField()
    data = personal(
        SealedField(), purpose="to keep what shows what happened or what was decided", retention=RETENTION
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cases_part_of_one_document",
                condition=Q(entry__isnull=False, pending__isnull=True)
                | Q(entry__isnull=True, pending__isnull=False),
            ),
            models.UniqueConstraint(name="cases_part_once", fields=["entry", "number"]),
            models.UniqueConstraint(name="cases_pending_part_once", fields=["pending", "number"]),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


def _place(number: int, content: Mapping[str, Any]) -> str:
    """Say where a part stands: which of how many, in a document of how many bytes. It is bound to its seal."""
    return f"data:{number}:{content['parts']}:{content['size']}"


def part_count(size: int) -> int:
    """Answer how many parts so many bytes make."""
    return -(-size // PART_BYTES)


def sealed_parts(
    data: bytes, *, sealer: Sealer, compartment: str, row: UUID, content: Mapping[str, Any]
) -> Iterator[tuple[int, bytes]]:
    """Yield the number of each part and its sealed bytes.

    Args:
        row: the entry, or what waits. content: what it says of its bytes: `size` and `parts`.
    """
    for number in range(int(content["parts"])):
        piece = data[number * PART_BYTES : (number + 1) * PART_BYTES].ljust(PART_BYTES, b"\0")
        place = SealContext(model=_MODEL, field=_place(number, content), row=row)
        yield number, sealer.seal(compartment, piece, place)


def part_records(record: SealedRecord, rows: Sequence[Any], content: Mapping[str, Any]) -> list[SealedRecord]:
    """Answer the parts of an opened entry as values to open, in the order they are numbered.

    Args:
        rows: number and sealed bytes, as stored.
    """
    return [
        SealedRecord(
            id=record.id,
            file_id=record.file_id,
            category=record.category,
            holder_id=record.holder_id,
            regimes=record.regimes,
            compartment=record.compartment,
            model=_MODEL,
            field=_place(place, content),
            sealed=ciphertext_of(sealed),
            is_served=record.is_served,
        )
        for place, (_number, sealed) in enumerate(rows)
    ]
