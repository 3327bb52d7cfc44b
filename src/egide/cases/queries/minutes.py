"""The minutes of a conference as one reader may keep them: by the decisions that serve the page, and never more.

What may be read here without a copy is not in a copy: its place says so.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from egide.cases.models import AgendaItem, Case, Conference, Contribution, Decision, File
from egide.cases.queries.conferring import on_agenda, wishes_state
from egide.cases.queries.rows import bring_programmes, stands_for_case
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.rules.notices import Notice
from egide.sharing.rules.sides import is_management_only


@dataclass(frozen=True)
class Line:
    """One thing decided: its words when they may be kept, and the action it gave."""

    decision: Decision
    text: str
    #: It is read on the page, and may not be copied.
    is_read_here: bool = False

    @property
    def is_replaced(self) -> bool:
        return hasattr(self.decision, "replaced_by")


@dataclass
class Minute:
    """One case of the minutes, numbered for this reader alone."""

    number: int
    case: Case
    name: str
    wishes: str
    #: As on the page, or `read_here`: read there, and not to be copied.
    wishes_state: str
    #: What each agency brought; None in the place of what is read on the page, and not to be copied.
    parts: list[tuple[Agency, list[str | None]]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    #: Something is known of and not read.
    is_withheld: bool = False


@dataclass
class Leaving:
    """What leaves of one file, on one basis: what its disclosure says."""

    file: File
    basis: str
    categories: set[str] = field(default_factory=set)


@dataclass
class Minutes:
    """The whole paper for one reader."""

    conference: Conference
    cases: list[Minute]
    leaving: list[Leaving]
    notices: list[Notice]


def minutes(*, conference: Conference, actor: Membership, at: datetime) -> Minutes:
    """Open the minutes of every case of an agenda the reader may know of: one decision, one trace each file."""
    cases: list[Any] = on_agenda(conference, actor)
    if not cases:
        return Minutes(conference, [], [], [])
    bring_programmes(cases, actor)
    by_case = {case.pk: case for case in cases}
    files = list(File.objects.filter(case__in=by_case).order_by("created_at", "pk"))
    for file in files:
        file.case = by_case[file.case_id]
    brought, decided = _rows([case.item for case in cases])
    wanted = {case.item.wishes_id for case in cases if case.item.wishes_id}
    wanted |= {one.entry_id for one in brought} | {one.entry_id for one in decided}
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[*(file.name_record() for file in files), *File.records_named(wanted)],
        with_items=False,
        is_list=True,
        is_traced_each=True,
    )
    kept = {item.id: item for item in view.items if item.level >= sharing.Level.SHARE}
    made = []
    for number, case in enumerate(cases, start=1):
        mine = [file for file in files if file.case_id == case.pk]
        here = {item.id for item in view.items if item.file_id in {file.pk for file in mine}}
        made.append(
            _minute(
                number,
                case,
                mine,
                [one for one in brought if one.item_id == case.item.pk],
                [one for one in decided if one.item_id == case.item.pk],
                kept,
                here,
                actor,
            )
        )
    _say_withheld(made, files, view, actor)
    return Minutes(conference, made, _leaving(files, view, kept), _notices(kept.values()))


def _rows(items: Sequence[AgendaItem]) -> tuple[list[Contribution], list[Decision]]:
    pks = [item.pk for item in items]
    brought: QuerySet[Contribution] = Contribution.objects.filter(item__in=pks).select_related("agency")
    decided = Decision.objects.filter(item__in=pks).select_related("task__agency", "replaced_by")
    return list(brought.order_by("pk")), list(decided.order_by("decided_at", "pk"))


def _minute(
    number: int,
    case: Any,
    files: Sequence[File],
    brought: Sequence[Contribution],
    decided: Sequence[Decision],
    kept: Mapping[UUID, sharing.OpenedItem],
    here: Collection[UUID],
    actor: Membership,
) -> Minute:
    item: AgendaItem = case.item
    is_other_side = is_management_only(actor.sector)
    name = next(
        (kept[file.pk].text for file in files if stands_for_case(file, actor) and file.pk in kept), ""
    )
    wishes = kept.get(item.wishes_id) if item.wishes_id else None
    state = wishes_state(item, bool(wishes), is_other_side=is_other_side)
    parts: dict[UUID, tuple[Agency, list[str | None]]] = {}
    for one in brought:
        if one.entry_id in here:
            words = kept[one.entry_id].text if one.entry_id in kept else None
            parts.setdefault(one.agency_id, (one.agency, []))[1].append(words)
    return Minute(
        number=number,
        case=case,
        name=name,
        wishes=wishes.text if wishes else "",
        wishes_state="read_here" if state == "withheld" and item.wishes_id in here else state,
        parts=list(parts.values()),
        # On the other side: what may be read, and not that anything else was decided.
        lines=[
            Line(
                one,
                kept[one.entry_id].text if one.entry_id in kept else "",
                is_read_here=one.entry_id in here and one.entry_id not in kept,
            )
            for one in decided
            if not is_other_side or one.entry_id in here
        ],
    )


def _say_withheld(
    made: Sequence[Minute], files: Sequence[File], view: sharing.FileView, actor: Membership
) -> None:
    """As on the page: that some kinds are not shown, to those who may know that they exist."""
    if is_management_only(actor.sector):
        return
    withheld = {one.file_id for one in view.withheld}
    cases = {file.case_id for file in files if file.pk in withheld}
    for one in made:
        one.is_withheld = one.case.pk in cases


def _leaving(
    files: Sequence[File], view: sharing.FileView, kept: Mapping[UUID, sharing.OpenedItem]
) -> list[Leaving]:
    bases = {one.item_class: one.decision.basis for one in view.classes}
    by_pk = {file.pk: file for file in files}
    found: dict[tuple[UUID, str], Leaving] = {}
    for item in kept.values():
        # What the reader's own agency holds leaves on no basis but its own.
        basis = bases[item.item_class]
        basis = "none" if basis == "holder" else basis
        row = found.setdefault((item.file_id, basis), Leaving(by_pk[item.file_id], basis))
        row.categories.add(item.category)
    return list(found.values())


def _notices(items: Collection[sharing.OpenedItem]) -> list[Notice]:
    return list(dict.fromkeys(one for item in items for one in item.notices))
