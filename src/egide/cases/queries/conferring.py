"""What a conference shows: only the cases its reader may see, without a gap that tells of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from egide.cases.lifecycle import State
from egide.cases.models import AgendaItem, Attendance, Case, Conference, Contribution, File
from egide.cases.queries.conflicts import PossibleConflict, possible_conflicts
from egide.cases.queries.rows import Row, named, stands_for_case, with_name
from egide.cases.rules.quorum import Present, QuorumFinding, quorum_finding
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.prepared import Prepared
from egide.partners.models import Agency, Membership, Role
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.rules.sides import is_management_only


@dataclass
class AgendaLine:
    """One case of the agenda, numbered for this reader alone."""

    number: int
    item: AgendaItem
    case: Case
    name: str
    #: The reader's agency has brought something to it.
    has_own_part: bool = False
    #: How many agencies have; for who runs the sitting.
    brought: int = 0


def on_agenda(conference: Conference, actor: Membership) -> list[Any]:
    """Return the cases of an agenda the actor may know of, in its order, each with its line."""
    cases = list(
        with_name(Case.objects.visible_to(actor), actor)
        .annotate(
            line=FilteredRelation("agenda_items", condition=Q(agenda_items__conference=conference.pk)),
            line_id=F("line__pk"),
            line_has_wishes=F("line__has_recorded_wishes"),
            line_discussed_at=F("line__discussed_at"),
            line_wishes=F("line__wishes"),
            brought=Coalesce(
                Subquery(
                    Contribution.objects.filter(item=OuterRef("line__pk"))
                    .order_by()
                    .values("item")
                    .annotate(n=Count("agency", distinct=True))
                    .values("n")
                ),
                0,
            ),
            has_own_part=Exists(
                Contribution.objects.filter(item=OuterRef("line__pk"), agency=actor.agency_id).order_by()
            ),
        )
        .filter(line__isnull=False)
        .order_by("line__position", "line__pk")
    )
    for case in cases:
        case.item = AgendaItem(  # type: ignore[attr-defined]
            pk=case.line_id,  # type: ignore[attr-defined]
            conference=conference,
            case=case,
            has_recorded_wishes=case.line_has_wishes,  # type: ignore[attr-defined]
            discussed_at=case.line_discussed_at,  # type: ignore[attr-defined]
            wishes_id=case.line_wishes,  # type: ignore[attr-defined]
        )
    return cases


def agenda(
    *, conference: Conference, actor: Membership, at: datetime, with_candidates: bool = False
) -> tuple[list[AgendaLine], list[Row]]:
    """Return the lines this reader may know of, numbered without a gap, and active cases that may be added.

    The names of both are opened together.
    """
    cases = on_agenda(conference, actor)
    others = _candidates(conference, actor) if with_candidates else []
    rows = named([*cases, *others], actor=actor, at=at)
    lines = [
        AgendaLine(n, case.item, case, row.name, case.has_own_part, case.brought)
        for n, (case, row) in enumerate(zip(cases, rows, strict=False), start=1)
    ]
    return lines, rows[len(cases) :]


#: Cases offered for an agenda; another one is put on it by its reference.
CANDIDATES = 15


def _candidates(conference: Conference, actor: Membership) -> list[Any]:
    """Return active cases of the programme that are not on the agenda yet, nearest date first."""
    there = AgendaItem.objects.filter(conference=conference).order_by().values("case")
    return list(
        with_name(Case.objects.visible_to(actor), actor)
        .filter(programme=conference.programme_id, state=State.ACTIVE)
        .exclude(pk__in=there)
        .order_by("next_due_at", "pk")[:CANDIDATES]
    )


@dataclass(frozen=True)
class AgendaConflicts:
    """One case of the agenda, and the colleagues who may have a conflict in it."""

    case: Case
    possible: list[PossibleConflict]


def possible(*, conference: Conference, actor: Membership, at: datetime) -> list[AgendaConflicts]:
    """Answer, for the cases of an agenda, the colleagues who may have a conflict, for who runs the sitting."""
    cases = on_agenda(conference, actor)
    for case in cases:
        case.programme = conference.programme
    found = possible_conflicts(cases=cases, actor=actor, at=at)
    return [AgendaConflicts(case, found[case.pk]) for case in cases if case.pk in found]


def fetch_item(*, conference_id: UUID, item_id: UUID, actor: Membership) -> tuple[AgendaItem, list[File]]:
    """Answer one line of an agenda with its sitting, its case and the files of the case, in one query.

    A case always has files. A sitting and the cases of its agenda are of one programme.

    Raises:
        NotVisible: the sitting, the line or the case is not the actor's to see.
    """
    files: list[Any] = list(
        File.objects.filter(
            case__in=Case.objects.visible_to(actor).order_by().values("pk"),
            case__agenda_items=item_id,
            case__agenda_items__conference__in=Conference.objects.visible_to(actor)
            .filter(pk=conference_id)
            .order_by()
            .values("pk"),
            case__agenda_items__conference__programme=F("case__programme"),
        )
        .annotate(
            line_has_wishes=F("case__agenda_items__has_recorded_wishes"),
            line_wishes=F("case__agenda_items__wishes"),
            line_discussed_at=F("case__agenda_items__discussed_at"),
            line_taken_up_at=F("case__agenda_items__taken_up_at"),
            sitting_state=F("case__agenda_items__conference__state"),
            sitting_starts_at=F("case__agenda_items__conference__starts_at"),
        )
        .select_related("case__programme__lead_agency")
        .order_by("created_at", "pk")
    )
    if not files:
        raise NotVisible
    first = files[0]
    for file in files:
        file.case = first.case
    conference = Conference(
        pk=conference_id,
        programme=first.case.programme,
        state=first.sitting_state,
        starts_at=first.sitting_starts_at,
    )
    item = AgendaItem(
        pk=item_id,
        conference=conference,
        case=first.case,
        has_recorded_wishes=first.line_has_wishes,
        wishes_id=first.line_wishes,
        discussed_at=first.line_discussed_at,
        taken_up_at=first.line_taken_up_at,
    )
    return item, files


@dataclass(frozen=True)
class Place:
    """Where a case stands among those of the agenda this reader may know of."""

    number: int
    total: int
    previous: UUID | None
    following: UUID | None


def _place(item: AgendaItem, seen: list[tuple[int, UUID]]) -> Place:
    """Answer it, counted over what the reader may see: neither a number nor a gap tells of the others."""
    pks = [pk for _position, pk in sorted(seen)]
    at = pks.index(item.pk)
    return Place(
        number=at + 1,
        total=len(pks),
        previous=pks[at - 1] if at else None,
        following=pks[at + 1] if at + 1 < len(pks) else None,
    )


#: What names an agency, as columns: these rows are read together with others.
_AGENCY = ("pk", "code", "name_en", "name_fr", "short_en", "short_fr", "sector")


def present_for(item: AgendaItem) -> QuerySet[Attendance]:
    """Return who is in the room and not kept out of this case, in person or with their agency."""
    return _present(case_id=item.case_id, conference_id=item.conference_id)


def _present(*, case_id: UUID, conference_id: UUID) -> QuerySet[Attendance]:
    return Attendance.objects.filter(
        ~Q(sharing_queries.recused_from(case_id=case_id, owner_ref="membership")),
        conference=conference_id,
        is_present=True,
    ).order_by()


def _room_query(*, lead_id: UUID, case_id: UUID, conference_id: UUID, now: datetime) -> QuerySet[Any]:
    """The agencies of a case's team, then those in the room with their seat."""
    assigned = sharing_queries.active_assignments(now=now).filter(case_id=case_id).order_by()
    team = Agency.objects.filter(Q(pk=lead_id) | Q(pk__in=assigned.values("agency")))
    nowhere = Value(None, output_field=CharField())
    present = _present(case_id=case_id, conference_id=conference_id)
    rows = present.values_list(*(f"membership__agency__{name}" for name in _AGENCY), "seat")
    return team.order_by().values_list(*_AGENCY, nowhere).union(rows, all=True)


