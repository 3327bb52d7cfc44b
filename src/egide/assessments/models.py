"""Assessments, whose every figure is sealed, and the rights under which instruments are used."""

from collections.abc import Iterable
from typing import Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.assessments.lifecycle import State
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Agency, Membership
from egide.vault.fields import SealedField

#: Compartment, model name and categories under which an assessment is sealed and asked for.
COMPARTMENT = "common"
SEALED_MODEL = "assessments.Assessment"
SUMMARY_CATEGORY = "risk.assessment.summary"
ANSWERS_CATEGORY = "risk.assessment.answers"
_RETENTION = "with the file: its keys are destroyed when the programme's retention ends"


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
    reason; `answers` holds each item's answer, note and source. Only `sharing` opens them.
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
    #: Whether the assessor held a valid certificate; None when nobody said.
    certificate_valid = models.BooleanField(null=True)
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
        indexes = [models.Index(fields=["file_id", "scored_at", "id"], name="assessments_by_file")]
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
