"""The day somebody of concern is known, or expected, to be free again."""

from django.db import models
from django.db.models import Q

from egide.cases.lifecycle import ReleaseState
from egide.cases.models.case import Case
from egide.cases.models.file import Entry
from egide.cases.models.work import Task
from egide.common.ids import new_id
from egide.partners.models import Membership


class Release(models.Model):
    """One release to come: its day, and the two tasks it makes. Where from, and what is known, is sealed in its entry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="releases")
    state = models.CharField(max_length=12, choices=ReleaseState, default=ReleaseState.AWAITED)
    expected_on = models.DateField()
    #: Said by whoever decides of it; otherwise it is only expected.
    is_known = models.BooleanField()
    #: What was said last of it: of the victim's safety plan, where somebody is in danger.
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    #: Tell who is in danger, in time before the day.
    warning = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    #: Find out, once the day has come, whether it took place.
    confirmation = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cases_one_release_awaited", fields=["case"], condition=Q(state=ReleaseState.AWAITED)
            ),
            models.CheckConstraint(
                name="cases_ended_release_has_author_and_date",
                condition=Q(state=ReleaseState.AWAITED, ended_by__isnull=True, ended_at__isnull=True)
                | (~Q(state=ReleaseState.AWAITED) & Q(ended_by__isnull=False, ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}"
