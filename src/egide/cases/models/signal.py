"""A health professional's report to the prosecutor (France, code pénal art. 226-14): the professional's own secret."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import SignalState
from egide.cases.models.case import Case
from egide.cases.models.file import RETENTION, File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Agency, Membership
from egide.sharing.relation import SealedRecord
from egide.vault.fields import SealedField, ciphertext_of

#: Of what kind it is: what a health professional learned.
CATEGORY = "health.general"


class Agreement(models.TextChoices):
    """Whether the adult victim agreed; without an answer of hers, why it could not be asked is written."""

    GIVEN = "given", _("She agrees")
    REFUSED = "refused", _("She was asked and does not agree")
    IMPOSSIBLE = "impossible", _("She could not be asked")


class ProsecutorReport(models.Model):
    """One report, to the prosecutor and nobody else: neither the team nor the programme's agency learns of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=SignalState, default=SignalState.WRITTEN)
    #: The door of the law it leaves by: a rule's id.
    rule = models.CharField(max_length=60)
    agreement = models.CharField(max_length=12, choices=Agreement)
    words = personal(
        SealedField(),
        purpose="to report a danger to the prosecutor, and show on what grounds it was",
        retention=RETENTION,
    )
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    #: She is told that it was made, by then at the latest; None when she agreed, or it did not leave. Where it was not
    #: safe yet, the day it is looked at again.
    tell_by = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    #: JSON: each time it was put off, the day it was, until when, and why.
    not_yet = personal(
        SealedField(null=True),
        purpose="to show why she was not told yet, and when it was looked at again",
        retention=RETENTION,
    )
    #: When the mail about the present `tell_by` was queued.
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "written_by_account"], name="cases_signal_by_author"),
            models.Index(
                fields=["written_by_account", "tell_by"],
                name="cases_signal_to_tell",
                condition=Q(told_at__isnull=True, tell_by__isnull=False),
            ),
            models.Index(
                fields=["tell_by", "id"],
                name="cases_signal_to_remind",
                condition=Q(told_at__isnull=True, reminded_at__isnull=True, tell_by__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_signal_left_has_a_moment",
                condition=Q(state=SignalState.LEFT, left_at__isnull=False)
                | (~Q(state=SignalState.LEFT) & Q(left_at__isnull=True, tell_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="cases_signal_unagreed_is_told",
                condition=~Q(state=SignalState.LEFT)
                | Q(agreement=Agreement.GIVEN)
                | Q(tell_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.state

    def sealed_record(self, field: str = "words") -> SealedRecord:
        """Answer its words, sealed with her file; opened for who wrote them alone.

        Args:
            field: `words`; or `not_yet`, once something was written there.
        """
        return SealedRecord(
            id=self.pk,
            file_id=self.file_id,
            category=CATEGORY,
            holder_id=self.agency_id,
            regimes=("fr-secret",),
            compartment="common",
            model="cases.ProsecutorReport",
            field=field,
            sealed=ciphertext_of(getattr(self, field)),
        )
