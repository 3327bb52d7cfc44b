"""The audits a team makes of itself: where each programme stands, one audit beside the last, what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from egide.cases.models import AuditAnswer, Programme, SelfAudit
from egide.cases.models.auditing import a_year_after
from egide.cases.models.case import learn_own_programmes, own_programmes, own_team, programmes_of
from egide.cases.rules import standard_file
from egide.cases.rules.standard_file import Statement
from egide.partners.models import Membership, MembershipQuerySet, Role

#: How long before its day an audit is on the day of who coordinates.
NEAR = timedelta(days=30)
#: How long before its day an improvement is on the day of who makes it.
ACTION_NEAR = timedelta(days=7)
#: Audits of one programme shown in a list: as many years.
SHOWN = 10
#: Improvements on one page.
MOST_ACTIONS = 25
#: What was promised in a signed audit, and is not done yet.
OPEN_ACTION = Q(
    is_current=True,
    action_due_on__isnull=False,
    action_done_at__isnull=True,
    audit__countersigned_at__isnull=False,
)


def _is_late(due_on: date | None, today: date) -> bool:
    """Whether a year has passed since two people signed the last audit."""
    return due_on is not None and today > due_on


def _is_near(due_on: date | None, today: date) -> bool:
    """Whether an audit is for now: never done, late, or due within a month."""
    return due_on is None or today >= due_on - NEAR


@dataclass(frozen=True)
class Standing:
    """Where a programme stands with the audits of its team."""

    programme: Programme
    #: The standard of its protocol; None when none is written for it.
    standard: standard_file.Standard | None
    open: SelfAudit | None
    #: Those two people signed, newest first.
    signed: list[SelfAudit]
    today: date

    @property
    def due_on(self) -> date | None:
        """The day the next audit is due; None before the first."""
        return self.signed[0].next_on if self.signed else None

    @property
    def is_late(self) -> bool:
        """Whether a year has passed since two people signed the last one."""
        return self.standard is not None and _is_late(self.due_on, self.today)

    @property
    def is_near(self) -> bool:
        """Whether it is for now: never done, late, or due within a month."""
        return self.standard is not None and _is_near(self.due_on, self.today)


def standings(*, actor: Membership, at: datetime) -> list[Standing]:
    """Answer where each programme of the actor's team stands, in one query."""
    programmes = own_programmes(actor)
    rows = (
        SelfAudit.objects.filter(programme__in=[one.pk for one in programmes])
        .select_related("signed_by_account", "countersigned_by_account")
        .defer("text")
        .order_by("-began_at", "-pk")
    )
    found: dict[UUID, list[SelfAudit]] = {one.pk: [] for one in programmes}
    for audit in rows if programmes else ():
        found[audit.programme_id].append(audit)
    today = timezone.localdate(at)
    return [
        Standing(
            programme=one,
            standard=standard_file.load(one.protocol.self_audit) if one.protocol.self_audit else None,
            open=next((audit for audit in found[one.pk] if audit.is_open), None),
            signed=[audit for audit in found[one.pk] if not audit.is_open][:SHOWN],
            today=today,
        )
        for one in programmes
    ]


def team_of(programme: Programme, at: datetime) -> MembershipQuerySet:
    """Answer the programme's own team: who may make an improvement."""
    return Membership.objects.in_force(timezone.localdate(at)).filter(own_team(programme))


@dataclass(frozen=True)
class Line:
    """One statement, what is answered now, and what was answered in the audit before."""

    statement: Statement
    answer: AuditAnswer | None
    before: AuditAnswer | None


@dataclass(frozen=True)
class Opened:
    """One audit beside the one before it."""

    audit: SelfAudit
    standard: standard_file.Standard
    before: SelfAudit | None
    lines: list[Line]

    @property
    def left(self) -> int:
        """How many statements are not answered yet."""
        return sum(1 for line in self.lines if line.answer is None)


