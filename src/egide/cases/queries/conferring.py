"""What a conference shows: only the cases its reader may see, without a gap that tells of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from egide.cases.lifecycle import State
from egide.cases.models import AgendaItem, Case, Conference, File
from egide.cases.queries.conflicts import PossibleConflict, possible_conflicts
from egide.cases.queries.rows import named, shown_role, with_name
from egide.partners.models import Agency, Membership, Role
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only


@dataclass
class AgendaLine:
    """One case of the agenda, numbered for this reader alone."""

    number: int
    item: AgendaItem
    case: Case
    name: str


def agenda(*, conference: Conference, actor: Membership, at: datetime) -> list[AgendaLine]:
    """Return the lines this reader may know of; their numbers have no gap."""
    items = {
        item.case_id: item
        for item in AgendaItem.objects.filter(conference=conference).order_by("position", "pk")
    }
    cases = {
        case.pk: case
        for case in with_name(Case.objects.visible_to(actor), actor).filter(pk__in=items).order_by("pk")
    }
    ordered = [cases[pk] for pk in items if pk in cases]
    rows = named(ordered, actor=actor, at=at)
    return [AgendaLine(n, items[row.case.pk], row.case, row.name) for n, row in enumerate(rows, start=1)]


def candidates(*, conference: Conference, actor: Membership, at: datetime) -> list[Any]:
    """Return active cases of the programme that are not on the agenda yet, nearest date first."""
    there = AgendaItem.objects.filter(conference=conference).order_by().values("case")
    cases = (
        with_name(Case.objects.visible_to(actor), actor)
        .filter(programme=conference.programme_id, state=State.ACTIVE)
        .exclude(pk__in=there)
        .order_by("next_due_at", "pk")[:30]
    )
    return named(list(cases), actor=actor, at=at)


def possible(
    conference: Conference, lines: Sequence[Any], *, actor: Membership, at: datetime
) -> dict[Any, list[PossibleConflict]]:
    """Answer, for lines of an agenda, the colleagues who may have a conflict, for who runs the sitting."""
    cases = [line.case for line in lines]
    for case in cases:
        case.programme = conference.programme
    return possible_conflicts(cases=cases, actor=actor, at=at)


@dataclass
class Screen:
    """One case as the conference sees it."""

    name: str
    parts: list[dict[str, Any]]
    wishes: str
    decisions: list[dict[str, Any]]
    withheld: list[sharing.ClassDecision]
    #: Whether the wishes are there for this reader: shown, withheld, or missing.
    wishes_state: str = "missing"


def screen(*, item: AgendaItem, actor: Membership, at: datetime, team: Sequence[Agency]) -> Screen:
    """Answer each agency's part, the wishes and the decisions, as far as the reader may read them."""
    files = list(File.objects.filter(case=item.case_id).order_by("created_at", "pk"))
    for file in files:
        file.case = item.case
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[file.name_record() for file in files],
    )
    opened = {i.id: i for i in view.items}
    brought: dict[Any, list[sharing.OpenedItem]] = {}
    for contribution in item.contributions.order_by("pk"):
        if contribution.entry_id in opened:
            brought.setdefault(contribution.agency_id, []).append(opened[contribution.entry_id])
    role = shown_role(actor)
    names = [
        i.text
        for i in view.items
        if i.form == "name:1" and any(f.pk == i.file_id and f.role == role for f in files)
    ]
    is_other_side = is_management_only(actor.sector)
    wishes = opened.get(item.wishes_id) if item.wishes_id else None
    return Screen(
        name=names[0] if names else "",
        # On the other side: what one may read and one's own; not who else is there, nor that anything was decided.
        parts=[
            {"agency": agency, "items": brought.get(agency.pk, [])}
            for agency in team
            if not is_other_side or agency.pk == actor.agency_id or agency.pk in brought
        ],
        wishes=wishes.text if wishes else "",
        decisions=[
            {"decision": d, "text": opened[d.entry_id].text if d.entry_id in opened else ""}
            for d in item.decisions.select_related("task__agency").order_by("decided_at", "pk")
            if not is_other_side or d.entry_id in opened
        ],
        withheld=[] if is_other_side else view.withheld,
        wishes_state=_wishes_state(item, bool(wishes), is_other_side=is_other_side),
    )


def _wishes_state(item: AgendaItem, is_read: bool, *, is_other_side: bool) -> str:
    """Answer `shown`, `withheld`, `missing`, or `none` where even their existence is not told."""
    if is_other_side:
        return "none"
    if is_read:
        return "shown"
    return "withheld" if item.has_recorded_wishes else "missing"


def attendances(conference: Conference, *, actor: Membership) -> list[Any]:
    """Answer who is there, as far as the reader may know: on the other side, neither advocates nor shelter staff."""
    rows = conference.attendances.select_related("membership__account", "membership__agency").order_by(
        "seat", "pk"
    )
    if not is_management_only(actor.sector):
        return list(rows)
    return [
        row
        for row in rows
        if is_management_only(row.membership.sector)
        or row.membership.agency_id == actor.agency_id
        or row.membership.role == Role.CHAIR
    ]
