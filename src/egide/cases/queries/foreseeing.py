"""Whom one may ask about, and what each of them would get of a case: one answer for page, file and paper."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from egide.cases.models import Case, File
from egide.cases.queries.casefile import files_of
from egide.cases.queries.holding import held_classes
from egide.common.text import localized
from egide.partners.models import Agency, Membership
from egide.partners.rules.training import Lack
from egide.sharing import services as sharing
from egide.sharing.binding import as_data as notices_as_data
from egide.sharing.foreseeing import Draft, foreseen
from egide.sharing.relation import Relation, relations
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.levels import Level
from egide.sharing.rules.notices import Notice, notices_of
from egide.sharing.rules.question import PURPOSES
from egide.sharing.rules.sides import side_of

#: What somebody may be asked about for.
ASKED_FOR = tuple(
    one
    for one in PURPOSES
    if one in ("case_management", "threat_assessment", "victim_safety", "emergency_response")
)


#: What the table gives short of everything.
_TABLE_GIVES = {
    Level.FLAG: _("This sector may know that there is something, and no more."),
    Level.VIEW: _("This sector reads this here, and takes no copy."),
}


@dataclass(frozen=True)
class Line:
    """One kind of information as one reader would get it."""

    slug: str
    level: Level
    #: Not even told that it exists.
    is_silent: bool
    basis: str
    rules: tuple[str, ...]
    #: What would go along with it.
    notices: tuple[Notice, ...] = ()

    @property
    def category(self) -> str:
        """Its name, in the active language."""
        return localized(CATEGORIES[self.slug], "title")

    @property
    def texts(self) -> list[str]:
        """The rules in plain words, in the active language."""
        known = catalogue()
        return [self._text(name, known[name]) for name in self.rules if name in known]

    def _text(self, name: str, rule: Any) -> str:
        """The table gives a little of some kinds: its own words, that it gives nothing, would be wrong there."""
        if name == "table" and self.level > Level.NONE:
            return str(_TABLE_GIVES[self.level])
        return localized(rule, "text")


@dataclass(frozen=True)
class SeenFile:
    """One file as one reader would see it; `lines` is None when, for them, it does not exist."""

    file: File
    lines: list[Line] | None

    @property
    def seen(self) -> list[Line]:
        """What they would read of it."""
        return [line for line in self.lines or [] if line.level >= Level.VIEW]

    @property
    def notices(self) -> list[Notice]:
        """What would go along with it, each once."""
        return list(dict.fromkeys(one for line in self.lines or [] for one in line.notices))


def people_of(agency: Agency) -> list[Membership]:
    """Return those who may work on cases for an agency, by name."""
    rows = Membership.objects.filter(
        agency=agency, role__in=sharing.ASSIGNABLE_ROLES, ends_on__isnull=True, account__is_active=True
    )
    return list(rows.select_related("agency", "account").order_by("account__full_name", "pk"))


class Foresight:
    """A case, ready to say what anyone would get of it: what the one who asks may not know of is left out."""

    def __init__(
        self, *, case: Case, actor: Membership, at: datetime, files: list[File] | None = None
    ) -> None:
        self.at = at
        self.files = files or files_of(case)
        for file in self.files:
            file.case = case
        own = foreseen(
            reader=actor,
            files=self.files,
            classes=held_classes(self.files),
            purpose=sharing.purpose_of(actor),
            at=at,
        )
        self.files = [file for file in self.files if own[file.pk] is not None]
        self._classes = [
            one.item_class for found in own.values() for one in found or [] if one.decision.may_be_known
        ]

    def answered(self, reader: Any, *, purpose: str) -> tuple[list[SeenFile], tuple[Lack, ...]]:
        """Answer what a reader would get, and the training for lack of which they get nothing; one query for both."""
        purpose = purpose or sharing.purpose_of(reader)
        ties = relations(actor=reader, files=self.files, at=self.at, purpose=purpose)
        lacks = ties[self.files[0].case_id].lacks(self.files[0], self.at) if self.files else ()
        return self.of(reader, purpose=purpose, ties=ties), lacks

    def of(
        self,
        reader: Any,
        *,
        purpose: str = "",
        draft: Draft | None = None,
        ties: Mapping[UUID, Relation] | None = None,
    ) -> list[SeenFile]:
        """Answer what a reader would get of each file: of each kind of information, the most of any of it."""
        found = foreseen(
            reader=reader,
            files=self.files,
            classes=self._classes,
            purpose=purpose or sharing.purpose_of(reader),
            at=self.at,
            draft=draft,
            ties=ties,
        )
        side = side_of(reader.agency.sector)
        return [SeenFile(file, _lines(found[file.pk], side, self.at)) for file in self.files]


def _lines(decided: list[sharing.ClassDecision] | None, side: str, at: datetime) -> list[Line] | None:
    if decided is None:
        return None
    best: dict[str, sharing.ClassDecision] = {}
    by_category: dict[str, list[sharing.ClassDecision]] = {}
    for one in decided:
        by_category.setdefault(one.category, []).append(one)
        if one.category not in best or _rank(one) > _rank(best[one.category]):
            best[one.category] = one
    return [
        Line(
            slug,
            one.level,
            not one.decision.may_be_known,
            one.decision.basis,
            tuple(one.rules) if one.level < Level.SHARE else (),
            notices_of(by_category[slug], side=side, on=at.date()),
        )
        for slug, one in sorted(best.items())
    ]


def _rank(one: sharing.ClassDecision) -> tuple[Level, bool]:
    return one.level, one.decision.may_be_known


def as_data(
    *,
    case: Case,
    reader: Any,
    purpose: str,
    seen: list[SeenFile],
    lacks: Collection[Lack],
    at: datetime,
) -> dict[str, Any]:
    """Answer the same as the page, as data: codes, and the rules in the reader's language."""
    home: UUID | None = reader.home.pk if reader.home else None
    return {
        "case": case.reference,
        "at": at.isoformat(),
        "purpose": purpose,
        "training_lacking": [
            {"course": one.course, "lapsed_at": one.lapsed_at.isoformat() if one.lapsed_at else None}
            for one in lacks
        ],
        "reader": {
            "person": str(reader.pk) if isinstance(reader, Membership) else None,
            "agency": reader.agency.code,
            "own_agency": reader.home.code if home else reader.agency.code,
            "role": str(reader.role),
        },
        "notices": notices_as_data(dict.fromkeys(notice for one in seen for notice in one.notices)),
        "files": [
            {
                "role": str(one.file.role),
                "exists_for_them": one.lines is not None,
                "information": [
                    {
                        "category": line.slug,
                        "level": line.level.name.lower(),
                        "is_silent": line.is_silent,
                        "basis": line.basis,
                        "rules": [
                            {"id": name, "text": localized(catalogue()[name], "text")}
                            for name in line.rules
                            if name in catalogue()
                        ],
                        "notices": [one.ref for one in line.notices],
                    }
                    for line in one.lines or []
                ],
            }
            for one in seen
        ],
    }
