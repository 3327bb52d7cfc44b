"""Conflicts of interest: whom a member says they are tied to, and what was decided of a possible conflict."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Membership
from egide.sharing.relation import SealedRecord
from egide.vault.fields import SealedField, ciphertext_of


class DeclaredTie(models.Model):
    """One person a member says they are tied to: theirs alone to read, sealed under keys of its own.

    It is of the person, not of a hat: somebody's sister is their sister for whichever agency they act.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    #: JSON: {"name": …, "tie": one of `TIES`}.
    content = personal(
        SealedField(),
        purpose="to keep a member out of the case of somebody they are tied to",
        retention="until the member takes it back: its key is destroyed with it",
    )
    declared_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner", "declared_at"], name="cases_tie_of")]

    def __str__(self) -> str:
        return "declared tie"

    def sealed_record(self) -> SealedRecord:
        """Answer what was declared, sealed."""
        return SealedRecord(
            id=self.pk,
            file_id=self.pk,
            category="draft",
            holder_id=self.owner_id,
            regimes=(),
            compartment="common",
            model="cases.DeclaredTie",
            field="content",
            sealed=ciphertext_of(self.content),
        )


TIES = [
    ("relative", _("A relative")),
    ("household", _("Someone I live or lived with")),
    ("works_with", _("Someone I work for or with, or who works for me")),
    ("other", _("Someone close to me in another way")),
]


class DeclaredToken(models.Model):
    """One keyed token of a declared name: only whole words, only to be met by those of a case."""

    id = models.BigAutoField(primary_key=True)
    token = models.BinaryField(max_length=16)
    declared = models.ForeignKey(DeclaredTie, on_delete=models.CASCADE, related_name="tokens")

    class Meta:
        indexes = [models.Index(fields=["token", "declared"], name="cases_declared_token")]

    def __str__(self) -> str:
        return "name token"


class ConflictAnswer(models.Model):
    """What a coordinator decided of one possible conflict of one colleague: kept out, or set aside and why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="conflict_answers")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(
        max_length=16,
        choices=[
            ("recused", _("Kept out of the case")),
            ("other_person", _("Set aside: another person of the same name")),
            ("no_tie", _("Set aside: the tie changes nothing here")),
        ],
    )
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "account"], name="cases_conflict_answer_once")]

    def __str__(self) -> str:
        return self.answer
