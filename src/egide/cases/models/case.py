"""A programme in an area, the referral that came in, and the case it became."""

from collections.abc import Collection
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from egide.cases.lifecycle import OPEN_STATES, Level, State
from egide.cases.rules import protocol_file
from egide.cases.rules.protocol import Protocol
from egide.common.ids import new_id
from egide.common.scoping import ScopedQuerySet
from egide.common.text import localized
from egide.partners.models import Agency, Jurisdiction, Membership, Role
from egide.sharing import queries as sharing
from egide.sharing.rules.sides import is_management_only

#: Roles that see every case of their own agency's programmes, in the areas of their membership.
PROGRAMME_ROLES = (Role.COORDINATOR, Role.ADVOCATE, Role.CHAIR)


class Programme(models.Model):
    """One protocol carried out in one area, led by one agency: "CCR, Fredericton"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(unique=True)
    prefix = models.CharField(max_length=4, help_text="Begins the references: FRE.")
    protocol_code = models.SlugField()
    protocol_version = models.PositiveSmallIntegerField(default=1)
    name_en = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120)
    area = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    lead_agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="programmes")
    partners = models.ManyToManyField(Agency, blank=True, related_name="+")
    #: What a deployment settled with the programme, such as {"danger_assessment": 19}.
    minimums = models.JSONField(default=dict, blank=True)
    #: Codes of the courses a deployment asks instead of the protocol's; an empty list asks none; None: the protocol's.
    training = models.JSONField(null=True, blank=True)
    #: How many cases one of its conferences holds, where a deployment says otherwise than the protocol.
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return localized(self, "name")

    @property
    def protocol(self) -> Protocol:
        """The protocol's data, read once per process."""
        return protocol_file.load(self.protocol_code)

    @property
    def conference_capacity(self) -> int:
        """How many cases one conference holds: the deployment's choice, else the protocol's."""
        return self.protocol.capacity if self.capacity is None else self.capacity

    @property
    def required_training(self) -> tuple[str, ...]:
        """The courses asked of whoever reads its cases: the deployment's choice, else the protocol's."""
        return self.protocol.training if self.training is None else tuple(self.training)


def programmes_of(actor: Membership) -> list[Any]:
    """Answer the ids of the programmes the actor works for as lead agency; remembered on the actor."""
    return [programme.pk for programme in own_programmes(actor)]


def leads(actor: Membership, programme_id: UUID) -> bool:
    """Say whether the actor works for a programme as lead agency; no query where that is how they were found."""
    return programme_id == getattr(actor, "_coordinates", None) or programme_id in programmes_of(actor)


def remember_coordinators(members: Collection[Membership], programme: Programme) -> None:
    """Note of members read as the coordinators of a programme that they work for it."""
    for member in members:
        if _may_lead(member):
            member._coordinates = programme.pk  # type: ignore[attr-defined]


def has_cases_elsewhere(actor: Membership) -> bool:
    """Say whether the actor's agency may be assigned to cases of other programmes; learnt with `programmes_of`."""
    own: list[Any] = own_programmes(actor)
    return not own or any(programme.has_cases_elsewhere for programme in own)


def own_team(programme: Programme) -> Q:
    """Answer the condition that a membership is of the programme's own team."""
    return Q(agency=programme.lead_agency_id, role__in=PROGRAMME_ROLES, areas=programme.area_id)


def _may_lead(member: Membership) -> bool:
    """Who leads reads on both sides: an agency that works with the person of concern alone never does."""
    return member.role in PROGRAMME_ROLES and not is_management_only(member.sector)


def own_programmes(actor: Membership) -> list[Programme]:
    """Answer the programmes the actor works for as lead agency, read once for each request."""
    known: list[Programme] | None = getattr(actor, "_own_programmes", None)
    return learn_own_programmes(actor) if known is None else known


def learn_own_programmes(actor: Membership, **also: Any) -> list[Programme]:
    """Read `own_programmes` with something more of each, in the same query: annotations, for a page that shows them."""
    known: list[Programme] = []
    if _may_lead(actor):
        elsewhere = sharing.active_assignments().filter(agency=actor.agency_id)
        known = list(
            Programme.objects.filter(
                lead_agency=actor.agency_id, area__in=actor.areas.order_by().values("pk")
            )
            .annotate(has_cases_elsewhere=Exists(elsewhere), **also)
            .order_by("code")
        )
    actor._own_programmes = known  # type: ignore[attr-defined]
    return known


def programmes_of_agency(agency_id: UUID) -> list[Programme]:
    """Answer the programmes an agency leads or takes part in, in one query."""
    mine = Q(lead_agency=agency_id) | Q(partners=agency_id)
    return list(Programme.objects.filter(mine).distinct().order_by("code"))


def programmes_around(actor: Membership) -> list[Programme]:
    """Answer the programmes the actor's agency leads or takes part in, read once for each request."""
    known: list[Programme] | None = getattr(actor, "_programmes_around", None)
    if known is None:
        known = programmes_of_agency(actor.agency_id)
        actor._programmes_around = known  # type: ignore[attr-defined]
    return known


