"""Dates that people must keep. Every open case has a next one; nothing expires silently."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.models import Case, File, Task
from egide.cases.models.work import OUTLIVING, TaskKind
from egide.cases.rules.protocol import Interval
from egide.cases.services import substituting
from egide.cases.services.entries import subject_file
from egide.common.clock import add_working_days
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing import queries as sharing_queries

_DATE = ("next_due_at", "next_due_kind")


def due_after(at: datetime, interval: Interval) -> datetime:
    """Answer the moment an interval of the protocol ends."""
    return add_working_days(at, interval.working_days) if interval.working_days else at + interval.elapsed


def set_deadline(
    *,
    case: Case,
    kind: str,
    at: datetime,
    due_at: datetime | None = None,
    file: File | None = None,
    agency: Agency | None = None,
    owner: Membership | None = None,
    actor: Membership | None = None,
) -> Task:
    """Make the protocol's task of that kind, once: an open one of the same kind is answered instead."""
    open_one = Task.objects.filter(case=case, kind=kind, done_at__isnull=True).order_by("due_at").first()
    if open_one is not None:
        return open_one
    due_at = due_at or due_after(at, case.programme.protocol.deadlines[kind])
    task = new_task(
        case=case,
        kind=kind,
        at=at,
        due_at=due_at,
        file=file or subject_file(case),
        agency=agency,
        owner=owner,
        actor=actor,
    )
    task.agency_id, task.owner = substituting.instead_of(
        case=case, agency_id=task.agency_id, owner=task.owner, side=task.side, at=at
    )
    task.rises_to = follower(case, agency_id=task.agency_id)
    task.save(force_insert=True)
    return task


def set_own_deadline(
    *, file: File, kind: str, at: datetime, due_at: datetime, actor: Membership | None = None
) -> Task:
    """Set the one date of that kind of one person of a case, in the place of the one that was set before."""
    end_own_deadline(file=file, kind=kind, actor=actor, at=at)
    task = new_task(case=file.case, kind=kind, at=at, due_at=due_at, file=file, actor=actor)
    task.agency_id, task.owner = substituting.instead_of(
        case=file.case, agency_id=task.agency_id, owner=task.owner, side=task.side, at=at
    )
    task.save(force_insert=True)
    return task


def end_own_deadline(
    *, file: File, kind: str, actor: Membership | None, at: datetime, outcome: str = "not_needed"
) -> None:
    """End the open date of that kind of one person; one that nobody ended gives way without a trace of its own."""
    mine = Task.objects.filter(file=file, kind=kind, done_at__isnull=True)
    if actor is None:
        mine.delete()
    else:
        mine.update(done_at=at, done_by=actor, outcome=outcome)


def new_task(
    *,
    case: Case,
    kind: str,
    at: datetime,
    due_at: datetime,
    file: File,
    agency: Agency | None = None,
    owner: Membership | None = None,
    actor: Membership | None = None,
) -> Task:
    """Answer a task of the protocol, not yet saved: the lead agency's unless said otherwise."""
    holder = agency or case.programme.lead_agency
    return Task(
        case=case,
        kind=kind,
        file=file,
        side="victim",
        agency=holder,
        owner=owner or case.lead,
        rises_to=follower(case, agency_id=holder.pk),
        due_at=due_at,
        created_by=actor,
        created_at=at,
    )


def follower(case: Case, *, agency_id: UUID) -> Membership | None:
    """Answer who follows a task from its start: the lead of the case, when another agency has it."""
    return None if agency_id == case.programme.lead_agency_id else case.lead


def hand_over(case: Case) -> None:
    """Let the lead of a case follow what others have and what is late; called whenever a case changes hands."""
    followed = Task.objects.filter(case=case, done_at__isnull=True).filter(
        Q(raised_at__isnull=False) | ~Q(agency=case.programme.lead_agency_id)
    )
    followed.update(rises_to=case.lead)


def meet_deadline(*, case: Case, kind: str, actor: Membership, at: datetime, outcome: str = "done") -> int:
    """Mark the open tasks of that kind as done; answers how many there were."""
    return Task.objects.filter(case=case, kind=kind, done_at__isnull=True).update(
        done_at=at, done_by=actor, outcome=outcome
    )


def end_all(*, case: Case, actor: Membership, at: datetime) -> None:
    """Close the open tasks of a case that ended, as no longer needed; what is still owed outlives it."""
    Task.objects.filter(case=case, done_at__isnull=True).exclude(kind__in=OUTLIVING).update(
        done_at=at, done_by=actor, outcome="not_needed"
    )


def pass_on(tasks: QuerySet[Task], *, agency_id: UUID, owner: Membership | None) -> int:
    """Give open tasks to another agency; answers how many.

    Their words stay held by who held them: to have something to do opens nothing more of what another wrote. What
    the agency that gets them wrote itself is its own again.
    """
    given = list(tasks.order_by("pk").values_list("pk", flat=True))
    moved = Task.objects.filter(pk__in=given)
    anothers = moved.filter(words_of__isnull=True).exclude(created_by__agency=agency_id)
    anothers.update(words_of=F("agency"))
    return moved.update(agency=agency_id, owner=owner, rises_to=None)


def give_back(*, case: Case, at: datetime, agency: Agency | None = None) -> int:
    """Give the lead agency what an agency can do no more; answers how many tasks.

    Args:
        agency: one that is kept out; every agency that no longer works on the case when None.
    """
    lead = case.programme.lead_agency_id
    open_ones = Task.objects.filter(case=case, done_at__isnull=True).exclude(agency=lead)
    if agency is not None:
        open_ones = open_ones.filter(agency=agency)
    else:
        working = sharing_queries.active_assignments(now=at).filter(case_id=case.pk).order_by()
        open_ones = open_ones.exclude(agency__in=working.values("agency_id"))
    return pass_on(open_ones, agency_id=lead, owner=case.lead)


