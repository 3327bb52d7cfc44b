"""What opening a file answers: classes with their decisions, items in clear, for the time of one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from egide.common.text import localized
from egide.partners.rules.training import Lack
from egide.sharing.receiving import Named
from egide.sharing.relation import ItemClass
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.decision import Decision
from egide.sharing.rules.levels import Level
from egide.sharing.rules.notices import Notice
from egide.sharing.rules.table import SHIPPED


@dataclass(frozen=True)
class ClassDecision:
    """What one reader gets of one class of a file, with the rules."""

    item_class: ItemClass
    decision: Decision

    @property
    def file_id(self) -> UUID:
        return self.item_class.file_id

    @property
    def category(self) -> str:
        return self.item_class.category

    @property
    def holder_id(self) -> UUID:
        return self.item_class.holder_id

    @property
    def level(self) -> Level:
        return self.decision.level

    @property
    def duties(self) -> list[str]:
        """What comes with opening it, in plain words, in the active language."""
        known = catalogue()
        return [localized(known[name], "text") for name in self.decision.obligations if name in known]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that keep the level from being higher."""
        return self.decision.withheld_by

    @property
    def texts(self) -> list[str]:
        """Those rules in plain words, in the active language."""
        known = catalogue()
        return [localized(known[name], "text") for name in self.rules if name in known]


#: What a record may say of itself in clear: where it came from, never what it says.
_ABOUT = frozenset(
    {"form", "kind", "observed_on", "created_at", "author_id", "author_name", "agency_id", "is_current"}
)


@dataclass(frozen=True)
class OpenedItem:
    """One item, opened for one reader, for the time of one answer."""

    id: UUID
    file_id: UUID
    category: str
    holder_id: UUID
    level: Level
    #: Never printed: an item that ends up in a log or an error page does not take its words there.
    content: Mapping[str, Any] = field(repr=False)
    meta: Any = field(default=None, repr=False)
    #: What goes along with it.
    notices: tuple[Notice, ...] = ()
    #: Codes of the laws that bind it.
    regimes: tuple[str, ...] = ()
    #: False for an order made without notice that nobody has served yet.
    is_served: bool = True

    def __getattr__(self, name: str) -> Any:
        """Answer what the record said of itself beside its sealed part; None when it said nothing."""
        if name not in _ABOUT:
            raise AttributeError(name)
        return (object.__getattribute__(self, "meta") or {}).get(name)

    @property
    def item_class(self) -> ItemClass:
        """The class it was decided with."""
        return ItemClass(self.file_id, self.category, self.holder_id, self.regimes, self.is_served)

    @property
    def text(self) -> str:
        """The words of the item."""
        return str(self.content.get("text", ""))


@dataclass(frozen=True)
class FileView:
    """What one reader gets of some files of one case."""

    #: The classes the reader may know of. Those the table gives nothing of, or a silent rule withholds, are not here,
    #: in any form: nothing on the page says whether the file holds any.
    classes: list[ClassDecision]
    items: list[OpenedItem] = field(default_factory=list)
    #: The side the reader works on: `victim`, `management`, `both`.
    side: str = "none"
    #: Consents in force that name the reader's agency; none for the side that may not know of them.
    consents: tuple[Named, ...] = ()
    #: The version of the decision table it was decided by.
    table: str = SHIPPED
    #: Courses the programme asks and the reader does not have: what to do is said with what is withheld.
    lacks: tuple[Lack, ...] = ()
    #: The files the reader may know of.
    known: frozenset[UUID] = frozenset()

    @property
    def notices(self) -> list[Notice]:
        """The notices that go along with what was opened, each once."""
        return list(dict.fromkeys(one for item in self.items for one in item.notices))

    def level(self, category: str, file_id: UUID | None = None) -> Level:
        """Answer the highest level over the classes of a category; nothing when there is none."""
        return max(
            (c.level for c in self.classes if c.category == category and file_id in (None, c.file_id)),
            default=Level.NONE,
        )

    @property
    def duties(self) -> list[str]:
        """The duties that come with what was opened, each said once."""
        opened = (one for one in self.classes if one.level >= Level.VIEW)
        return list(dict.fromkeys(text for one in opened for text in one.duties))

    @property
    def withheld(self) -> list[ClassDecision]:
        """Classes the reader may know of and not read, one a category, without how many items."""
        found: dict[tuple[UUID, str], ClassDecision] = {}
        for one in self.classes:
            if one.level < Level.VIEW and one.decision.may_be_known:
                found.setdefault((one.file_id, one.category), one)
        return list(found.values())

    def of(self, *categories: str) -> list[OpenedItem]:
        """The opened items of these categories."""
        return [item for item in self.items if item.category in categories]

    def form(self, name: str) -> list[OpenedItem]:
        """The opened items that came from a form, whatever its version."""
        return [i for i in self.items if i.meta and str(i.meta.get("form", "")).split(":")[0] == name]