def remember_programmes(members: Collection[Membership]) -> None:
    """Learn `own_programmes` of many members at once, in one query."""
    led: dict[UUID, list[Programme]] = {member.pk: [] for member in members}
    elsewhere = sharing.active_assignments().filter(agency=OuterRef("lead_agency"))
    rows = Programme.objects.annotate(
        member=F("lead_agency__memberships"), member_area=F("lead_agency__memberships__areas")
    ).filter(
        member__in=[one.pk for one in members if _may_lead(one)],
        area=F("member_area"),
    )
    for programme in rows.annotate(has_cases_elsewhere=Exists(elsewhere)).order_by("code"):
        led[programme.member].append(programme)
    for member in members:
        member._own_programmes = led[member.pk]  # type: ignore[attr-defined]


class CaseQuerySet(ScopedQuerySet["Case"]):
    def visible_to(self, actor: Membership | None) -> Self:
        """The lead agency's team sees its programmes' cases; others, those they are assigned to. Recused, nothing."""
        if actor is None:
            return self.none()
        programmes = programmes_of(actor)
        mine = Q(programme_id__in=programmes) if programmes else Q()
        if has_cases_elsewhere(actor):
            mine |= Q(pk__in=sharing.assigned_case_ids(actor))
        return self.filter(mine).filter(sharing.not_recused(actor, case_ref="pk"))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)


class Case(models.Model):
    """One situation in one programme. It holds no name: names are in its files, sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(_("reference"), max_length=12, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(_("stage"), max_length=20, choices=State, default=State.RECEIVED)
    #: False in the two final states; kept beside `state` so that one short index serves the caseload.
    is_open = models.BooleanField(default=True)
    lead = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.NOT_KNOWN)
    level_set_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level_set_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    received_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, blank=True)
    next_due_kind = models.CharField(max_length=24, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_repeat = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "is_open", "next_due_at", "id"], name="cases_caseload"),
            # Partners' lists: in the order of dates whatever the programme, kept if assigned.
            models.Index(fields=["is_open", "next_due_at", "id"], name="cases_by_date"),
            models.Index(fields=["programme", "state", "next_due_at", "id"], name="cases_by_state"),
            models.Index(fields=["programme", "is_open", "lead", "next_due_at", "id"], name="cases_by_lead"),
            models.Index(
                fields=["programme", "is_open", "level", "next_due_at", "id"], name="cases_by_level"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="cases_open_matches_state",
                condition=Q(is_open=True, state__in=[*OPEN_STATES], closed_at__isnull=True)
                | Q(is_open=False, state__in=[State.NOT_TAKEN, State.CLOSED], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_level_has_author_and_date",
                condition=Q(level_set_at__isnull=True, level_set_by__isnull=True, level=Level.NOT_KNOWN)
                | Q(level_set_at__isnull=False, level_set_by__isnull=False),
            ),
            models.CheckConstraint(
                name="cases_open_has_a_next_date",
                condition=Q(is_open=False) | Q(next_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("cases:case", args=[self.pk])

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """Where the case stands, in words true of its programme; only the one word asked for is translated."""
        if self.state == State.ACCEPTED and not self.programme.protocol.is_consent_required:
            return str(_("Accepted: to be assessed"))
        return str(State(self.state).label)

    @property
    def level_title(self) -> str:
        """The level in the words of the programme."""
        return self.title_of(self.level)

    def title_of(self, level: str) -> str:
        """Answer a level in the words of the programme."""
        return localized(self.programme.protocol.level_words[level], "title")


class Referral(models.Model):
    """How a case came in: from whom, when, by which way. What was said is in the files' entries."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="referrals")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    referred_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=[("desk", _("Form")), ("file", _("File import"))])
    #: Keyed digest of the sender's own number: recognises a repeat, tells nothing.
    external_digest = models.BinaryField(max_length=32, null=True, blank=True)
    is_emergency = models.BooleanField(default=False)
    victim_informed = models.CharField(
        max_length=8,
        choices=[("yes", _("Yes")), ("no", _("No")), ("unknown", _("Not known"))],
        default="unknown",
    )
    #: What the referrer may learn of the outcome, when there is one: a stage, never a content.
    outcome_told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="cases_referral_external_once",
                fields=["agency", "external_digest"],
                condition=Q(external_digest__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["agency", "-received_at", "id"], name="cases_referral_by_agency")]

    def __str__(self) -> str:
        return f"{self.case_id}"


class CaseLink(models.Model):
    """Two cases said to concern the same people. Linked, never merged; unlinked, both are as before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_from")
    second = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links_to")
    kind = models.CharField(
        max_length=12,
        choices=[
            ("same", _("Same situation referred twice")),
            ("repeat", _("Same people, new events")),
            ("related", _("Related")),
        ],
    )
    linked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    #: The link made its later case one that comes again: what unlinking takes back.
    marks_repeat = models.BooleanField(default=False, db_default=False)
    unlinked_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    unlinked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="cases_link_two_cases", condition=~Q(first=F("second"))),
            models.UniqueConstraint(
                name="cases_link_once", fields=["first", "second"], condition=Q(unlinked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="cases_unlink_has_author_and_date",
                condition=Q(unlinked_at__isnull=True, unlinked_by__isnull=True)
                | Q(unlinked_at__isnull=False, unlinked_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}"
