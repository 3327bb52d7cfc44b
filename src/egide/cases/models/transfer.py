"""A proposal that another area take over a case, what was asked about it, and what became of it."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import TransferState
from egide.cases.models.case import Case, Programme, programmes_of
from egide.cases.models.file import Entry
from egide.cases.models.work import Task
from egide.common import clock
from egide.common.ids import new_id
from egide.common.scoping import ScopedQuerySet
from egide.partners.models import Account, Membership, Role
from egide.sharing import queries as sharing
from egide.sharing.leading import grounds_for_taking_over


class TransferReason(models.TextChoices):
    """Why a case goes to another area: enough to answer, and nothing of where the person lives."""

    MOVES = "moves", _("The person moves, or has moved")
    SAFER = "safer", _("The person is safer with a team elsewhere")
    KNOWN_THERE = "known_there", _("The other team knows the person, or works with them already")
    CONFLICT = "conflict", _("This team cannot act for a reason of its own")
    RETURN = "return", _("It goes back to where it came from")
    OTHER = "other", _("Another reason")


class TransferBasis(models.TextChoices):
    """What allows the other team to receive what it needs."""

    CONSENT = "consent", _("The person’s consent names the agency")
    DANGER = "danger", _("A serious danger, written down and approved")
    PROGRAMME = "common_programme", _("The agencies carry out a common programme")
    RETURN = "return", _("The case goes back to the agency whose it was")


class Told(models.TextChoices):
    """Whether the person knows."""

    TOLD = "told", _("Yes, somebody told them")
    NOT_SAFE = "not_safe", _("No: it would not be safe")
    NOT_REACHED = "not_reached", _("No: they could not be reached")


class RefusalReason(models.TextChoices):
    """Why the other team says no."""

    NOT_OURS = "not_ours", _("It is not of our area, or not for our programme")
    NO_ROOM = "no_room", _("We could not act in time")
    TOO_LITTLE = "too_little", _("What we may read is too little to act on")
    CONFLICT = "conflict", _("Our team cannot act for a reason of its own")
    OTHER = "other", _("Another reason")


class TransferQuerySet(ScopedQuerySet["Transfer"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """Those of the coordinators of the two programmes. Recused, nothing.

        What waits shows to the programme asked as long as something allows it: it sees the case, or a ground names
        its agency, or the case goes back to it.
        """
        if actor is None or actor.role != Role.COORDINATOR:
            return self.none()
        own = programmes_of(actor)
        seen = Case.objects.visible_to(actor).order_by().values("pk")
        named = grounds_for_taking_over(now=clock.now()).filter(
            case_id=OuterRef("case_id"), recipient=actor.agency_id
        )
        asked = Q(case__in=seen) | Q(Exists(named)) | Q(returns__isnull=False)
        mine = Q(from_programme__in=own) | Q(to_programme__in=own) & (
            ~Q(state=TransferState.PROPOSED) | asked
        )
        return self.filter(mine).filter(sharing.not_recused(actor, case_ref="case"))

    def waiting(self) -> Self:
        return self.filter(state=TransferState.PROPOSED)


class Transfer(models.Model):
    """Proposed by who leads, answered by a coordinator of the other area; its words are entries of the file.

    What it holds itself are codes, people and dates: both areas keep them, whoever may still read the file.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transfers")
    from_programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    to_programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")
    #: The transfer this one undoes, when a case goes back.
    returns = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="returned_by"
    )
    state = models.CharField(max_length=12, choices=TransferState, default=TransferState.PROPOSED)
    why = models.CharField(max_length=16, choices=TransferReason)
    is_emergency = models.BooleanField(default=False)
    basis = models.CharField(max_length=20, choices=TransferBasis)
    told = models.CharField(max_length=12, choices=Told)
    told_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    wishes = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    proposed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    proposed_by_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    #: When the other area answers at the latest; and when both were told that it had not.
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_by_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=12, blank=True, default="", choices=RefusalReason)
    refusal_words = models.ForeignKey(
        Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    #: Who coordinates there, and the first thing due there: named when it is accepted.
    coordinator = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    first_task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    #: By role of the person: the kinds of information the new lead reads, and those that did not go.
    went = models.JSONField(default=dict, blank=True)
    stayed = models.JSONField(default=dict, blank=True)
    #: The agencies whose work on the case ended with it: brought back should the case go back.
    let_go = models.JSONField(default=list, blank=True)
    objects = TransferQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["from_programme", "proposed_at"], name="cases_transfer_from"),
            models.Index(fields=["to_programme", "proposed_at"], name="cases_transfer_to"),
            models.Index(
                fields=["due_at"], name="cases_transfer_late", condition=Q(state=TransferState.PROPOSED)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="cases_transfer_one_waiting", fields=["case"], condition=Q(state=TransferState.PROPOSED)
            ),
            models.CheckConstraint(
                name="cases_transfer_two_programmes", condition=~Q(from_programme=F("to_programme"))
            ),
            models.CheckConstraint(
                name="cases_transfer_told_by_somebody",
                condition=Q(told=Told.TOLD, told_by__isnull=False)
                | (~Q(told=Told.TOLD) & Q(told_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="cases_transfer_answered_whole",
                condition=Q(
                    state=TransferState.PROPOSED,
                    answered_by__isnull=True,
                    answered_by_account__isnull=True,
                    answered_at__isnull=True,
                )
                | (
                    Q(
                        answered_by__isnull=False,
                        answered_by_account__isnull=False,
                        answered_at__isnull=False,
                    )
                    & ~Q(state=TransferState.PROPOSED)
                ),
            ),
            models.CheckConstraint(
                name="cases_transfer_taken_over_by_somebody",
                condition=~Q(state__in=[TransferState.ACCEPTED, TransferState.RETURNED])
                | (Q(coordinator__isnull=False) & ~Q(proposed_by_account=F("answered_by_account"))),
            ),
            models.CheckConstraint(
                name="cases_transfer_refused_for_a_reason",
                condition=Q(state=TransferState.REFUSED, refusal__gt="")
                | (~Q(state=TransferState.REFUSED) & Q(refusal="")),
            ),
            models.CheckConstraint(
                name="cases_transfer_return_is_one",
                condition=Q(returns__isnull=True) & ~Q(basis=TransferBasis.RETURN)
                | Q(returns__isnull=False, basis=TransferBasis.RETURN),
            ),
        ]

    def __str__(self) -> str:
        return self.state

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("cases:transfer-one", args=[self.pk])

    def is_late(self, at: datetime) -> bool:
        """Say whether the other area has not answered in time."""
        return self.state == TransferState.PROPOSED and self.due_at < at


class TransferQuestion(models.Model):
    """What the other area asks before it answers, and what it was told; both are entries of the file."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transfer = models.ForeignKey(Transfer, on_delete=models.CASCADE, related_name="questions")
    question = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cases_transfer_one_question", fields=["transfer"], condition=Q(answer__isnull=True)
            ),
            models.CheckConstraint(
                name="cases_transfer_question_answered_whole",
                condition=Q(answer__isnull=True, answered_by__isnull=True, answered_at__isnull=True)
                | Q(answer__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return "answered" if self.answer_id else "asked"