def fetch(*, actor: Membership, audit_id: UUID) -> SelfAudit:
    """Answer an audit of the actor's team.

    Raises:
        NotVisible: there is none.
    """
    people = ("signed_by_account", "countersigned_by_account", "began_by__account")
    return SelfAudit.objects.select_related("programme", *people).fetch(audit_id, actor=actor)


def opened(*, actor: Membership, audit_id: UUID) -> Opened:
    """Answer an audit with its answers and those of the one before, in three queries.

    Raises:
        NotVisible: there is none.
    """
    audit = fetch(actor=actor, audit_id=audit_id)
    before = (
        SelfAudit.objects.filter(
            programme=audit.programme_id, countersigned_at__isnull=False, began_at__lt=audit.began_at
        )
        .order_by("-began_at", "-pk")
        .first()
    )
    rows = (
        AuditAnswer.objects.filter(audit__in=[one.pk for one in (audit, before) if one], is_current=True)
        .select_related("answered_by__account", "action_owner__account", "action_done_by__account")
        .order_by("pk")
    )
    known = {(row.audit_id, row.statement): row for row in rows}
    # Another standard asks other things, even under the same short word.
    same = before is not None and before.text["code"] == audit.text["code"]
    return Opened(
        audit=audit,
        standard=audit.standard,
        before=before,
        lines=[
            Line(
                statement=one,
                answer=known.get((audit.pk, one.code)),
                before=known.get((before.pk, one.code)) if before is not None and same else None,
            )
            for one in audit.standard.statements
        ],
    )


def open_actions(*, actor: Membership) -> list[AuditAnswer]:
    """Answer the improvements promised by the actor's team and not made yet, by their day."""
    return list(
        _actions()
        .filter(audit__programme__in=programmes_of(actor))
        .order_by("action_due_on", "pk")[:MOST_ACTIONS]
    )


@dataclass(frozen=True)
class Day:
    """What of a programme's audit is for now."""

    programme: Programme
    #: Whether the audit itself is: for who coordinates.
    is_near: bool
    due_on: date | None
    #: The nearest improvement the actor makes; or, for who coordinates, the one of the team that is late longest.
    improvement_on: date | None
    today: date

    @property
    def is_late(self) -> bool:
        """Whether a year has passed since two people signed the last audit."""
        return _is_late(self.due_on, self.today)

    @property
    def is_improvement_late(self) -> bool:
        """Whether the day of the improvement has passed."""
        return self.improvement_on is not None and self.today > self.improvement_on


def for_now(*, actor: Membership, at: datetime) -> list[Day]:
    """Answer what of the audits is for the actor's day; learnt with their programmes, in no query of its own."""
    today = timezone.localdate(at)
    is_coordinator = actor.role == Role.COORDINATOR
    signed = SelfAudit.objects.filter(programme=OuterRef("pk"), countersigned_at__isnull=False)
    wanted = Q(action_owner=actor, action_due_on__lte=today + ACTION_NEAR)
    if is_coordinator:
        wanted |= Q(action_due_on__lt=today)
    promised = AuditAnswer.objects.filter(OPEN_ACTION, wanted, audit__programme=OuterRef("pk"))
    found: Sequence[Any] = learn_own_programmes(
        actor,
        audited_at=Subquery(signed.order_by("-countersigned_at").values("countersigned_at")[:1]),
        improvement_on=Subquery(promised.order_by("action_due_on").values("action_due_on")[:1]),
    )
    lines = []
    for one in found:
        due_on = a_year_after(timezone.localdate(one.audited_at)) if one.audited_at else None
        is_asked = is_coordinator and bool(one.protocol.self_audit)
        is_near = is_asked and _is_near(due_on, today)
        if is_near or one.improvement_on:
            lines.append(Day(one, is_near, due_on, one.improvement_on, today))
    return lines


def _actions() -> QuerySet[AuditAnswer]:
    return AuditAnswer.objects.filter(OPEN_ACTION).select_related("audit__programme", "action_owner__account")
