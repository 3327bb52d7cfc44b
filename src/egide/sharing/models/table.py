"""The decision table as privacy officers changed it: one row a version, proposed by one person, decided by another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.partners.models import Account, Membership


class TableState(models.TextChoices):
    PROPOSED = "proposed", _("Waiting for a second privacy officer")
    IN_FORCE = "in_force", _("In force")
    REFUSED = "refused", _("Refused")
    SUPERSEDED = "superseded", _("Replaced")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: What acts or acted: only these have a number.
ACTED = (TableState.IN_FORCE, TableState.SUPERSEDED)

_UNDECIDED = Q(decided_by__isnull=True, decided_by_account__isnull=True, decided_at__isnull=True)
_DECIDED = Q(decided_by__isnull=False, decided_by_account__isnull=False, decided_at__isnull=False)


class TableVersion(models.Model):
    """One version of the table. Version 1 is the one shipped: it has no row, and acts while no row is in force."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    #: Given when it comes into force: what was only proposed is no version.
    number = models.PositiveIntegerField(null=True, blank=True, unique=True)
    #: The number of the version it was made from.
    based_on = models.PositiveIntegerField()
    #: Sectors, rows by basis, and what is sealed, as `rules.table.parse` reads them.
    content = models.JSONField()
    #: The cells that differ from the version it was made from: [basis, row, sector, before, after], in letters.
    changes = models.JSONField(default=list)
    #: About the table, never about a person: it is published once in force.
    reason = models.CharField(_("reason"), max_length=500)
    state = models.CharField(max_length=10, choices=TableState, default=TableState.PROPOSED)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    #: Why it was refused: for privacy officers, never published.
    decision_reason = models.CharField(_("reason of the refusal"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="sharing_table_one_in_force", fields=["state"], condition=Q(state="in_force")
            ),
            models.UniqueConstraint(
                name="sharing_table_one_open", fields=["state"], condition=Q(state="proposed")
            ),
            # Accounts and not memberships: one person with two hats is one person.
            models.CheckConstraint(
                name="sharing_table_decided_by_another",
                condition=(Q(state="proposed") & _UNDECIDED)
                | (Q(state="withdrawn") & _DECIDED & Q(decided_by_account=F("proposed_by_account")))
                | (
                    Q(state__in=["in_force", "refused", "superseded"])
                    & _DECIDED
                    & ~Q(decided_by_account=F("proposed_by_account"))
                ),
            ),
            models.CheckConstraint(
                name="sharing_table_numbered_once_it_acts",
                condition=Q(state__in=["in_force", "superseded"], number__isnull=False)
                | Q(state__in=["proposed", "refused", "withdrawn"], number__isnull=True),
            ),
            models.CheckConstraint(
                name="sharing_table_refusal_says_why",
                condition=(Q(state="refused") & ~Q(decision_reason=""))
                | (~Q(state="refused") & Q(decision_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.state}"

    @property
    def is_open(self) -> bool:
        """Whether a second privacy officer still has to decide."""
        return self.state == TableState.PROPOSED
