"""A proposal that another agency lead a case."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from egide.cases.lifecycle import LeadChangeState
from egide.cases.models.case import Case, Programme, programmes_of
from egide.cases.models.file import Entry
from egide.common.ids import new_id
from egide.common.scoping import ScopedQuerySet
from egide.partners.models import Account, Membership
from egide.sharing import queries as sharing


class LeadChangeQuerySet(ScopedQuerySet["LeadChange"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """Those of the two programmes' teams; the one asked, of cases it may see. Recused, nothing."""
        if actor is None:
            return self.none()
        own = programmes_of(actor)
        seen = Case.objects.visible_to(actor).order_by().values("pk")
        mine = Q(from_programme__in=own) | Q(to_programme__in=own, case__in=seen)
        return self.filter(mine).filter(sharing.not_recused(actor, case_ref="case"))


class LeadChange(models.Model):
    """Proposed by who leads, answered by a coordinator of the agency asked; the reason is an entry of the file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="lead_changes")
    from_programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    to_programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=LeadChangeState, default=LeadChangeState.PROPOSED)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    objects = LeadChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["from_programme", "proposed_at"], name="cases_lead_change_from")]
        constraints = [
            models.UniqueConstraint(
                name="cases_lead_change_one_waiting", fields=["case"], condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="cases_lead_change_two_programmes", condition=~Q(from_programme=F("to_programme"))
            ),
            models.CheckConstraint(
                name="cases_lead_change_answered_whole",
                condition=Q(
                    state="proposed",
                    answered_by__isnull=True,
                    answered_by_account__isnull=True,
                    answered_at__isnull=True,
                )
                | (
                    Q(
                        answered_by__isnull=False,
                        answered_by_account__isnull=False,
                        answered_at__isnull=False,
                    )
                    & ~Q(state="proposed")
                ),
            ),
            models.CheckConstraint(
                name="cases_lead_change_two_people",
                condition=~Q(state="accepted") | ~Q(proposed_by_account=F("answered_by_account")),
            ),
        ]

    def __str__(self) -> str:
        return self.state
