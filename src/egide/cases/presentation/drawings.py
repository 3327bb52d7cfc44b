"""What is drawn of a case, made of what was opened only: the timeline, people and links, how far tasks are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from egide.assessments.presentation import tool_names
from egide.cases.models import Task
from egide.cases.models.work import TaskKind
from egide.cases.queries.casefile import CaseFile
from egide.common.text import localized
from egide.sharing.rules.categories import CATEGORIES

#: Facts drawn on the timeline: beyond, they would cover each other.
DRAWN_FACTS = 60


def progress(tasks: Sequence[Task], *, at: datetime) -> dict[str, int]:
    """Answer how many tasks are done, in all and late."""
    return {
        "done": sum(t.done_at is not None for t in tasks),
        "all": len(tasks),
        "late": sum(t.done_at is None and t.due_at < at for t in tasks),
    }


def timeline(opened: CaseFile, *, at: datetime) -> dict[str, Any]:
    """Answer the lanes and events of the timeline, made of what was opened only."""
    events: list[dict[str, Any]] = []
    for item in opened.view.of("incident.facts", "threat.indicators", "health.general")[:DRAWN_FACTS]:
        meta = item.meta or {}
        if meta.get("created_at"):
            events.append(
                {
                    "lane": "facts",
                    "start": meta.get("observed_on") or meta["created_at"],
                    "end": None,
                    "label": localized(CATEGORIES[item.category], "title"),
                    "kind": "fact",
                    "text": item.text[:120],
                }
            )
    events += [
        {
            "lane": "work",
            "start": task.done_at,
            "end": None,
            "kind": "work",
            "text": "",
            "label": TaskKind(task.kind).label,
        }
        for task in opened.tasks
        if task.done_at and task.outcome == "done"
    ]
    tools = tool_names(opened.assessments)
    events += [
        {
            "lane": "work",
            "start": a.scored_at,
            "end": None,
            "label": tools[a.id],
            "kind": "work",
            "text": "",
        }
        for a in opened.assessments
    ]
    events += _plan_events(opened)
    return {
        "lanes": [
            {"key": "facts", "label": _("Facts")},
            {"key": "work", "label": _("Work")},
            {"key": "plan", "label": _("Plan")},
        ],
        "events": events,
    }


def _plan_events(opened: CaseFile) -> list[dict[str, Any]]:
    """The versions of the safety plan, for those who read it: each says when the former ones were agreed."""
    events: list[dict[str, Any]] = []
    for item in opened.view.form(opened.case.programme.protocol.plan.form):
        starts = [datetime.fromisoformat(moment) for moment in item.content.get("former", [])]
        starts.append(item.created_at)
        ends = [*starts[1:], None]
        events += [
            {
                "lane": "plan",
                "start": start,
                "end": end,
                "label": _("version %(number)s") % {"number": number},
                "kind": "plan",
                "text": "",
            }
            for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
        ]
        break
    return events


def people(opened: CaseFile) -> dict[str, Any]:
    """Answer the people of the case the reader may know of, and their links."""
    nodes = []
    for file in opened.files:
        name = opened.name_in(file)
        nodes.append(
            {
                "key": str(file.pk),
                "label": name or _("name not shown"),
                "role": file.title,
                "note": "",
                "kind": "centre" if file.is_subject else "person",
            }
        )
    links = [
        {"from": nodes[0]["key"], "to": node["key"], "label": _("same case"), "guarded": False}
        for node in nodes[1:]
    ]
    return {"nodes": nodes, "links": links}
