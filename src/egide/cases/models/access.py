"""A person asks for what their own file holds: the request, and what is decided of each thing the file holds."""

from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import AccessState
from egide.cases.models.case import Case
from egide.cases.models.file import RETENTION, File, codes_of
from egide.cases.models.work import Task
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Membership
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault.fields import SealedField, ciphertext_of

#: Where and how it may be handed over is what contact is safe: whoever may reach the person reads it.
CATEGORY = "contact.safe"


class AskedBy(models.TextChoices):
    PERSON = "person", _("The person themselves")
    REPRESENTATIVE = "representative", _("Somebody who may lawfully speak for them")


class Identified(models.TextChoices):
    """How one made sure who asks; by a channel that endangers nobody, or there is no request."""

    IN_PERSON = "in_person", _("Seen in person, with a document")
    CALLED_BACK = "called_back", _("Called back by the safe way known before")


class HandedOver(models.TextChoices):
    """The ways an answer may leave. A letter is none of them: somebody else may open it."""

    IN_PERSON = "in_person", _("In person, from hand to hand")
    SAFE_WAY = "safe_way", _("By the safe way the person named, to them alone")


class Reply(models.TextChoices):
    """What the answer is, once the file was read."""

    GIVE = "give", _("Give what the law allows")
    NEITHER = "neither", _("Say neither yes nor no: even that a file exists would put somebody in danger")


class AccessRequest(models.Model):
    """One person asks, about their own file alone; two people read it before anything is handed over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=AccessState, default=AccessState.RECEIVED)
    asked_by = models.CharField(max_length=16, choices=AskedBy)
    identified = models.CharField(max_length=12, choices=Identified)
    way = models.CharField(max_length=12, choices=HandedOver)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("fr", "Français")])
    #: What was asked, who speaks for the person and by what paper, where and how it may be handed over.
    words = personal(
        SealedField(),
        purpose="to answer the person, safely, and show that they were answered",
        retention=RETENTION,
    )
    #: What the second reader wrote to the first, when it was sent back.
    note = personal(
        SealedField(null=True),
        purpose="to say what must change before it is handed over",
        retention=RETENTION,
    )
    #: Who holds these words, and by what law: the agency that led when they were written, whoever leads later.
    holder = models.ForeignKey("partners.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    regimes = models.CharField(max_length=200, blank=True, default="", db_default="")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    #: Which clock says until when (`sharing/data/access.yaml`).
    clock = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    reply = models.CharField(max_length=8, choices=Reply, blank=True)
    first_reader = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_reader_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    second_reader = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_reader_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    handed_over_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Each reading is made of what was shown: a form sent over another reading is refused.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["case", "-received_at"], name="cases_access_by_case")]
        constraints = [
            models.CheckConstraint(
                name="cases_access_read_by_another",
                condition=Q(second_reader__isnull=True, second_reader_account__isnull=True)
                | (
                    Q(second_reader__isnull=False, first_reader_account__isnull=False)
                    & ~Q(second_reader_account=F("first_reader_account"))
                ),
            ),
            models.CheckConstraint(
                name="cases_access_ready_is_read_twice",
                condition=~Q(state__in=[AccessState.READY, AccessState.HANDED_OVER])
                | (Q(second_reader__isnull=False, decided_at__isnull=False) & ~Q(reply="")),
            ),
            models.CheckConstraint(
                name="cases_access_handed_over_whole",
                condition=Q(
                    state=AccessState.HANDED_OVER, handed_over_at__isnull=False, handed_over_by__isnull=False
                )
                | (
                    ~Q(state=AccessState.HANDED_OVER)
                    & Q(handed_over_at__isnull=True, handed_over_by__isnull=True)
                ),
            ),
            models.UniqueConstraint(
                name="cases_access_one_at_a_time",
                fields=["file"],
                condition=~Q(state__in=[AccessState.HANDED_OVER, AccessState.WITHDRAWN]),
            ),
        ]

    def __str__(self) -> str:
        return self.state

    def sealed_records(self) -> list[SealedRecord]:
        """Answer its words, and those of the second reader; the agency that received the request holds them."""
        found = [("words", self.words, "access:1"), ("note", self.note, "access-note:1")]
        return [
            SealedRecord(
                id=self.pk,
                file_id=self.file_id,
                category=CATEGORY,
                holder_id=self.holder_id or self.case.programme.lead_agency_id,
                regimes=codes_of(self.regimes),
                compartment=compartment_of(CATEGORY),
                model="cases.AccessRequest",
                field=name,
                sealed=ciphertext_of(sealed),
                meta={"form": form},
            )
            for name, sealed, form in found
            if sealed is not None
        ]


class Given(models.TextChoices):
    """What is done of one thing the file holds."""

    WHOLE = "whole", _("Give it as it is")
    PART = "part", _("Give a part of it")
    WITHHELD = "withheld", _("Keep it back")


class AccessItem(models.Model):
    """One thing of the file, and what the first reader gives of it. What has no row is kept back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(AccessRequest, on_delete=models.CASCADE, related_name="items")
    #: The entry, or the assessment.
    source = models.UUIDField()
    category = models.CharField(max_length=32)
    holder = models.ForeignKey("partners.Agency", on_delete=models.PROTECT, related_name="+")
    #: Codes of the laws that bind the source, as it carries them.
    regimes = models.CharField(max_length=200, blank=True)
    given = models.CharField(max_length=10, choices=Given)
    #: Why something is kept back: a ground of `sharing/data/access.yaml`.
    ground = models.CharField(max_length=40, blank=True)
    #: The words given instead of the whole, when it is a part.
    words = personal(SealedField(null=True), purpose="to show what the person was given", retention=RETENTION)
    #: The second reader did not agree.
    is_returned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cases_access_item_once", fields=["request", "source"]),
            models.CheckConstraint(
                name="cases_access_kept_back_has_a_ground",
                condition=Q(given=Given.WHOLE, ground="") | (~Q(given=Given.WHOLE) & ~Q(ground="")),
            ),
            models.CheckConstraint(
                name="cases_access_part_has_words",
                condition=Q(given=Given.PART, words__isnull=False)
                | (~Q(given=Given.PART) & Q(words__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.given

    def sealed_record(self, *, file_id: UUID, is_served: bool = True) -> SealedRecord:
        """Answer the words given of a part: read by whoever may read the whole.

        Args:
            is_served: False when the whole is an order that nobody has served yet.
        """
        return SealedRecord(
            id=self.pk,
            file_id=file_id,
            category=self.category,
            holder_id=self.holder_id,
            regimes=tuple(self.regimes.split(",")) if self.regimes else (),
            compartment=compartment_of(self.category),
            model="cases.AccessItem",
            field="words",
            sealed=ciphertext_of(self.words),
            meta={"form": "access-part:1"},
            is_served=is_served,
        )
