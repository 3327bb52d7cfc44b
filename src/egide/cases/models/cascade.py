"""What follows the end of a consent: each agency that received is told, and answers."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from egide.cases.models.case import Case
from egide.cases.models.file import RETENTION, File
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.common.scoping import ScopedQuerySet
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing
from egide.sharing.models import Consent
from egide.vault.fields import SealedField

#: What the law an agency names is kept as: part of the record of the consent, with the programme.
LAW_CATEGORY = "consent.record"


class EndNoticeQuerySet(ScopedQuerySet["EndNotice"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """Whoever works on cases for the agency told. Recused, nothing."""
        if actor is None or actor.role not in sharing.ASSIGNABLE_ROLES:
            return self.none()
        return self.filter(agency=actor.agency_id, superseded_at__isnull=True).filter(
            sharing.not_recused(actor, case_ref="case_id")
        )

    def waiting(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(answered_at__isnull=True, superseded_at__isnull=True)


class EndNotice(models.Model):
    """One agency told that what it received of one case is no longer to be used, and what it did about it.

    It says the same whatever ended the consent: its recipient does not learn whether it was withdrawn, ran
    out or was given again for less (ADR 12).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="end_notices")
    #: Of whom it is, and the file whose keys seal the words of the answer.
    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: None where the agency worked on the case without one: the programme asked for none.
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The agency still works on the case; some of what it received is no longer covered.
    is_partial = models.BooleanField(default=False)
    #: A day, never an hour: the hour would tell when somebody spoke.
    ended_on = models.DateField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answer = models.CharField(
        max_length=16,
        blank=True,
        choices=[
            ("nothing_held", _("We hold no copy")),
            ("destroyed", _("We destroyed every copy")),
            ("returned", _("We returned every copy")),
            ("kept", _("We keep some, because a law requires it")),
        ],
    )
    #: The law that requires to keep some, as the agency names it.
    law = personal(
        SealedField(null=True), purpose="to know why copies are kept against a consent", retention=RETENTION
    )
    #: Who holds that name of a law: the agency it was addressed to, whoever leads later.
    law_holder = models.ForeignKey("partners.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Consent was given again for all of it, or a later notice took its place: nobody owes an answer.
    superseded_at = models.DateTimeField(null=True, blank=True)
    objects = EndNoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["agency", "answered_at", "due_at"], name="cases_end_notice_to"),
            models.Index(fields=["case", "made_at"], name="cases_end_notice_by_case"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["consent", "agency"], name="cases_end_notice_once"),
            models.UniqueConstraint(
                fields=["case", "agency", "file"],
                condition=Q(answered_at__isnull=True, superseded_at__isnull=True),
                name="cases_end_notice_one_waiting",
            ),
            models.CheckConstraint(
                name="cases_end_notice_answer_has_author_and_date",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="cases_end_notice_kept_names_the_law",
                condition=Q(answer="kept", law__isnull=False) | (~Q(answer="kept") & Q(law__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}"
