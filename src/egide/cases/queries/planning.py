"""The versions of a plan, and the words of those a reader asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery, UUIDField

from egide.cases.lifecycle import PlanState
from egide.cases.models import File, Plan, Task
from egide.cases.models.case import programmes_of
from egide.cases.models.work import BLOCKABLE
from egide.cases.queries.casefile import visible_tasks
from egide.cases.rules.plans import SAFETY
from egide.partners.models import Membership
from egide.sharing import services as sharing

_VERSIONS = Plan.objects.filter(file=OuterRef("pk")).order_by()
#: What a form of the next version asks of the file, in the query that finds it: is one agreed, which words are a draft.
MARKS = {
    "has_agreed_plan": Exists(_VERSIONS.filter(agreed_at__isnull=False)),
    "plan_draft_id": Subquery(
        _VERSIONS.filter(state=PlanState.DRAFT).values("content")[:1], output_field=UUIDField()
    ),
}


@dataclass(frozen=True)
class OpenedPlan:
    """One version as one reader gets it."""

    plan: Plan
    #: The words of each part, by its code; None when they are not the reader's to read.
    sections: dict[str, str] | None
    #: Why it was written again; empty when nobody said.
    why: str = ""


def versions(*, file: File) -> list[Plan]:
    """Answer every version, newest first, without a word of them."""
    return list(
        Plan.objects.filter(file=file)
        .select_related("written_by__account", "written_by__agency")
        .order_by("-version")
    )


def open_versions(
    *, file: File, plans: Collection[Plan], actor: Membership, at: datetime
) -> list[OpenedPlan]:
    """Open these versions of one file, whether they were replaced since or not, in one decision and one trace."""
    return _open(file, plans, actor, at)[0]


def open_plan(
    *, file: File, plans: Collection[Plan], actor: Membership, at: datetime
) -> tuple[list[OpenedPlan], list[Task]]:
    """Open these versions, and answer the actions of the case the reader may know of, without a word of them."""
    opened, side = _open(file, plans, actor, at)
    tasks = Task.objects.filter(case=file.case_id, kind__in=BLOCKABLE).defer("text").order_by("created_at")
    is_staff = file.case.programme_id in programmes_of(actor)
    return opened, visible_tasks(list(tasks), side, is_staff=is_staff, agency_id=actor.agency_id)


def _open(
    file: File, plans: Collection[Plan], actor: Membership, at: datetime
) -> tuple[list[OpenedPlan], str]:
    kind = file.case.programme.protocol.plan
    view = sharing.open_files(
        actor=actor,
        files=[file],
        purpose="victim_safety" if kind is SAFETY else sharing.purpose_of(actor),
        at=at,
        records=file.records_of_entries([plan.content_id for plan in plans]),
        only={kind.category},
        with_items=False,
    )
    contents = {item.id: item.content for item in view.items}
    return [_opened(plan, contents.get(plan.content_id)) for plan in plans], view.side


def _opened(plan: Plan, content: object) -> OpenedPlan:
    if not isinstance(content, Mapping):
        return OpenedPlan(plan, None)
    return OpenedPlan(plan, dict(content.get("sections") or {}), content.get("why", ""))
