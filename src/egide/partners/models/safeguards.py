"""What takes two administrators, and the code by which a person makes their own password."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.common.ids import new_id
from egide.partners.models.partners import Account, Agency, AgreementParty, Membership, Role


def _two_people(decided: str, first: str, second: str) -> Q:
    """Answer the condition that, once `decided`, two accounts are named and are not the same person's.

    Accounts and not memberships: one person with two hats is one person.
    """
    return Q(**{f"{decided}__isnull": True}) | (
        Q(**{f"{first}__isnull": False, f"{second}__isnull": False}) & ~Q(**{first: F(second)})
    )


def _by(*, null: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(Membership, on_delete=models.PROTECT, null=null, blank=null, related_name="+")


def _person(*, null: bool = False) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(Account, on_delete=models.PROTECT, null=null, blank=null, related_name="+")


class FactorReset(models.Model):
    """Someone lost their second factor: one administrator asks, another one confirms, after seeing the person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    requested_by = _by()
    requested_by_account = _person()
    requested_at = models.DateTimeField()
    confirmed_by = _by(null=True)
    confirmed_by_account = _person(null=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_reset_two_people",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (
                    Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & _two_people("confirmed_at", "requested_by_account", "confirmed_by_account")
                ),
            ),
            models.UniqueConstraint(
                name="partners_reset_one_open", fields=["account"], condition=Q(confirmed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}"


class ChangeKind(models.TextChoices):
    """What waits for a second administrator: it alters who may see what."""

    AGENCY = "agency", _("Agency: sector, regimes or opening")
    MEMBERSHIP = "membership", _("Role that decides who sees what, or reads every case")
    HOME = "home", _("A person’s own agency")
    SIGNATURE = "signature", _("Signature of an agreement")


class Outcome(models.TextChoices):
    WAITING = "", _("Waiting for a second administrator")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")


class ProposedChange(models.Model):
    """A change that alters who may see what. One administrator proposes it; another person confirms it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=12, choices=ChangeKind)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="proposed_changes")
    #: The person who would hold the role or belong to the agency; empty for a change of the agency itself.
    account = _person(null=True)
    role = models.CharField(max_length=16, choices=Role, blank=True)
    #: Whose signature it is; only for a signature.
    party = models.ForeignKey(
        AgreementParty, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: The fields as they were and as they would be.
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    proposed_by = _by()
    proposed_by_account = _person()
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default=Outcome.WAITING)
    decided_by = _by(null=True)
    decided_by_account = _person(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_change_two_people",
                condition=~Q(outcome="confirmed")
                | (
                    Q(decided_by_account__isnull=False)
                    & _two_people("decided_at", "proposed_by_account", "decided_by_account")
                ),
            ),
            models.CheckConstraint(
                name="partners_change_not_for_oneself",
                condition=Q(account__isnull=True)
                | (
                    ~Q(account=F("proposed_by_account"))
                    & (
                        ~Q(outcome="confirmed")
                        | (Q(decided_by_account__isnull=False) & ~Q(account=F("decided_by_account")))
                    )
                ),
            ),
            models.CheckConstraint(
                name="partners_change_decided_whole",
                condition=Q(outcome="", decided_by=None, decided_by_account=None, decided_at=None)
                | (
                    Q(decided_by__isnull=False, decided_by_account__isnull=False, decided_at__isnull=False)
                    & ~Q(outcome="")
                ),
            ),
            models.UniqueConstraint(
                name="partners_change_one_open_agency",
                fields=["agency"],
                condition=Q(outcome="", kind="agency"),
            ),
            models.UniqueConstraint(
                name="partners_change_one_open_role",
                fields=["agency", "account", "role"],
                condition=Q(outcome="", kind="membership"),
            ),
            models.UniqueConstraint(
                name="partners_change_one_open_home",
                fields=["account"],
                condition=Q(outcome="", kind="home"),
            ),
            models.UniqueConstraint(
                name="partners_change_one_open_signature",
                fields=["party"],
                condition=Q(outcome="", kind="signature"),
            ),
            models.CheckConstraint(
                name="partners_change_signature_has_party",
                condition=Q(kind="signature", party__isnull=False)
                | (~Q(kind="signature") & Q(party__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.agency}"


class Invitation(models.Model):
    """A one-time code by which a person sets their own password. Only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.CharField(max_length=64, unique=True)
    made_by = _by()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    #: Replaced by a newer one, or the person was deactivated.
    cancelled_at = models.DateTimeField(null=True, blank=True)
    #: Wrong codes since the last pause, and the last of them.
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="partners_invitation_expires_after_made", condition=Q(expires_at__gt=F("made_at"))
            ),
            models.CheckConstraint(
                name="partners_invitation_used_in_time",
                condition=Q(used_at__isnull=True)
                | Q(used_at__lte=F("expires_at"), cancelled_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="partners_invitation_one_open",
                fields=["account"],
                condition=Q(used_at__isnull=True, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}"
