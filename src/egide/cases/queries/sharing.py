"""What may be told to whom, and what was shared without consent, as the pages show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from egide.cases.models import Case, File
from egide.cases.queries.casefile import files_of
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.sharing import asking, grounds
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.foreseeing import foreseen
from egide.sharing.models import Ground
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level

PURPOSE = "case_management"


@dataclass(frozen=True)
class KindLine:
    """One kind of information of a file, whoever holds it: what an agency gets today, and what gives it more."""

    category: str
    title: str
    today: Level
    #: The same of what it gets least of: several agencies may have written of this kind, each bound by its own law.
    least: Level
    reason: str
    open_ways: list[asking.Way]
    closed_ways: list[asking.Way]


@dataclass(frozen=True)
class FileLine:
    """One file of the case: whose it is (`File.key`), and what an agency may have of it."""

    key: str
    label: str
    lines: list[KindLine]


def possibilities(
    *, case: Case, agency: Agency, actor: Membership, at: datetime, key: str | None = None
) -> list[FileLine]:
    """Answer what an agency may have of each kind of information the reader may read, and by which ways.

    Args:
        key: the file of this key alone.
    """
    files = [file for file in files_of(case) if key is None or file.key == key]
    if not files:
        return []
    held = list(dict.fromkeys([*(file.name_class for file in files), *File.classes_of(files)]))
    read = foreseen(reader=actor, files=files, classes=held, purpose=PURPOSE, at=at)
    classes = [one.item_class for found in read.values() for one in found or [] if one.level >= Level.VIEW]
    possible = asking.may_receive(agency=agency, files=files, classes=classes, at=at)
    return [_file_line(file, possible) for file in files if read[file.pk] is not None]


def _file_line(file: File, possible: list[asking.Possibility]) -> FileLine:
    by_kind: dict[str, list[asking.Possibility]] = {}
    for one in possible:
        if one.item_class.file_id == file.pk:
            by_kind.setdefault(one.item_class.category, []).append(one)
    lines = [_merged(category, ones) for category, ones in by_kind.items()]
    lines.sort(key=lambda line: (-line.today, line.title))
    return FileLine(file.key, file.title, lines)


def _merged(category: str, ones: list[asking.Possibility]) -> KindLine:
    """One line for what several agencies hold: the most the agency gets today, and every way to more of any of it."""
    least, most = min(ones, key=lambda one: one.today), max(ones, key=lambda one: one.today)
    open_ways: dict[str, dict[str, asking.Way]] = {}
    closed: dict[str, asking.Way] = {}
    for one in ones:
        for way in one.ways:
            if way.is_open and way.level > one.today:
                open_ways.setdefault(way.kind, {}).setdefault(way.reason, way)
            elif not way.is_open:
                closed.setdefault(way.kind, way)
    # A way a law names is said with it; the same way without a law would only be said twice.
    ways = [way for found in open_ways.values() for reason, way in found.items() if reason or len(found) == 1]
    return KindLine(
        category,
        _title(category),
        most.today,
        least.today,
        least.reason,
        ways,
        [way for kind, way in closed.items() if kind not in open_ways],
    )


def opened_by(*, lines: list[FileLine], key: str, kind: str) -> list[tuple[str, str]]:
    """Answer the kinds of information one ground opens of one file, as choices."""
    return list(
        dict.fromkeys(
            (line.category, line.title)
            for one in lines
            if one.key == key
            for line in one.lines
            if any(way.kind == kind for way in line.open_ways)
        )
    )


def _title(slug: str) -> str:
    return localized(CATEGORIES[slug], "title")


@dataclass(frozen=True)
class GroundLine:
    """One ground as a page shows it; `words` is empty when the reader does not get them."""

    ground: Ground
    state: str
    titles: list[str]
    words: dict[str, str]


#: Grounds on one page.
GROUNDS = 50


def ground_lines(*, case: Case, actor: Membership, at: datetime, after: str = "") -> Page[GroundLine]:
    """Answer a page of the grounds of a case, newest first, with their words where the reader may read them."""
    rows = Ground.objects.filter(case_id=case.pk).select_related(
        "recipient", "stated_by__account", "stated_by__agency", "decided_by__account"
    )
    found = paging.page(rows, by="-stated_at", size=GROUNDS, after=after)
    return found.showing(lambda rows: _with_words(rows, case, actor, at))


def _with_words(rows: list[Ground], case: Case, actor: Membership, at: datetime) -> list[GroundLine]:
    if not rows:
        return []
    files = {file.pk: file for file in files_of(case)}
    records = [
        grounds.statement_record(row, holder_id=row.stated_by.agency_id)
        for row in rows
        if row.file_id in files
    ]
    view = sharing.open_files(
        actor=actor,
        files=[file for file in files.values() if any(r.file_id == file.pk for r in records)],
        purpose=PURPOSE,
        at=at,
        records=records,
        with_items=False,
    )
    said = {item.id: dict(item.content) for item in view.items}
    return [
        GroundLine(
            row,
            grounds.state_of(row, at=at),
            [_title(slug) for slug in row.categories],
            {name: str(text) for name, text in said.get(row.pk, {}).items()},
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Received:
    """What one ground lets the reader's agency read, for the time of one page."""

    ground: Ground
    case: Case
    view: sharing.FileView
    name: str


def addressed_to(actor: Membership) -> QuerySet[Ground]:
    """Answer the grounds in force that name the reader's agency."""
    if actor.role not in sharing_roles():
        return Ground.objects.none()
    return Ground.objects.in_force().filter(
        sharing_queries.not_recused(actor, case_ref="case_id"), recipient=actor.agency_id
    )


def sharing_roles() -> tuple[str, ...]:
    """Roles that receive what is addressed to their agency."""
    from egide.sharing.queries import ASSIGNABLE_ROLES

    return tuple(ASSIGNABLE_ROLES)


def received(*, ground_id: UUID, actor: Membership, at: datetime) -> Received:
    """Open what a ground in force lets the reader's agency read: what it names, and nothing else.

    Raises:
        NotVisible: there is none, it has ended, or it names another agency.
    """
    ground = addressed_to(actor).filter(pk=ground_id).order_by().first()
    if ground is None:
        raise NotVisible
    file = (
        File.objects.select_related("case__programme__lead_agency")
        .filter(pk=ground.file_id)
        .order_by()
        .first()
    )
    if file is None:
        raise NotVisible
    view = sharing.open_files(
        actor=actor,
        files=[file],
        purpose=ground.purposes[0],
        at=at,
        only=set(ground.categories),
        records=[file.name_record()] if "identity.core" in ground.categories else [],
    )
    name = next((item.text for item in view.items if item.form == "name:1"), "")
    return Received(ground, file.case, view, name)
