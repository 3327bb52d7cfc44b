"""Assessments, whose every figure is sealed, and the rights under which instruments are used."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.assessments.lifecycle import Certificate, ImportState, State
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Account, Agency, Membership
from egide.vault.fields import SealedField

#: Compartment, model name and categories under which an assessment is sealed and asked for.
COMPARTMENT = "common"
SEALED_MODEL = "assessments.Assessment"
SUMMARY_CATEGORY = "risk.assessment.summary"
ANSWERS_CATEGORY = "risk.assessment.answers"
_RETENTION = "with the file: its keys are destroyed when the programme's retention ends"


class KeptDefinition(models.Model):
    """The very text an assessment was made with, by its own digest: kept for ever, whatever replaces it.

    A definition, or the card of a tool used elsewhere. Nothing in it is about a person.
    """

    #: SHA-256 of `content`, in hexadecimal: a text that is not this one has another row.
    digest = models.CharField(max_length=64, primary_key=True)
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=40, blank=True)
    is_card = models.BooleanField(default=False)
    content = models.TextField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="assessments_kept_text_is_there", condition=~Q(content="")),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"


class InstrumentRight(models.Model):
    """The right to use one version of one instrument: without it the instrument is inactive."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    note = models.TextField(_("right to use"))
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assessments_one_right_per_version", fields=["instrument", "version"]
            ),
            models.CheckConstraint(name="assessments_right_says_why", condition=~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"


class InstrumentImport(models.Model):
    """One version of an instrument brought in by one person, used only once a second one approved it.

    The statement of rights is sealed with what it is about: `seal` is of both, and the ledger names it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    content = models.TextField()
    rights = models.TextField()
    seal = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.PROPOSED)
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    #: Whose the memberships are: the constraint compares people, not hats.
    proposed_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assessments_one_version_imported",
                fields=["instrument", "version"],
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.CheckConstraint(
                name="assessments_import_says_the_right", condition=~Q(rights="") & ~Q(content="")
            ),
            models.CheckConstraint(
                name="assessments_import_answered_whole",
                condition=Q(state="proposed", decided_at__isnull=True, decided_by_account__isnull=True)
                | (~Q(state="proposed") & Q(decided_at__isnull=False, decided_by_account__isnull=False)),
            ),
            models.CheckConstraint(
                name="assessments_import_takes_two",
                condition=~Q(state="approved") | ~Q(decided_by_account=F("proposed_by_account")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == ImportState.PROPOSED


class AssessmentQuerySet(models.QuerySet["Assessment"]):
    def of_file(self, file_id: UUID) -> Self:
        """Keep the assessments of one file, which the caller fetched within the actor's scope."""
        return self.filter(file_id=file_id)

    def completed(self) -> Self:
        """Keep those in force: neither drafts nor replaced."""
        return self.filter(state=State.COMPLETED)


class Assessment(models.Model):
    """One person's scoring of one instrument about one file, with their own judgement.

    No figure and no judgement is in clear: `summary` holds raw, unknown, low, high, band, judgement and
    reason; `answers` holds each item's answer, note and source. Only `sharing` opens them. Nothing outside this
    module reads a figure to decide, to sort or to open: `tests/assessments/test_nothing_depends_on_a_score.py`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_id = models.UUIDField(db_index=True)
    file_id = models.UUIDField()
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    assessor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: Codes of the source's regimes, sorted, separated by commas: they travel with the assessment.
    regimes = models.CharField(max_length=200, blank=True)
    scored_at = models.DateTimeField()
    #: The text it was made with, and is read with for ever.
    definition = models.ForeignKey(
        KeptDefinition, on_delete=models.PROTECT, null=True, blank=True, related_name="assessments"
    )
    #: A result of a tool used elsewhere: what it gave, and none of its items.
    is_result = models.BooleanField(default=False)
    #: Whether the assessor says they held a valid certificate; None when nobody said.
    certificate_valid = models.BooleanField(null=True)
    #: What the records of training said of the assessor that day; empty when the tool asks for none.
    certificate = models.CharField(max_length=10, choices=Certificate, blank=True)
    #: The norms shown beside the result when it was recorded.
    norm_set = models.CharField(max_length=40, blank=True)
    second_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="second_scores"
    )
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    summary = personal(
        SealedField(),
        purpose="to agree on the danger and on what to do about it",
        retention=_RETENTION,
    )
    answers = personal(
        SealedField(),
        purpose="to check a score, and to know what is still unknown",
        retention=_RETENTION,
    )
    objects = AssessmentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["file_id", "scored_at", "id"], name="assessments_by_file"),
            models.Index(fields=["-scored_at", "-id"], name="assessments_by_date"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="assessments_one_second_score",
                fields=["second_of"],
                condition=Q(state=State.COMPLETED, second_of__isnull=False),
            ),
            models.CheckConstraint(
                name="assessments_not_second_of_itself",
                condition=Q(second_of__isnull=True) | ~Q(second_of=F("id")),
            ),
            models.CheckConstraint(
                name="assessments_not_in_place_of_itself",
                condition=Q(replaces__isnull=True) | ~Q(replaces=F("id")),
            ),
            models.CheckConstraint(name="assessments_known_state", condition=Q(state__in=State.values)),
            models.CheckConstraint(
                name="assessments_known_certificate",
                condition=Q(certificate="") | Q(certificate__in=Certificate.values),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.version}"

    @property
    def regime_codes(self) -> tuple[str, ...]:
        """The regimes that travel with it."""
        return split_regimes(self.regimes)


def join_regimes(codes: Iterable[str]) -> str:
    """Keep regimes in one column: sorted, each once."""
    return ",".join(sorted(set(codes)))


def split_regimes(joined: str) -> tuple[str, ...]:
    """Answer the regimes of one column."""
    return tuple(code for code in joined.split(",") if code)
