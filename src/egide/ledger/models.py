"""Entries as they were written, their place in the tree, and the signed heads. Triggers refuse change."""

from django.db import models
from django.db.models.functions import Now


class Entry(models.Model):
    """One thing done, read or refused. `body` is the truth; the other columns only find it again."""

    id = models.BigAutoField(primary_key=True)
    body = models.TextField()
    subject = models.UUIDField(null=True)
    actor = models.UUIDField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(
                fields=["subject", "id"], name="ledger_by_subject", condition=models.Q(subject__isnull=False)
            ),
            models.Index(
                fields=["actor", "id"], name="ledger_by_actor", condition=models.Q(actor__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Pending(models.Model):
    """Entries committed and not yet placed in the tree; written with them, emptied by the sequencer."""

    entry_id = models.BigIntegerField(primary_key=True)
    #: Keyed over number and body (`waiting.mark_of`): only what bears it is placed.
    mark = models.BinaryField(max_length=16)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "pending"

    def __str__(self) -> str:
        return f"{self.entry_id}"


class Leaf(models.Model):
    """The place of one entry in the tree."""

    index = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    hash = models.BinaryField(max_length=32)
    #: Keyed over index, entry and hash: it tells which leaf was touched, to those who hold the key.
    mac = models.BinaryField(max_length=16)

    class Meta:
        verbose_name_plural = "leaves"

    def __str__(self) -> str:
        return f"{self.index}"


class Checkpoint(models.Model):
    """A signed head of the tree, with the edge that lets it grow."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size}"
