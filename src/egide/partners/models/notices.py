"""Mails that wait to be sent: to whom and of what kind, never about whom."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.partners.models.partners import Account


class NoticeKind(models.TextChoices):
    """What a mail may say. Each has its words in `partners.notifications`."""

    EMERGENCY_OPENED = "emergency_opened", _("An emergency access was opened")
    EMERGENCY_MISSED = "emergency_missed", _("Emergency access was asked for in vain, many times")
    CHANGE_PROPOSED = "change_proposed", _("A change waits for a second person")
    LEAD_CHANGE = "lead_change", _("Who leads a case waits for an answer, or was answered")
    TELL_PERSON = "tell_person", _("Something owed to somebody waits")
    CONFERENCE = "conference", _("A conference waits for somebody")
    CRITICAL = "critical", _("Something that cannot wait was recorded")
    TRAINING_ENDS = "training_ends", _("A training lapses soon")


class Notice(models.Model):
    """One mail to one account. Written with what it tells of, sent after it, by whichever worker comes first."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24, choices=NoticeKind)
    created_at = models.DateTimeField()
    #: Not before this: put off after a failure.
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    #: Given up: no address, an account closed since, or too many failures.
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="partners_notice_waiting",
                condition=Q(sent_at__isnull=True, dropped_at__isnull=True),
            )
        ]
        constraints = [
            models.CheckConstraint(
                name="partners_notice_ends_one_way",
                condition=Q(sent_at__isnull=True) | Q(dropped_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.kind
