"""A change of the training a programme asks: it alters who reads its cases, so it takes two administrators."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Programme
from egide.common.ids import new_id
from egide.partners.models import Account, Membership, Outcome


class TrainingChange(models.Model):
    """What a programme asks of whoever reads its cases, as it was and as it would be; see `Programme.training`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="training_changes")
    #: None: what the protocol asks.
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default=Outcome.WAITING)
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cases_training_change_two_people",
                condition=~Q(outcome="confirmed")
                | (Q(decided_by_account__isnull=False) & ~Q(decided_by_account=F("proposed_by_account"))),
            ),
            models.CheckConstraint(
                name="cases_training_change_decided_whole",
                condition=Q(outcome="", decided_by=None, decided_by_account=None, decided_at=None)
                | (
                    Q(decided_by__isnull=False, decided_by_account__isnull=False, decided_at__isnull=False)
                    & ~Q(outcome="")
                ),
            ),
            models.UniqueConstraint(
                name="cases_training_change_one_waits", fields=["programme"], condition=Q(outcome="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.programme)
