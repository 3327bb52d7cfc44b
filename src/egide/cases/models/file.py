"""A file is one person in one role in one case; an entry is one piece of information in it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Agency, Membership
from egide.vault.fields import SealedField

RETENTION = "with the file: its keys are destroyed when the programme's retention ends"


class FileRole(models.TextChoices):
    VICTIM = "victim", _("Victim")
    PERSON_OF_CONCERN = "person_of_concern", _("Person of concern")
    CHILD = "child", _("Child")
    OTHER = "other_at_risk", _("Other person at risk")
    REPORTER = "reporter", _("Reporter")


class File(models.Model):
    """One person in one role in one case, sealed under its own keys.

    It is what `sharing.open_file` opens (the `SharedFile` protocol): it answers what classes of
    items it holds and hands out their sealed form, never their text.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(_("role"), max_length=20, choices=FileRole)
    #: The agency that answers for the file: the programme's lead agency.
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    name = personal(
        SealedField(),
        purpose="to recognise the person among the cases of the reader",
        retention=RETENTION,
    )
    created_at = models.DateTimeField()
    expunged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "role", "id"], name="cases_file_by_case")]
        constraints = [
            models.UniqueConstraint(
                name="cases_one_victim_per_case", fields=["case", "role"], condition=Q(role__in=["victim", "person_of_concern"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}"


class Kind(models.TextChoices):
    FACT = "fact", _("Fact observed")
    STATEMENT = "statement", _("What someone said")
    OPINION = "opinion", _("Opinion")


class Entry(models.Model):
    """The unit of information: what, of which category, seen by whom and when, held by whom, bound by what."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="entries")
    category = models.CharField(_("category"), max_length=32)
    compartment = models.CharField(max_length=12)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FACT)
    #: JSON: always {"text": …}, and the answers of the form when it came from one.
    content = personal(
        SealedField(), purpose="to keep the person safe and carry out the agreed plan", retention=RETENTION
    )
    observed_on = models.DateField(null=True, blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: Codes of the source's regimes, sorted, separated by commas: they travel with the entry.
    regimes = models.CharField(max_length=200, blank=True)
    form = models.CharField(max_length=40, blank=True, help_text="Form and version, such as safe-contact:1.")
    created_at = models.DateTimeField()
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    is_current = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(
                fields=["file", "is_current", "category", "holder", "regimes"], name="cases_entry_classes"
            ),
            models.Index(fields=["file", "form", "is_current"], name="cases_entry_form"),
        ]

    def __str__(self) -> str:
        return f"{self.category}"


class NameToken(models.Model):
    """One keyed token of one name: found only by who holds the index key, and only in scope."""

    id = models.BigAutoField(primary_key=True)
    token = models.BinaryField(max_length=16)
    is_exact = models.BooleanField()
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="name_tokens")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    #: Which side may find it: the victim's names are not in the index of the other side.
    side = models.CharField(max_length=10)

    class Meta:
        indexes = [models.Index(fields=["token", "side", "case"], name="cases_name_token")]

    def __str__(self) -> str:
        return "name token"


class Draft(models.Model):
    """What someone is typing and has not sent: theirs alone, sealed, never part of a file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=40)
    #: What the form is about: a case, or nothing yet.
    subject = models.UUIDField(null=True, blank=True)
    content = personal(
        SealedField(), purpose="so that nothing typed is lost", retention="until the form is sent, at most 30 days"
    )
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cases_draft_one_per_form", fields=["owner", "form", "subject"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.form
