"""What people were trained in, for the agency they act for, until when; recorded by somebody else."""

from django.db import models
from django.db.models import F, Q

from egide.common.ids import new_id
from egide.partners.models.partners import Account, Membership


class TrainingRecord(models.Model):
    """One course one person completed under one hat. Corrected by withdrawing it and recording another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="training")
    #: Whose the membership is: the constraint compares people, not hats.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    #: Code of the course (`partners/data/courses.yaml`).
    course = models.CharField(max_length=40)
    completed_on = models.DateField()
    #: From this second on it is no longer valid.
    valid_until = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    #: When the person and the agency's lead were told that it lapses.
    warned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["membership", "course"],
                name="partners_training_held",
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.Index(
                fields=["valid_until", "id"],
                name="partners_training_to_warn",
                condition=Q(withdrawn_at__isnull=True, warned_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="partners_training_by_somebody_else",
                condition=~Q(account=F("recorded_by_account")),
            ),
            models.CheckConstraint(
                name="partners_training_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.course
