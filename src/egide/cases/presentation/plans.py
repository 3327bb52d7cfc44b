"""A plan in words: its parts, and what changed from one version to another."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from egide.cases.forms.plans import SECTION_LABELS
from egide.cases.lifecycle import TaskState
from egide.cases.models import Task
from egide.cases.queries.planning import OpenedPlan
from egide.cases.rules.plan_changes import Change, PartChange, part_changes
from egide.cases.rules.progress import Step, progress
from egide.common import dates


def plan_sections(written: Mapping[str, str]) -> list[dict[str, Any]]:
    """Answer the parts that hold words, with their names."""
    return [
        {"label": SECTION_LABELS[name], "text": written[name]} for name in SECTION_LABELS if written.get(name)
    ]


def changes(before: OpenedPlan, after: OpenedPlan) -> list[dict[str, Any]]:
    """Answer what changed, part by part; nothing when the reader may not read both."""
    if before.sections is None or after.sections is None:
        return []
    words = {
        Change.ADDED: _("Added"),
        Change.REMOVED: _("Removed"),
        Change.CHANGED: _("Changed"),
        Change.SAME: _("The same"),
    }
    return [
        {"label": SECTION_LABELS[part.code], "said": words[part.change], "part": part}
        for part in part_changes(before.sections, after.sections, order=SECTION_LABELS)
    ]


def summary(parts: Sequence[Mapping[str, Any]]) -> str:
    """Answer how many parts were added, removed, changed or not, in one sentence."""
    count = {change: sum(_of(one).change == change for one in parts) for change in Change}
    said = [
        ngettext("%(count)d part added", "%(count)d parts added", count[Change.ADDED]),
        ngettext("%(count)d part removed", "%(count)d parts removed", count[Change.REMOVED]),
        ngettext("%(count)d part changed", "%(count)d parts changed", count[Change.CHANGED]),
        ngettext("%(count)d part the same", "%(count)d parts the same", count[Change.SAME]),
    ]
    return ", ".join(
        words % {"count": number} for words, number in zip(said, count.values(), strict=True) if number
    )


def _of(line: Mapping[str, Any]) -> PartChange:
    part: PartChange = line["part"]
    return part


def about(before: OpenedPlan, after: OpenedPlan) -> list[list[Any]]:
    """Answer who wrote each version, when, how, since when it is agreed and why, as the rows of a table."""
    both = (before, after)
    return [
        [
            _("Written by"),
            *(f"{one.plan.written_by.person_name}, {one.plan.written_by.agency}" for one in both),
        ],
        [_("Written on"), *(_moment(one.plan.written_at, "DATETIME_FORMAT") for one in both)],
        [_("How"), *(one.plan.get_made_with_display() for one in both)],
        [_("Agreed on"), *(_agreed(one) for one in both)],
        [_("Why it was written again"), *(_why(one) for one in both)],
    ]


def _moment(moment: datetime, form: str) -> str:
    return dates.said(timezone.localtime(moment), form)


def _agreed(one: OpenedPlan) -> str:
    return _moment(one.plan.agreed_at, "DATE_FORMAT") if one.plan.agreed_at else _("Not agreed yet")


def _why(one: OpenedPlan) -> str:
    if one.why:
        return one.why
    return _("The first version") if one.plan.version == 1 else _("Nobody said why")


def plan_progress(tasks: Sequence[Task], *, at: datetime) -> list[dict[str, Any]]:
    """Answer the points of `progress_drawing`: how far the actions were, and nobody's name."""
    steps = [
        Step(
            created_at=task.created_at,
            due_at=task.due_at,
            ended_at=task.done_at,
            is_done=task.outcome == TaskState.DONE,
            blocked_at=task.blocked_at,
        )
        for task in tasks
    ]
    return [
        {"on": one.at, "done": one.done, "todo": one.todo, "blocked": one.blocked, "late": one.late}
        for one in progress(steps, at=at)
    ]
