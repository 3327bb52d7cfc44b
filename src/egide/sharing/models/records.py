"""Who works on a case, who is kept out, what the person consented to, and what was disclosed."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common import clock
from egide.common.ids import new_id
from egide.common.personal import personal
from egide.partners.models import Agency, Membership
from egide.vault.fields import SealedField

#: A consent that ran out; nobody ended it.
LAPSED = "expired"
#: How a consent ends.
HOW_CONSENTS_END = [
    ("withdrawn", _("Withdrawn")),
    ("narrowed", _("Withdrawn in part")),
    ("replaced", _("Replaced by another")),
    ("refused", _("Ended: the person said no")),
    ("closed", _("Ended with the case")),
    (LAPSED, _("Expired")),
    ("unrecorded", _("Ended; how was not written down then")),
]
ENDED_BY_SOMEBODY = tuple(code for code, _label in HOW_CONSENTS_END if code != LAPSED)


#: Who may say yes for a person (domain/information-sharing.md, `us-vawa-release`). Who it was is sealed in their file.
GIVERS = [
    ("self", _("The person")),
    ("minor", _("The person, a minor who may decide this alone")),
    ("guardian", _("A parent or guardian")),
    ("tribunal", _("A court, for the person")),
]


class Consent(models.Model):
    """One informed consent: recipients × categories × purposes, until an end, withdrawn at any time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_id = models.UUIDField()
    case_id = models.UUIDField()
    recipients = models.ManyToManyField(Agency, through="ConsentRecipient", related_name="+")
    categories = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    form = models.CharField(
        max_length=10,
        choices=[
            ("written", _("In writing")),
            ("electronic", _("Signed on screen")),
            ("verbal", _("Said aloud, in person")),
        ],
    )
    text_version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    interpreter_used = models.BooleanField(default=False)
    capacity_confirmed = models.BooleanField()
    free_choice_confirmed = models.BooleanField(help_text="Told that help does not depend on consenting.")
    copy_given = models.BooleanField(default=False)
    given_by = models.CharField(
        max_length=10,
        choices=GIVERS,
        default="self",
    )
    #: Given by whom the case is about: it is the programme's condition for every file of the case, and agencies work on
    #: the case by it. False for anybody else's: it speaks of their own file, and of nothing else (ADR 26).
    is_to_take_part = models.BooleanField(default=True, db_default=True)
    explained_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    #: When somebody ended it before its time, however it ended, and who recorded it.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_recorded_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: When its lapse was taken note of and those it named were told; it opens nothing since `expires_at`.
    lapse_recorded_at = models.DateTimeField(null=True, blank=True)
    #: How it ended; empty as long as nobody ended it and no lapse was taken note of.
    ended_how = models.CharField(max_length=10, blank=True, choices=HOW_CONSENTS_END)
    #: The consent a part of which was withdrawn, when this one is what stands of it.
    continues = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["file_id", "given_at"], name="sharing_consent_by_file"),
            models.Index(fields=["case_id", "expires_at"], name="sharing_consent_by_case"),
            models.Index(
                fields=["expires_at"],
                name="sharing_consent_to_lapse",
                condition=Q(withdrawn_at__isnull=True, lapse_recorded_at__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_consent_ends_after_start", condition=Q(expires_at__gt=F("given_at"))
            ),
            models.CheckConstraint(
                name="sharing_consent_withdrawn_by_someone",
                condition=Q(withdrawn_at__isnull=True, withdrawn_recorded_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_recorded_by__isnull=False),
            ),
            models.CheckConstraint(
                name="sharing_consent_is_informed",
                condition=Q(capacity_confirmed=True, free_choice_confirmed=True),
            ),
            models.CheckConstraint(
                name="sharing_consent_says_how_it_ended",
                condition=Q(withdrawn_at__isnull=True, lapse_recorded_at__isnull=True, ended_how="")
                | Q(withdrawn_at__isnull=True, lapse_recorded_at__isnull=False, ended_how=LAPSED)
                | Q(withdrawn_at__isnull=False, ended_how__in=ENDED_BY_SOMEBODY),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_at:%Y-%m-%d}"


class ConsentRecipient(models.Model):
    """One agency one consent names."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    consent = models.ForeignKey(Consent, on_delete=models.CASCADE, related_name="named")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: When somebody was asked to check the consent because this agency no longer takes part.
    check_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consent", "agency"], name="sharing_recipient_once")]

    def __str__(self) -> str:
        return f"{self.agency_id}"


class Assignment(models.Model):
    """An agency that works on a case, on one side or both; it lasts as long as the consent it rests on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_id = models.UUIDField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(
        max_length=10,
        choices=[("victim", _("Victim")), ("management", _("Person of concern")), ("both", _("Both"))],
    )
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["agency", "ends_at", "case_id"], name="sharing_assigned_to"),
            models.Index(fields=["case_id", "ends_at"], name="sharing_assigned_on"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="sharing_assigned_once", fields=["case_id", "agency"], condition=Q(ends_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}"


class Recusal(models.Model):
    """A person or a whole agency kept out of a case for a conflict of interest: for them it does not exist."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case_id = models.UUIDField()
    account = models.ForeignKey(
        "partners.Account", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason_code = models.CharField(
        max_length=20,
        choices=[
            ("declared", _("Declared by the person")),
            ("relative", _("Relative or same household")),
            ("works_for", _("Works for or with the person of concern")),
            ("party", _("Is a party")),
        ],
    )
    recused_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Whom the others turn to instead, at the same agency or, when it is kept out whole, at another.
    substitute = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "ended_at"], name="sharing_recused_on"),
            models.Index(fields=["account", "ended_at", "case_id"], name="sharing_recused_person"),
            models.Index(fields=["agency", "ended_at", "case_id"], name="sharing_recused_agency"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_recused_person_or_agency",
                condition=Q(account__isnull=True, agency__isnull=False)
                | Q(account__isnull=False, agency__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.reason_code


class Disclosure(models.Model):
    """One thing that left the application: shared, exported, printed or read aloud, and on what basis."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_id = models.UUIDField()
    case_id = models.UUIDField()
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_to_the_person = models.BooleanField(default=False)
    categories = models.JSONField(default=list)
    method = models.CharField(
        max_length=10,
        choices=[
            ("print", _("Printed")),
            ("export", _("Exported")),
            ("aloud", _("Read aloud")),
            ("share", _("Shared")),
        ],
    )
    basis = models.CharField(max_length=24)
    purpose = models.CharField(max_length=32, blank=True)
    #: Laws that bound what left, when it left: codes, sorted. None on rows older than the column.
    regimes = models.JSONField(null=True)
    #: Notices that went along, as `id@version`. None on rows older than the column.
    notices = models.JSONField(null=True)
    #: What of `categories` the recipient may be told went to them: what a receipt names. None on older rows.
    told = models.JSONField(null=True)
    #: It left although the rules would have kept it: recorded all the same, and shown as such.
    is_against_rules = models.BooleanField(default=False, db_default=False)
    #: The ledger entry that records it; none on rows older than the column.
    entry_id = models.BigIntegerField(null=True)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ground = models.ForeignKey("Ground", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    disclosed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    disclosed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["file_id", "disclosed_at"], name="sharing_disclosed_by_file"),
            models.Index(fields=["case_id", "-id"], name="sharing_disclosed_by_case"),
            models.Index(fields=["recipient", "-disclosed_at", "-id"], name="sharing_received_by"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_disclosed_to_someone",
                condition=Q(is_to_the_person=True, recipient__isnull=True)
                | Q(is_to_the_person=False, recipient__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.method


class Suspension(models.Model):
    """Disclosures to one agency left out of what the person is told, at its written or oral request, until a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_id = models.UUIDField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    #: Who asked there, by office and never by name; and their own reference.
    official_role = models.CharField(max_length=80)
    reference = models.CharField(max_length=80, blank=True)
    is_written = models.BooleanField()
    starts_at = models.DateTimeField()
    until = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["file_id", "until"], name="sharing_suspended_by_file")]
        constraints = [
            models.CheckConstraint(
                name="sharing_suspension_ends_after_start", condition=Q(until__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="sharing_suspension_written_has_reference",
                condition=Q(is_written=False) | ~Q(reference=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}"


class GroundQuerySet(models.QuerySet["Ground"]):
    def in_force(self, *, now: datetime | None = None) -> "GroundQuerySet":
        """Keep what opens something now: approved, within its time, not ended."""
        now = now or clock.now()
        return self.filter(decided_at__lte=now, is_approved=True, ends_at__gt=now, ended_at__isnull=True)


class Ground(models.Model):
    """One basis other than consent on which one agency receives some of a file: stated, approved, for a time.

    What was said of it is sealed with the file; here stand only the answers the rules ask for.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file_id = models.UUIDField()
    case_id = models.UUIDField()
    kind = models.CharField(
        max_length=24,
        choices=[
            ("serious_imminent_threat", _("Serious and imminent threat")),
            ("serious_harm_reduction", _("Risk of serious harm")),
            ("legal_mandate", _("Statute, court order or warrant")),
            ("medical_emergency", _("Medical emergency")),
            ("common_programme", _("Common programme")),
        ],
    )
    recipient = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    categories = models.JSONField(default=list)
    purposes = models.JSONField(default=list)
    #: Answers the rules read, such as {"is_imminent": true}: yes, no, and codes; never words.
    said = models.JSONField(default=dict)
    #: The words: what happened, who is at risk, why this agency can do something about it.
    statement = personal(
        SealedField(),
        purpose="to account for a disclosure made without consent",
        retention="with the file: its keys are destroyed when the programme's retention ends",
    )
    stated_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    is_approved = models.BooleanField(default=False)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    #: Whether the person was told, and when it was said; until then somebody owes it.
    told_at = models.DateTimeField(null=True, blank=True)
    objects = GroundQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "stated_at"], name="sharing_ground_by_case"),
            models.Index(fields=["recipient", "ends_at"], name="sharing_ground_to"),
        ]
        constraints = [
            models.CheckConstraint(
                name="sharing_ground_decided_by_another",
                condition=Q(decided_by__isnull=True, decided_at__isnull=True, is_approved=False)
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("stated_by"))),
            ),
            models.CheckConstraint(
                name="sharing_ground_ends_after_start", condition=Q(ends_at__gt=F("stated_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.kind
