"""A request from outside to know or have what is held about somebody. It is tied to no case, on purpose."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Agency, Membership
from egide.sharing.relation import SealedRecord
from egide.vault.fields import SealedField, ciphertext_of


class InquirySide(models.TextChoices):
    """On whose behalf it is made, as far as the one who received it knows."""

    PERSON = "person", _("The person it is about")
    FOR_THEM = "for_them", _("Somebody with their written mandate")
    OTHER = "other", _("The other side, or their counsel")
    UNKNOWN = "unknown", _("Not known")


class IdentityCheck(models.TextChoices):
    """How one made sure who asks, by a channel that endangers nobody."""

    IN_PERSON = "in_person", _("Seen in person, with a document")
    CALLED_BACK = "called_back", _("Called back at a number known before")
    COUNSEL = "counsel", _("A lawyer, checked with their bar")
    NONE = "none", _("Not checked")


class Inquiry(models.Model):
    """One request received. No case, file or person of ours is named by it: its answer cannot depend on one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    side = models.CharField(_("on whose behalf"), max_length=10, choices=InquirySide)
    identity_check = models.CharField(_("identity"), max_length=12, choices=IdentityCheck)
    language = models.CharField(max_length=2, choices=[("en", "English"), ("fr", "Français")])
    content = personal(
        SealedField(),
        purpose="to answer a request, and to show that it was answered",
        retention="its own keys are destroyed two years after the answer",
    )
    answer_due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    #: When its keys were destroyed: what was written of it is nobody's any more.
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "inquiries"
        indexes = [
            models.Index(fields=["agency", "answer_due_at"], name="cases_inquiry_by_agency"),
            models.Index(
                fields=["answered_at"],
                name="cases_inquiry_to_forget",
                condition=Q(answered_at__isnull=False, forgotten_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_inquiry_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_inquiry_forgotten_after_answer",
                condition=Q(forgotten_at__isnull=True)
                | Q(answered_at__isnull=False, forgotten_at__gt=F("answered_at")),
            ),
            models.CheckConstraint(
                name="cases_inquiry_due_after_received", condition=Q(answer_due_at__gt=F("received_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side}"

    def sealed_record(self) -> SealedRecord:
        """Answer what was written of it, sealed under its own key."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category="identity.core",
            holder_id=self.agency_id,
            regimes=(),
            compartment="common",
            model="cases.Inquiry",
            field="content",
            sealed=ciphertext_of(self.content),
        )
