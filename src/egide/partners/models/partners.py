"""Jurisdictions, agencies, the people who work there, and what the agencies signed."""

from datetime import date
from typing import Self
from uuid import UUID

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.common.personal import personal
from egide.common.text import localized


class Sector(models.TextChoices):
    """Sectors of the decision table (`domain/information-sharing.md` §4)."""

    POLICE = "POL", _("Police")
    HEALTH = "HLT", _("Health")
    BEHAVIOURAL_HEALTH = "BHV", _("Behavioural health")
    EDUCATION = "EDU", _("Education")
    VICTIM_SERVICES = "VIC", _("Victim services")
    SOCIAL_SERVICES = "SOC", _("Social services")
    JUSTICE = "JUS", _("Court, probation, prosecution")
    COMMUNITY = "COM", _("Community and faith")
    EMPLOYER = "EMP", _("Employer")
    EVALUATOR = "EVA", _("Evaluator")
    PUBLIC = "PUB", _("Public")


class Role(models.TextChoices):
    """What a person does for the agency they act for (`design.md` §1)."""

    REFERRER = "referrer", _("Referrer")
    COORDINATOR = "coordinator", _("Coordinator")
    TEAM_MEMBER = "team_member", _("Team member")
    ADVOCATE = "advocate", _("Victim advocate")
    CHAIR = "chair", _("Conference chair")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")
    STRATEGY_LEAD = "strategy_lead", _("Strategy lead")
    EVALUATOR = "evaluator", _("Evaluator")
    TRAINER = "trainer", _("Trainer")
    ADMINISTRATOR = "administrator", _("Administrator")


class Jurisdiction(models.Model):
    """A place that governs or is served: country, province, region, city. A tree."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("code"), unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            ("country", _("Country")),
            ("state", _("State or province")),
            ("region", _("Region")),
            ("city", _("City")),
        ],
    )
    name_en = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_jurisdiction_not_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
            )
        ]

    def __str__(self) -> str:
        return localized(self, "name")


class Agency(models.Model):
    """An organisation that takes part. What its records are bound by travels with them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(max_length=160)
    name_fr = models.CharField(max_length=160)
    short_en = models.CharField(max_length=60, blank=True)
    short_fr = models.CharField(max_length=60, blank=True)
    sector = models.CharField(_("sector"), max_length=3, choices=Sector)
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="agencies")
    #: Codes of the regimes that bind what this agency holds, such as `ca-nb-phipaa` or `us-vawa`.
    regimes = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)
    deactivation_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "agencies"

    def __str__(self) -> str:
        return localized(self, "name")

    @property
    def short_name(self) -> str:
        """The name said aloud in a meeting; the full one when there is no shorter."""
        return localized(self, "short") or localized(self, "name")


class Account(AbstractUser):
    """A person who signs in. What they may do depends on the membership they act as."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    full_name = personal(
        models.CharField(_("full name"), max_length=120),
        purpose="so that colleagues and the trace say who acted",
        retention="as long as the ledger, which outlives the account",
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("en", "English"), ("fr", "Français")], default="en"
    )
    #: The agency the person belongs to. A place in any other is a hat: they visit there, and carry nothing home.
    home_agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("own agency"),
    )
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, on: date) -> Self:
        """Keep memberships in force that day, in active agencies, of active accounts."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            starts_on__lte=on,
            agency__is_active=True,
            account__is_active=True,
        )


class Membership(models.Model):
    """One person in one role for one agency: the actor of every read and write.

    A person may hold several ("hats"). What was seen under one is not visible under another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    areas = models.ManyToManyField(Jurisdiction, blank=True, related_name="+")
    title_en = models.CharField(max_length=120, blank=True)
    title_fr = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_membership_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="partners_membership_one_role_per_agency",
                fields=["account", "agency", "role"],
                condition=Q(ends_on__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} ({self.agency.short_name})"

    @property
    def sector(self) -> str:
        """The sector of the agency acted for."""
        return self.agency.sector

    @property
    def home_id(self) -> UUID | None:
        """The person's own agency, when this place is in another one; None at home."""
        home = self.account.home_agency_id
        return home if home != self.agency_id else None

    @property
    def is_visiting(self) -> bool:
        """Say whether the person acts here for an agency that is not their own."""
        return self.home_id is not None

    @property
    def home(self) -> Agency | None:
        """The person's own agency, when this place is in another one."""
        return self.account.home_agency if self.is_visiting else None

    @property
    def person_name(self) -> str:
        """The person's name, as colleagues see it."""
        return self.account.full_name


class AgreementKind(models.TextChoices):
    CONFIDENTIALITY = "confidentiality", _("Confidentiality agreement")
    SHARING = "sharing", _("Information-sharing agreement")


class Agreement(models.Model):
    """What agencies signed together. In force for an agency from its signature, within the dates."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=AgreementKind)
    title_en = models.CharField(max_length=200)
    title_fr = models.CharField(max_length=200)
    purposes = models.JSONField(default=list)
    categories = models.JSONField(default=list, help_text="Empty means every category.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    terminated_on = models.DateField(null=True, blank=True)
    termination_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_agreement_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            )
        ]

    def __str__(self) -> str:
        return localized(self, "title")


class AgreementParty(models.Model):
    """One agency in one agreement; unsigned, it is bound to nothing and given nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="agreements")
    signed_by_name = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "agency"], name="partners_party_once"),
            models.CheckConstraint(
                name="partners_signature_has_name_and_date",
                condition=Q(signed_on__isnull=True, signed_by_name="")
                | (Q(signed_on__isnull=False) & ~Q(signed_by_name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency}"
