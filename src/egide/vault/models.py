"""Wrapped keys. Unwrapped, they exist only in memory, for the time of one use."""

from django.db import models

COMPARTMENTS = ("common", "location", "contact", "safety", "management")


class FileKeys(models.Model):
    """The keys of one file, one for each compartment, each wrapped by the master key (RFC 3394, 40 bytes).

    A null is a destroyed key. `file_id` is the file's identifier; a draft or anything else sealed on its
    own has keys under its own identifier.
    """

    file_id = models.UUIDField(primary_key=True)
    master_id = models.CharField(max_length=16)
    common = models.BinaryField(max_length=40, null=True)
    location = models.BinaryField(max_length=40, null=True)
    contact = models.BinaryField(max_length=40, null=True)
    safety = models.BinaryField(max_length=40, null=True)
    management = models.BinaryField(max_length=40, null=True)
    shredded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "file keys"
        indexes = [models.Index(fields=["master_id", "file_id"], name="vault_by_master")]

    def __str__(self) -> str:
        return f"{self.file_id}"


class Secret(models.Model):
    """A key of the deployment (name index, ledger), wrapped by the master key: recovered with it."""

    name = models.CharField(max_length=32, primary_key=True)
    master_id = models.CharField(max_length=16)
    wrapped = models.BinaryField(max_length=40)

    def __str__(self) -> str:
        return self.name
