"""What a person's own file holds, for whoever puts the answer to them together, and for who reads it a second time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.cases.models import AccessItem, AccessRequest, Case, File
from egide.cases.models.access import Given
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.common.text import localized
from egide.partners.models import Membership
from egide.sharing import handing
from egide.sharing import services as sharing
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level

#: What is sealed of the request itself, and shown apart.
OWN_FORMS = ("access", "access-note", "access-part")


@dataclass(frozen=True)
class Held:
    """One thing the person may have, by the rules: shown to them, or as a copy; and what was decided of it."""

    item: sharing.OpenedItem
    may_keep: bool
    row: AccessItem | None = None
    #: The words given instead of the whole.
    part: str = ""
    summary: assessments.Summary | None = None

    @property
    def is_given(self) -> bool:
        return self.row is not None and self.row.given != Given.WITHHELD


@dataclass(frozen=True)
class Closed:
    """One kind the file holds that is not given, whatever anyone decides, and the rule in words."""

    title: str
    why: str
    #: Another agency holds it, and the reader does not get it for this: the person may ask them.
    is_held_elsewhere: bool = False


@dataclass
class OwnFile:
    """One request, opened: what was asked, what the file holds that may be given, and what may not."""

    request: AccessRequest
    words: dict[str, str]
    note: str
    held: list[Held]
    closed: list[Closed]
    #: Rows whose source the reader does not see: gone from the file since, or not theirs to read.
    unseen: list[AccessItem] = field(default_factory=list)

    @property
    def lacks_something(self) -> bool:
        """Say whether something to be given, or the words chosen for it, does not open for the reader."""
        return any(row.given != Given.WITHHELD for row in self.unseen) or any(
            one.row is not None and one.row.given == Given.PART and not one.part for one in self.held
        )

    @property
    def shown_only(self) -> list[Held]:
        """What is shown without a copy."""
        return self.given(to_keep=False)

    def given(self, *, to_keep: bool) -> list[Held]:
        """What is handed over: as a copy to keep, or shown without one."""
        return [one for one in self.held if one.is_given and one.may_keep == to_keep]


#: Requests on one page.
REQUESTS = 50


def requests_of(case: Case, *, after: str = "") -> Page[AccessRequest]:
    """Answer a page of the requests of a case, newest first."""
    rows = AccessRequest.objects.filter(case=case).select_related("file", "recorded_by__account")
    return paging.page(rows, by="-received_at", size=REQUESTS, after=after)


#: What is decided of each thing, read with the request.
_OF_ITEMS = ("id", "source", "category", "holder_id", "regimes", "given", "ground", "words", "is_returned")


def fetch_request(
    *, case_id: UUID, request_id: UUID, actor: Membership
) -> tuple[AccessRequest, list[AccessItem]]:
    """Answer one request with its case, its file and what was decided of each thing, in scope, in one query.

    Raises:
        NotVisible: there is none, or the case is not the actor's to see.
    """
    rows = list(
        AccessRequest.objects.filter(case__in=Case.objects.visible_to(actor).filter(pk=case_id))
        .select_related(
            "case__programme__lead_agency",
            "file",
            "recorded_by__account",
            "first_reader__account",
            "second_reader__account",
            "handed_over_by__account",
        )
        .filter(pk=request_id)
        .annotate(**{f"item_{name}": F(f"items__{name}") for name in _OF_ITEMS})
        .order_by("items__pk")
    )
    if not rows:
        raise NotVisible
    found = rows[0]
    found.file.case = found.case
    items = [
        AccessItem(request=found, **{name: getattr(row, f"item_{name}") for name in _OF_ITEMS})
        for row in rows
        if row.item_id is not None  # type: ignore[attr-defined]
    ]
    return found, items


def open_own_file(
    *, asked: AccessRequest, items: Sequence[AccessItem], actor: Membership, at: datetime
) -> OwnFile:
    """Open the file of whoever asks, and that file alone, with what was decided of it so far.

    Each thing is asked twice: whether the reader may read it to answer a request, and what the person may have.
    """
    file = asked.file
    rows = {row.source: row for row in items}
    sheets = assessments.summary_rows(file_ids=[file.pk])
    records = File.every_record([file])
    unserved = {one.id for one in records if not one.is_served}
    records += asked.sealed_records()
    records += [
        row.sealed_record(file_id=file.pk, is_served=row.source not in unserved)
        for row in items
        if row.words is not None
    ]
    records += [assessments.summary_record(row) for row in sheets]
    view = sharing.open_files(
        actor=actor, files=[file], purpose=handing.PURPOSE, at=at, records=records, with_items=False
    )
    decided = handing.for_the_person(
        file=file, classes=[one.item_class for one in view.classes], table=view.table
    )
    apart = {form: view.form(form) for form in OWN_FORMS}
    own = {id(item) for form in OWN_FORMS for item in apart[form]}
    things = [
        item for item in view.items if id(item) not in own and decided[item.item_class].level >= Level.VIEW
    ]
    parts = {item.id: item.text for item in apart["access-part"]}
    summaries = {one.id: one for one in assessments.summaries_from(sheets, view.items)}
    seen = {item.id for item in things}
    return OwnFile(
        request=asked,
        words={name: str(text) for item in apart["access"] for name, text in item.content.items()},
        note=next((item.text for item in apart["access-note"]), ""),
        held=[
            Held(
                item=item,
                may_keep=decided[item.item_class].level >= Level.SHARE,
                row=rows.get(item.id),
                part=parts.get(rows[item.id].pk, "") if item.id in rows else "",
                summary=summaries.get(item.id),
            )
            for item in things
        ],
        closed=_closed(view.classes, decided),
        unseen=[row for source, row in rows.items() if source not in seen],
    )


def _closed(
    classes: Sequence[sharing.ClassDecision],
    decided: dict[sharing.ItemClass, sharing.ClassDecision],
) -> list[Closed]:
    """One line a kind: no door for the person, or not the reader's to read."""
    found: dict[tuple[str, bool], Closed] = {}
    for one in classes:
        theirs = decided[one.item_class]
        is_elsewhere = theirs.level >= Level.VIEW and one.level < Level.VIEW
        if theirs.level >= Level.VIEW and not is_elsewhere:
            continue
        why = _why(one if is_elsewhere else theirs)
        found.setdefault(
            (one.category, is_elsewhere),
            Closed(localized(CATEGORIES[one.category], "title"), why, is_elsewhere),
        )
    return sorted(found.values(), key=lambda line: (line.is_held_elsewhere, line.title))


def _why(one: sharing.ClassDecision) -> str:
    """A law's words before the table's, which speak of sectors: the person is of none."""
    laws = [text for name, text in zip(one.rules, one.texts, strict=False) if name != "table"]
    return laws[0] if laws else _("What the person may have of their file does not reach this kind.")
