"""A conference: who sits, which cases, what each agency brings, what is decided and who does it."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import ConferenceState
from egide.cases.models.case import Case, Programme, programmes_of
from egide.cases.models.file import Entry
from egide.cases.models.work import Task
from egide.common.ids import new_id
from egide.common.scoping import ScopedQuerySet
from egide.partners.models import Account, Agency, Membership


class ConferenceQuerySet(ScopedQuerySet["Conference"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """The lead agency's team, and whoever is invited."""
        if actor is None:
            return self.none()
        seats = Q(pk__in=Attendance.objects.filter(membership=actor.pk).order_by().values("conference"))
        programmes = programmes_of(actor)
        if programmes:
            seats |= Q(programme_id__in=programmes)
        return self.filter(seats)


class Conference(models.Model):
    """One sitting of the team of one programme."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="conferences")
    kind = models.CharField(
        max_length=10, choices=[("regular", _("Regular")), ("emergency", _("Emergency"))], default="regular"
    )
    state = models.CharField(max_length=10, choices=ConferenceState, default=ConferenceState.PLANNED)
    starts_at = models.DateTimeField()
    place_en = models.CharField(max_length=120, blank=True)
    place_fr = models.CharField(max_length=120, blank=True)
    called_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    #: Nobody is written here for minutes locked before this was kept.
    locked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    countersigned_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    objects = ConferenceQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["programme", "state", "starts_at"], name="cases_conference_next")]
        constraints = [
            models.CheckConstraint(
                name="cases_countersigned_once_locked",
                condition=Q(countersigned_at__isnull=True, countersigned_by__isnull=True)
                | Q(countersigned_at__isnull=False, countersigned_by__isnull=False, locked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_countersigned_by_a_second",
                condition=Q(countersigned_by__isnull=True)
                | Q(locked_by__isnull=True)
                | ~Q(countersigned_by=F("locked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class Attendance(models.Model):
    """One person invited: present or not, and the role they sit in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="attendances")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    #: Whoever it is, whatever the hat: one person in the room fills one seat.
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    seat = models.CharField(max_length=16)
    is_present = models.BooleanField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cases_seat_once", fields=["conference", "membership"]),
            models.UniqueConstraint(name="cases_one_seat_a_person", fields=["conference", "account"]),
        ]

    def __str__(self) -> str:
        return f"{self.seat}"


class AgendaItem(models.Model):
    """One case of one conference. Only those who may see the case see the line, or that it exists."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conference = models.ForeignKey(Conference, on_delete=models.CASCADE, related_name="items")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="agenda_items")
    #: Order of discussion; shown to nobody as a number, so that a gap tells nothing.
    position = models.PositiveSmallIntegerField()
    has_recorded_wishes = models.BooleanField(default=False)
    wishes = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    discussed_at = models.DateTimeField(null=True, blank=True)
    #: When the agencies that had brought nothing yet were asked for their part.
    parts_asked_at = models.DateTimeField(null=True, blank=True)
    #: Since when the sitting is on this case: who runs it took it up, and again when they came back to it.
    taken_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="cases_agenda_once", fields=["conference", "case"])]

    def __str__(self) -> str:
        return f"{self.case_id}"


class Contribution(models.Model):
    """What one agency brings to one case, as an entry it holds."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="contributions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.agency_id}"


class Decision(models.Model):
    """One thing decided on one case, quorate and with the victim heard; its action, if it makes one.

    What is corrected or withdrawn while the sitting lasts stays as history: ended, and what took its place.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="decisions")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="cases_ended_decision_has_author",
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.decided_at}"
