"""Emergency access (domain §7.3): who may, what was opened, and what was asked for and not there."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Membership
from egide.vault.fields import SealedField


class EmergencyUser(models.Model):
    """A person who may open a file in an emergency, named beforehand by a privacy officer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="sharing_emergency_user_once", fields=["membership"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="sharing_emergency_user_named_by_another", condition=~Q(membership=F("named_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}"


class EmergencyAccess(models.Model):
    """One case opened by one named person because a life is at risk now: four hours, renewed once, reviewed always."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField()
    #: The file the reason is sealed with: the victim's.
    file_id = models.UUIDField()
    reason = personal(
        SealedField(),
        purpose="to review why a file was opened without being assigned to it",
        retention="with the file: its keys are destroyed when the programme's retention ends",
    )
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    renewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    renewed_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=10,
        blank=True,
        choices=[
            ("justified", _("Justified")),
            ("training", _("Training needed")),
            ("misuse", _("Misuse")),
        ],
    )

    class Meta:
        indexes = [
            models.Index(fields=["membership", "ends_at"], name="sharing_emergency_of"),
            models.Index(fields=["reviewed_at", "review_due_at"], name="sharing_emergency_review"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_emergency_renewed_by_another",
                condition=Q(renewed_by__isnull=True, renewed_at__isnull=True)
                | (Q(renewed_by__isnull=False, renewed_at__isnull=False) & ~Q(renewed_by=F("membership"))),
            ),
            models.CheckConstraint(
                name="sharing_emergency_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True, outcome="")
                | (
                    Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(reviewed_by=F("membership"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}"


class EmergencyMiss(models.Model):
    """A named person asked for a case that is not there, or not for them. What was typed is not kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    missed_at = models.DateTimeField()
    #: The privacy officers were told of the stop this one is a part of; a stop is told once.
    told_at = models.DateTimeField(null=True, blank=True)
    #: A privacy officer asked the person, and lets them try again.
    forgiven_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    forgiven_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["membership", "missed_at"], name="sharing_emergency_missed")]
        constraints = [
            models.CheckConstraint(
                name="sharing_emergency_miss_forgiven_by_another",
                condition=Q(forgiven_by__isnull=True, forgiven_at__isnull=True)
                | (Q(forgiven_by__isnull=False, forgiven_at__isnull=False) & ~Q(forgiven_by=F("membership"))),
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}"