_ROOM = Prepared(_room_query)


def team_and_quorum(item: AgendaItem) -> tuple[list[Agency], QuorumFinding]:
    """Answer the agencies of the case's team, and who is missing in the room: agencies in both, read together."""
    rows = _ROOM.rows(
        lead_id=item.case.programme.lead_agency_id,
        case_id=item.case_id,
        conference_id=item.conference_id,
        now=clock.now(),
    )
    agencies = [(Agency(**dict(zip(_AGENCY, row[:-1], strict=True))), row[-1]) for row in rows]
    finding = quorum_finding(
        item.conference.programme.protocol,
        present=[Present(seat, one.sector, one.pk) for one, seat in agencies if seat is not None],
        has_recorded_wishes=item.has_recorded_wishes,
    )
    return sorted((one for one, seat in agencies if seat is None), key=lambda one: one.code), finding


@dataclass(frozen=True)
class Decided:
    """What was decided, as its row says: the words are opened apart."""

    pk: UUID
    entry_id: UUID
    agency: Agency | None
    due_at: datetime | None
    side: str
    ended_at: datetime | None
    is_replaced: bool


def _minutes(item: AgendaItem, actor: Membership) -> tuple[list[tuple[Any, Any]], list[Decided], Place]:
    """Answer what was brought (entry, agency), what was decided, and where the case stands; read together."""
    no_moment, no_word = Value(None, output_field=DateTimeField()), Value(None, output_field=CharField())
    no_key, no_number = Value(None, output_field=UUIDField()), Cast(Value(None), IntegerField())
    names = _AGENCY[1:]
    # Decisions first: the database takes the type of a column from what comes first.
    decided = item.decisions.order_by().values_list(
        "pk", "entry_id", "task__agency_id", "decided_at", "task__due_at", "ended_at", "replaces_id", "task__side",
        *(f"task__agency__{name}" for name in names), no_number,
    )  # fmt: skip
    brought = item.contributions.order_by().values_list(
        "pk", "entry_id", "agency_id", no_moment, no_moment, no_moment, no_key, no_word,
        *(no_word for _ in names), no_number,
    )  # fmt: skip
    seen = AgendaItem.objects.filter(
        conference=item.conference_id, case__in=Case.objects.visible_to(actor).order_by().values("pk")
    )
    lines = seen.order_by().values_list(
        "pk", no_key, no_key, no_moment, no_moment, no_moment, no_key, no_word,
        *(no_word for _ in names), "position",
    )  # fmt: skip
    rows = sorted(decided.union(brought, lines, all=True), key=lambda row: row[0])
    made = sorted((row for row in rows if row[3] is not None), key=lambda row: row[3])
    replaced = {row[6] for row in made}
    return (
        [(row[1], row[2]) for row in rows if row[1] is not None and row[3] is None],
        [
            Decided(
                pk=row[0],
                entry_id=row[1],
                agency=Agency(pk=row[2], **dict(zip(names, row[8:-1], strict=True))) if row[2] else None,
                due_at=row[4],
                side=row[7] or "both",
                ended_at=row[5],
                is_replaced=row[0] in replaced,
            )
            for row in made
        ],
        _place(item, [(row[-1], row[0]) for row in rows if row[1] is None]),
    )


