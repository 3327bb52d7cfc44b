"""What is known of each tool, ours or not: what it is for, for whom, how good it is, who may use it. No items.

Source: domain/instruments.md §1 to §5; each line keeps its confidence mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from egide.assessments.rules.catalogue import as_code
from egide.assessments.rules.definition import DefinitionError, Text, digest_of, gettext_noop
from egide.assessments.rules.node import Node
from egide.assessments.rules.reading import KINDS, MARKS, RIGHTS, load_yaml, plain_text

FOLDER = Path(__file__).resolve().parent.parent / "cards"
#: What a card says, in the order of its page. `X` says that it was looked for and not found.
PARTS = (
    "purpose", "population", "users", "training", "structure", "accuracy", "limits",
)  # fmt: skip
CARD_MARKS = (*MARKS, "X")


@dataclass(frozen=True)
class Fact:
    """One thing known of a tool, and how sure we are of it."""

    text: Text
    mark: str


@dataclass(frozen=True)
class Figure:
    """One number the tool gives, from `low` to `high`."""

    code: str
    label: Text
    low: int
    high: int


@dataclass(frozen=True)
class Level:
    """One level or route the tool names."""

    code: str
    label: Text


@dataclass(frozen=True)
class Card:
    """One tool, as its own sources describe it."""

    code: str
    titles: Text
    short: Text
    kind: str
    facts: Mapping[str, Fact]
    rights_status: str
    rights_holder: Text
    rights_note: Text
    aliases: tuple[str, ...] = ()
    #: The course that certifies who uses it; empty when none is recorded here.
    course: str = ""
    #: What a result of it holds; both empty: only words.
    figures: tuple[Figure, ...] = ()
    levels: tuple[Level, ...] = ()
    #: Ours, whose sheet ships: nothing is recorded from outside.
    is_bundled: bool = False
    sources: tuple[str, ...] = ()
    text: str = field(default="", compare=False, repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256 of its text."""
        return digest_of(self.text)

    @property
    def maximum(self) -> int:
        """The greatest score it gives; 0 when it gives no number."""
        return self.figures[0].high if self.figures else 0

    def figure(self, code: str) -> Figure | None:
        """Answer the figure of that code; None when there is none."""
        return next((one for one in self.figures if one.code == code), None)

    def level(self, code: str) -> Level | None:
        """Answer the level of that code; None when there is none."""
        return next((one for one in self.levels if one.code == code), None)


def parse_text(text: str | bytes) -> Card:
    """Turn the text of a file into a card.

    Raises:
        DefinitionError: a part is missing, misspelt or impossible; it names the place.
    """
    plain = plain_text(text)
    return replace(parse(load_yaml(plain)), text=plain)


def parse(data: Any) -> Card:
    """Turn loaded data into a card. See `parse_text`."""
    node = Node(data, "")
    titles = node.text("titles")
    rights = node.node("rights")
    card = Card(
        code=node.slug("code"),
        titles=titles,
        short=node.text("short", default=titles),
        kind=node.choice("kind", KINDS),
        facts={part: _fact(node.node(part)) for part in PARTS},
        rights_status=rights.choice("status", RIGHTS),
        rights_holder=rights.text("holder"),
        rights_note=rights.text("note"),
        aliases=node.strings("aliases", default=()),
        course=node.slug("course") if node.has("course") else "",
        figures=tuple(_figure(each) for each in node.nodes("figures", default=())),
        levels=tuple(_level(each) for each in node.nodes("levels", default=())),
        is_bundled=node.boolean("bundled", default=False),
        sources=node.strings("sources", default=()),
    )
    rights.done()
    node.done()
    return card


def _fact(node: Node) -> Fact:
    fact = Fact(Text(en=node.string("en"), fr=node.string("fr")), node.choice("mark", CARD_MARKS))
    node.done()
    return fact


def _figure(node: Node) -> Figure:
    figure = Figure(
        code=node.slug("code"), label=node.text("label"), low=node.integer("min"), high=node.integer("max")
    )
    node.done()
    if figure.high < figure.low:
        raise DefinitionError(f"{node.where}.max", gettext_noop("comes before its min"))
    return figure


def _level(node: Node) -> Level:
    level = Level(code=node.slug("code"), label=node.text("label"))
    node.done()
    return level


@cache
def cards() -> dict[str, Card]:
    """Answer every card that ships, by code, read once a process."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return {one.code: one for one in found}


def _read(path: Path) -> Card:
    try:
        return parse_text(path.read_bytes())
    except DefinitionError as error:
        raise DefinitionError(f"{path.name}: {error.where}", error.reason, **error.params) from error


def find(name: str) -> Card | None:
    """Answer the card of that code or alias; None when there is none."""
    wanted = as_code(name)
    return cards().get(wanted) or next((one for one in cards().values() if wanted in one.aliases), None)