def refresh_next_due(case: Case, *, at: datetime, changed: Collection[str] = ()) -> None:
    """Copy the nearest open task onto the case, making a review when nothing else is to come.

    Called by every service after it changed tasks, in the same transaction.

    Args:
        case: as it was locked in this transaction.
        changed: the other columns to save with the date; a column not named is left as it stands.
    Raises:
        Refused: the copy is older than the case: somebody changed it since it was read.
    """
    if case.is_open:
        nearest = Task.objects.filter(case=case, done_at__isnull=True).order_by("due_at", "pk").first()
        if nearest is None:
            interval = case.programme.protocol.reviews[case.level]
            nearest = set_deadline(case=case, kind=TaskKind.REVIEW, at=at, due_at=due_after(at, interval))
        case.next_due_at, case.next_due_kind = nearest.due_at, nearest.kind
    else:
        case.next_due_at, case.next_due_kind = None, ""
    saved = Case.objects.filter(pk=case.pk, revision=case.revision).update(
        revision=case.revision + 1, **{name: getattr(case, name) for name in (*_DATE, *changed)}
    )
    if not saved:
        raise Refused(
            _(
                "Somebody changed this case at the same moment. Nothing was recorded: look at it, then send again."
            )
        )
    case.revision += 1


def late_by(due_at: datetime, *, at: datetime) -> timedelta:
    """Answer how late a date is; zero when it is not."""
    return max(at - due_at, timedelta())


def _lock_cases(pks: Collection[UUID]) -> list[UUID]:
    """Lock several cases, in the order of their keys; answers those there are.

    The order of every service that writes tasks: the case first, then its tasks. What changes tasks of many cases
    at once keeps to it, all the cases before the first task, or it and a colleague who saves wait for each other.
    """
    found = Case.objects.select_for_update().filter(pk__in=pks).order_by("pk")
    return list(found.values_list("pk", flat=True))


def _with_absent(at: datetime) -> tuple[QuerySet[Task], QuerySet[Task], QuerySet[Case]]:
    """Answer the tasks somebody absent owns, those that rise to somebody absent, and the cases such a one leads."""
    here = Membership.objects.in_force(timezone.localdate(at)).order_by().values("pk")

    def is_absent(who: str, case_ref: str = "case_id") -> Q:
        kept_out = sharing_queries.recused_members(case_ref=case_ref, owner_ref=who)
        return Q(**{f"{who}__isnull": False}) & (~Q(**{f"{who}__in": here}) | Q(kept_out))

    tasks = Task.objects.filter(done_at__isnull=True).order_by()
    led = Case.objects.filter(is_open=True).order_by()
    return (
        tasks.filter(is_absent("owner")),
        tasks.filter(is_absent("rises_to")),
        led.filter(is_absent("lead", "pk")),
    )


@transaction.atomic
def release_absent(*, at: datetime, case_id: UUID | None = None) -> int:
    """Give back to their agency what belongs to somebody who left, or is kept out of the case; answers how many tasks.

    What nobody owns shows to everyone of the agency who may see the case; a case whose lead is gone has none.
    Run with `raise_late`, and at once when somebody is recused.
    """
    owned, followed, led = _with_absent(at)
    if case_id is None:
        per_kind = [owned.values_list("case_id"), followed.values_list("case_id"), led.values_list("pk")]
        concerned = {pk for rows in per_kind for (pk,) in rows.distinct()[:1000]}
    else:
        concerned = {case_id}
    if not concerned:
        return 0
    locked = _lock_cases(concerned)
    released = owned.filter(case__in=locked).update(owner=None)
    followed.filter(case__in=locked).update(rises_to=None)
    lost = list(led.filter(pk__in=locked).values_list("pk", flat=True))
    if lost:
        Case.objects.filter(pk__in=lost).update(lead=None)
        ledger.record_many(
            ledger.entry(action="cases.lead_gone", actor=None, target=f"cases.case:{pk}", at=at)
            for pk in lost
        )
    return released


def raise_late(*, at: datetime, limit: int = 1000) -> int:
    """Raise what became late to whoever leads the case: it shows among theirs; answers how many were raised.

    Run every minute by the scheduler; a task is raised once, and stays late until someone ends it.
    """
    # Two transactions: the cases of the one are let go before those of the other are locked.
    release_absent(at=at)
    return _raise_late(at=at, limit=limit)


@transaction.atomic
def _raise_late(*, at: datetime, limit: int) -> int:
    late = Task.objects.filter(done_at__isnull=True, raised_at__isnull=True, due_at__lt=at).filter(
        # A closed case has no date any more; what is owed to a person, or by an agency, is all the same.
        Q(case__is_open=True) | Q(kind__in=OUTLIVING)
    )
    found = list(late.order_by("due_at", "pk").values_list("pk", "case_id")[:limit])
    if not found:
        return 0
    _lock_cases({case for _pk, case in found})
    lead = Case.objects.filter(pk=OuterRef("case_id")).order_by().values("lead")
    Task.objects.filter(pk__in=[pk for pk, _case in found], raised_at__isnull=True).update(
        raised_at=at, rises_to=Subquery(lead)
    )
    ledger.record_many(
        ledger.entry(action="cases.late_raised", actor=None, target=f"cases.task:{pk}", at=at)
        for pk, _case in found
    )
    return len(found)
