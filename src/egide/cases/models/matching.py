"""Two files that may be of one person, and what people said of it. Nothing of either file is copied or changed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case, Programme
from egide.cases.models.file import File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Agency, Membership
from egide.sharing.relation import SealedRecord
from egide.vault.fields import SealedField, ciphertext_of


class SameAnswer(models.TextChoices):
    """What somebody says of two files."""

    SAME = "same", _("The same person")
    NOT_SAME = "not_same", _("Not the same person")
    NOT_SURE = "not_sure", _("Not sure")


class SamePerson(models.Model):
    """One question: are these two files of one person? Answered "the same", it links them; nothing else changes.

    It belongs to the agency that leads both cases: no other sees it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: In the order of their identifiers, so that a pair has one row.
    first = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    first_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    second_case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    #: When it was found, or asked again because something of who they are changed.
    asked_at = models.DateTimeField()
    #: The latest answer that stands: what `SamePersonAnswer` says, kept here for the list.
    answer = models.CharField(max_length=8, choices=SameAnswer, blank=True, default="")
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["agency", "answer", "asked_at", "id"], name="cases_same_person_list"),
            models.Index(fields=["second", "first"], name="cases_same_person_second"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="cases_same_person_once"),
            models.CheckConstraint(name="cases_same_person_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="cases_same_person_two_cases", condition=~Q(first_case=F("second_case"))
            ),
            models.CheckConstraint(
                name="cases_same_person_answer_has_author_and_date",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (Q(answer__in=SameAnswer.values, answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"


class SamePersonAnswer(models.Model):
    """What one person answered, and why; or that a link was undone. Kept, whatever comes after."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pair = models.ForeignKey(SamePerson, on_delete=models.CASCADE, related_name="answers")
    answer = models.CharField(max_length=8, choices=[*SameAnswer.choices, ("undone", _("Unlinked"))])
    #: Sealed under a key of its own: in the file of one, its readers would learn of the other.
    reason = personal(
        SealedField(),
        purpose="so that colleagues see why two files are, or are not, of one person",
        retention="with the two files",
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: Said of what was known before; the question was asked anew since.
    is_past = models.BooleanField(default=False)
    #: The answer "the same" that it takes back.
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )

    class Meta:
        indexes = [models.Index(fields=["pair", "at"], name="cases_same_answers")]
        constraints = [
            models.CheckConstraint(
                name="cases_same_answer_undoes_one",
                condition=Q(answer="undone", undoes__isnull=False)
                | Q(answer__in=SameAnswer.values, undoes__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.answer

    def sealed_record(self) -> SealedRecord:
        """Answer why, sealed under its own key."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category="conference.record",
            holder_id=self.agency_id,
            regimes=(),
            compartment="common",
            model="cases.SamePersonAnswer",
            field="reason",
            sealed=ciphertext_of(self.reason),
        )


class SamePersonSearch(models.Model):
    """How far the cases of a programme were looked through for the same people, in the order they came."""

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, primary_key=True, related_name="+")
    last_case_id = models.UUIDField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.programme_id}"
