"""A team's audit of itself against a written standard, each year. It speaks of how a team works: no person, no score."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Programme, programmes_of
from egide.cases.rules import standard_file
from egide.common.ids import new_id
from egide.common.scoping import ScopedQuerySet
from egide.partners.models import Account, Membership


class AuditWord(models.TextChoices):
    """What a team says of one statement. They are not points: nothing adds them up."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


def a_year_after(day: date) -> date:
    """Answer the same day of the next year; of 29 February, the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


class SelfAuditQuerySet(ScopedQuerySet["SelfAudit"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """A programme's own team sees its audits; nobody else: they are not a measure of it for others."""
        return self.none() if actor is None else self.filter(programme__in=programmes_of(actor))


class SelfAudit(models.Model):
    """One audit of one programme's team. Two people sign the same answers; then nothing of it changes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="self_audits")
    #: The standard as it was: its file may say something else by next year.
    text = models.JSONField()
    began_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    #: Grows with each answer, so that nobody signs what they did not see.
    revision = models.PositiveIntegerField(default=0)
    signed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigned_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    objects = SelfAuditQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["programme", "-began_at"], name="cases_self_audit_list")]
        constraints = [
            models.UniqueConstraint(
                name="cases_self_audit_one_open",
                fields=["programme"],
                condition=Q(countersigned_at__isnull=True),
            ),
            models.CheckConstraint(
                name="cases_self_audit_signed_whole",
                condition=Q(signed_by=None, signed_by_account=None, signed_at=None)
                | Q(signed_by__isnull=False, signed_by_account__isnull=False, signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_self_audit_two_people",
                condition=Q(countersigned_by=None, countersigned_by_account=None, countersigned_at=None)
                | (
                    Q(
                        countersigned_by__isnull=False,
                        countersigned_by_account__isnull=False,
                        countersigned_at__isnull=False,
                        signed_at__isnull=False,
                    )
                    & ~Q(countersigned_by_account=F("signed_by_account"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.programme)

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("cases:audit", args=[self.pk])

    @property
    def standard(self) -> standard_file.Standard:
        """The standard it was made against."""
        return standard_file.parse(self.text)

    @property
    def is_open(self) -> bool:
        """Whether its answers may still change: two people have not signed it yet."""
        return self.countersigned_at is None

    @property
    def next_on(self) -> date | None:
        """The day the next one is due: a year after two people had signed this one."""
        if self.countersigned_at is None:
            return None
        return a_year_after(timezone.localdate(self.countersigned_at))


class AuditAnswer(models.Model):
    """What a team says of one statement: a word, what shows it, and what will be done. An answer replaced is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    audit = models.ForeignKey(SelfAudit, on_delete=models.CASCADE, related_name="answers")
    statement = models.CharField(max_length=30)
    word = models.CharField(max_length=16, choices=AuditWord)
    #: Of the team's work, about nobody: the page says so where it is written.
    evidence = models.TextField(_("evidence"), max_length=4000)
    action = models.TextField(_("improvement"), max_length=2000, blank=True, default="")
    action_owner = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action_due_on = models.DateField(null=True, blank=True)
    action_done_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    action_done_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["action_due_on", "id"],
                name="cases_audit_action_open",
                condition=Q(is_current=True, action_due_on__isnull=False, action_done_at__isnull=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                name="cases_audit_answer_one_stands",
                fields=["audit", "statement"],
                condition=Q(is_current=True),
            ),
            models.CheckConstraint(name="cases_audit_answer_word", condition=Q(word__in=AuditWord.values)),
            models.CheckConstraint(name="cases_audit_answer_has_evidence", condition=~Q(evidence="")),
            models.CheckConstraint(
                name="cases_audit_action_has_owner_and_date",
                condition=Q(action="", action_owner=None, action_due_on=None)
                | (~Q(action="") & Q(action_owner__isnull=False, action_due_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="cases_audit_not_met_has_action", condition=~Q(word="not_met") | ~Q(action="")
            ),
            models.CheckConstraint(
                name="cases_audit_action_done_whole",
                condition=Q(action_done_by=None, action_done_at=None)
                | (Q(action_done_by__isnull=False, action_done_at__isnull=False) & ~Q(action="")),
            ),
        ]

    def __str__(self) -> str:
        return self.statement
