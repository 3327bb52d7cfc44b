"""A piece of finished work that a supervisor read and returned, and what who did it answered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import SupervisionState
from egide.cases.models.case import Case
from egide.cases.models.file import Entry, File
from egide.cases.models.work import Closure, Plan, Task
from egide.common.ids import new_id
from egide.partners.models import Account, Membership

#: Forms of the two texts, each kept in the file with the category of the work it is about.
REASONS, ANSWER = "supervision:1", "supervision-answer:1"


class WorkKind(models.TextChoices):
    """What can be returned: work that is finished."""

    ASSESSMENT = "assessment", _("Assessment")
    PLAN = "plan", _("Plan")
    CLOSURE = "closure", _("Closing of the case")


class How(models.TextChoices):
    """What who did the work answers."""

    NEW_VERSION = "new_version", _("I made a new version")
    STANDS = "stands", _("I stand by it")


class Supervision(models.Model):
    """One round: returned with reasons, answered once, then accepted or returned again. Both texts are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="supervisions")
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=WorkKind)
    assessment = models.ForeignKey(
        "assessments.Assessment", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    closure = models.ForeignKey(Closure, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=12, choices=SupervisionState, default=SupervisionState.WAITING)
    #: The round before this one, when the work was returned again.
    former = models.OneToOneField("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    #: Whose the memberships are: the constraints compare people, not hats.
    author_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    reasons = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    returned_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    returned_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField()
    due_at = models.DateTimeField()
    #: What waits for it: the author's answer, then the reading of it.
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    how = models.CharField(max_length=12, choices=How, blank=True)
    answer = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "returned_at"], name="cases_supervision_by_case"),
            models.Index(fields=["-returned_at", "-id"], name="cases_supervision_by_date"),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_supervision_of_one_work",
                condition=Q(kind="assessment", assessment__isnull=False, plan=None, closure=None)
                | Q(kind="plan", plan__isnull=False, assessment=None, closure=None)
                | Q(kind="closure", closure__isnull=False, assessment=None, plan=None),
            ),
            models.CheckConstraint(
                name="cases_supervision_not_by_its_author",
                condition=~Q(returned_by_account=F("author_account"))
                & (Q(settled_by_account__isnull=True) | ~Q(settled_by_account=F("author_account"))),
            ),
            models.CheckConstraint(
                name="cases_supervision_answered_whole",
                condition=Q(answered_at__isnull=True, how="", answer__isnull=True)
                | Q(answered_at__isnull=False, how="new_version")
                | Q(answered_at__isnull=False, how="stands", answer__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_supervision_settled_whole",
                condition=Q(
                    state__in=["waiting", "answered"],
                    settled_at__isnull=True,
                    settled_by__isnull=True,
                    settled_by_account__isnull=True,
                )
                | (
                    Q(state__in=["accepted", "again", "taken_back"])
                    & Q(settled_at__isnull=False, settled_by__isnull=False, settled_by_account__isnull=False)
                ),
            ),
            *(
                models.UniqueConstraint(
                    name=f"cases_supervision_{work}_once",
                    fields=[work],
                    condition=Q(state__in=["waiting", "answered"]),
                )
                for work in ("assessment", "plan", "closure")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
