"""Tasks and reviews: someone, something, a moment."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, File, Task
from egide.cases.models.file import Kind, as_codes
from egide.cases.models.work import TaskKind, TaskWords
from egide.cases.services import deadlines, entries, substituting, weaponing
from egide.cases.services.locking import lock_open_case
from egide.common.errors import Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing.rules.categories import compartment_of
from egide.sharing.rules.sides import is_management_only

#: Which category the words of a task belong to, by the side they serve.
CATEGORY_BY_SIDE = {"victim": "plan.safety", "management": "plan.management", "both": "conference.record"}


def make_task(
    *,
    case: Case,
    file: File,
    text: str | TaskWords,
    side: str,
    agency_id: UUID,
    due_at: datetime,
    actor: Membership,
    at: datetime,
    kind: str = TaskKind.TASK,
    category: str = "",
    owner: Membership | None = None,
    cause_id: UUID | None = None,
    about: Task | None = None,
) -> Task:
    """Make one task with its sealed words; the caller's transaction records it.

    Args:
        text: as somebody typed it, or what the application asks, which is kept as its code.
        category: what its words belong to, when they tell more than the side they serve.
        cause_id: the entry that makes it. about: the task it is about.
    """
    category = category or CATEGORY_BY_SIDE[side]
    pk = new_id()
    agency_id, owner = substituting.instead_of(case=case, agency_id=agency_id, owner=owner, side=side, at=at)
    return Task.objects.create(
        id=pk,
        case=case,
        kind=kind,
        file=file,
        category=category,
        side=side,
        text=entries.seal_json(
            {"text": "", "code": text.value} if isinstance(text, TaskWords) else {"text": text},
            file_id=file.pk,
            compartment=compartment_of(category),
            row=pk,
            model="cases.Task",
            field="text",
        ),
        # What the application asks tells nothing anybody brought.
        regimes="" if isinstance(text, TaskWords) else as_codes(actor.agency, _has_it(case, agency_id)),
        agency_id=agency_id,
        owner=owner,
        rises_to=deadlines.follower(case, agency_id=agency_id),
        due_at=due_at,
        cause_id=cause_id,
        about=about,
        created_by=actor,
        created_at=at,
    )


def _has_it(case: Case, agency_id: UUID) -> Agency:
    lead = case.programme.lead_agency
    return lead if lead.pk == agency_id else Agency.objects.get(pk=agency_id)


@transaction.atomic
def add_task(
    *, case_id: UUID, text: str, side: str, agency_id: UUID, due_at: datetime, actor: Membership, at: datetime
) -> Task:
    """Give one agency of the team something to do by a moment.

    Raises:
        Refused: no words, an agency that is not on the case, or a moment already past.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_contribute(actor, case)
    if not text.strip():
        raise Refused(_("Write what has to be done."))
    if due_at <= at:
        raise Refused(_("The date is already past."))
    if side not in CATEGORY_BY_SIDE:
        raise Refused(_("Choose whom the task serves."))
    if not Agency.objects.filter(pk=agency_id).filter(pk__in=team_agencies(case)).order_by().exists():
        raise Refused(_("This agency is not on the case’s team."))
    check_side(agency_id, side)
    task = make_task(
        case=case,
        file=entries.file_served(case, side),
        text=text.strip(),
        side=side,
        agency_id=agency_id,
        due_at=due_at,
        actor=actor,
        at=at,
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.task_added", actor=actor, target=task, at=at, subject=case.pk)
    return task


def check_side(agency_id: UUID, side: str) -> None:
    """Refuse a task that serves the victim to an agency that works with the other person: it would not see it.

    Raises:
        Refused: that is so.
    """
    sector = Agency.objects.filter(pk=agency_id).order_by().values_list("sector", flat=True).first()
    if side == "victim" and is_management_only(sector or ""):
        raise Refused(
            _(
                "This agency works with the person of concern: it does not see what serves the victim. Choose another."
            )
        )


def team_agencies(case: Case) -> set[UUID]:
    """Answer the lead agency and every agency assigned to the case."""
    from egide.sharing.queries import assigned_agencies

    return {case.programme.lead_agency_id, *assigned_agencies(case_id=case.pk)}


@transaction.atomic
def record_review(
    *,
    case_id: UUID,
    text: str,
    actor: Membership,
    at: datetime,
    weapons: weaponing.Answer | None = None,
) -> Task:
    """Review a case: what changed, what stays; the next review is set from the level in force.

    Raises:
        Refused: nothing was written.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if not text.strip():
        raise Refused(_("Write what changed since the last review, even if it is: nothing."))
    entries.write_entry(
        file=entries.subject_file(case),
        category="conference.record",
        kind=Kind.OPINION,
        text=text.strip(),
        form="review:1",
        actor=actor,
        at=at,
    )
    if weapons is not None:
        weaponing.write(case, weaponing.Stage.REVIEW, weapons, actor=actor, at=at)
    for kind in (TaskKind.REVIEW, TaskKind.DEVELOPMENT):
        deadlines.meet_deadline(case=case, kind=kind, actor=actor, at=at)
    interval = case.programme.protocol.reviews[case.level]
    review = deadlines.set_deadline(
        case=case, kind=TaskKind.REVIEW, at=at, due_at=deadlines.due_after(at, interval), actor=actor
    )
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.reviewed", actor=actor, target=case, at=at)
    return review
