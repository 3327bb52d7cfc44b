"""A danger told without saying who the person is: where no law lets their file be opened to avert it."""

from django.db import models
from django.db.models import F, Q

from egide.cases.models.case import Case
from egide.cases.models.file import File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Agency, Membership
from egide.sharing.relation import SealedRecord
from egide.sharing.rules.categories import compartment_of
from egide.vault.fields import SealedField, ciphertext_of

#: Whoever reads the signs of danger of a file reads what was told of them.
CATEGORY = "threat.indicators"


class DangerReport(models.Model):
    """Facts of a danger for one agency: written by one person, checked by another, and nothing of the file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    words = personal(
        SealedField(),
        purpose="to account for what was told of a danger",
        retention="with the file: its keys are destroyed when the programme's retention ends",
    )
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    is_cleared = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["case", "written_at"], name="cases_danger_by_case")]
        constraints = [
            models.CheckConstraint(
                name="cases_danger_checked_by_another",
                condition=Q(
                    checked_by__isnull=True,
                    checked_by_account__isnull=True,
                    checked_at__isnull=True,
                    is_cleared=False,
                )
                | (
                    Q(checked_by__isnull=False, checked_by_account__isnull=False, checked_at__isnull=False)
                    & ~Q(checked_by_account=F("written_by_account"))
                ),
            )
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
            model="cases.DangerReport",
            field="words",
            sealed=ciphertext_of(self.words),
            meta={"form": "danger:1"},
        )
