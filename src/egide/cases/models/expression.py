"""Words of belief or opinion that came with a threat: kept only where the threat cannot be understood without them.

Source: domain/information-sharing.md §2 (`belief.expression`), domain/instruments.md §4 (behaviour, not identity).
"""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case
from egide.cases.models.file import Entry, File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Membership
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault.fields import SealedField, ciphertext_of

CATEGORY = "belief.expression"
#: The form of an entry that says what was threatened.
THREAT = "threat"


class ExpressionState(models.TextChoices):
    WAITING = "waiting", _("Waits for a second person")
    KEPT = "kept", _("Kept in the file")
    DESTROYED = "destroyed", _("Not kept: the words were destroyed")


class ExpressionQuerySet(models.QuerySet["Expression"]):
    def waiting(self) -> Self:
        return self.filter(state=ExpressionState.WAITING)


class Expression(models.Model):
    """Words somebody asks to keep, tied to one threat; until a second person agrees, they are in no file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    #: The threat they came with.
    threat = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    #: The words and why they are needed; None once they were moved to the file, or destroyed.
    words = personal(
        SealedField(null=True),
        purpose="to understand a threat that cannot be understood otherwise",
        retention="until a second person decides; then with the file, or destroyed at once",
    )
    state = models.CharField(max_length=10, choices=ExpressionState, default=ExpressionState.WAITING)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    objects = ExpressionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["case", "written_at"], name="cases_expression_by_case")]
        constraints = [
            models.CheckConstraint(
                name="cases_expression_second_person",
                condition=Q(answered_by_account__isnull=True)
                | ~Q(answered_by_account=F("written_by_account")),
            ),
            models.CheckConstraint(
                name="cases_expression_answered_leaves_no_words",
                condition=Q(state="waiting", answered_at__isnull=True, words__isnull=False)
                | (~Q(state="waiting") & Q(answered_at__isnull=False, words__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def sealed_record(self, *, holder_id: object) -> SealedRecord:
        """Answer its words, sealed with the file."""
        return SealedRecord(
            id=self.pk,
            file_id=self.file_id,
            category=CATEGORY,
            holder_id=holder_id,  # type: ignore[arg-type]
            regimes=tuple(sorted(set(self.written_by.agency.regimes))),
            compartment=compartment_of(CATEGORY),
            model="cases.Expression",
            field="words",
            sealed=ciphertext_of(self.words),
            meta={"form": "expression:1"},
        )