@dataclass
class Screen:
    """One case as the conference sees it."""

    place: Place
    name: str
    parts: list[dict[str, Any]]
    wishes: str
    decisions: list[dict[str, Any]]
    withheld: list[sharing.ClassDecision]
    #: Whether the wishes are there for this reader: shown, withheld, or missing.
    wishes_state: str = "missing"

    @property
    def standing(self) -> int:
        """How many decisions neither corrected nor withdrawn."""
        return sum(one["row"].ended_at is None for one in self.decisions)


def screen(
    *, item: AgendaItem, files: Sequence[File], actor: Membership, at: datetime, team: Sequence[Agency]
) -> Screen:
    """Answer each agency's part, the wishes and the decisions, as far as the reader may read them."""
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[file.name_record() for file in files],
    )
    opened = {i.id: i for i in view.items}
    brought: dict[Any, list[sharing.OpenedItem]] = {}
    contributions, decided, place = _minutes(item, actor)
    for entry_id, agency_id in contributions:
        if entry_id in opened:
            brought.setdefault(agency_id, []).append(opened[entry_id])
    shown = {file.pk for file in files if stands_for_case(file, actor)}
    names = [i.text for i in view.items if i.form == "name:1" and i.file_id in shown]
    is_other_side = is_management_only(actor.sector)
    wishes = opened.get(item.wishes_id) if item.wishes_id else None
    return Screen(
        place=place,
        name=names[0] if names else "",
        # On the other side: what one may read and one's own; not who else is there, nor that anything was decided.
        parts=[
            {"agency": agency, "items": brought.get(agency.pk, [])}
            for agency in team
            if not is_other_side or agency.pk == actor.agency_id or agency.pk in brought
        ],
        wishes=wishes.text if wishes else "",
        decisions=[
            {"row": one, "text": opened[one.entry_id].text if one.entry_id in opened else ""}
            for one in decided
            if not is_other_side or one.entry_id in opened
        ],
        withheld=[] if is_other_side else view.withheld,
        wishes_state=wishes_state(item, bool(wishes), is_other_side=is_other_side),
    )


def wishes_state(item: AgendaItem, is_read: bool, *, is_other_side: bool) -> str:
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
