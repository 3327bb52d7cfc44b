"""One place in a definition file, and the only ways to read from it: each checks, and names the place."""

import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import yaml

from egide.assessments.rules.definition import DefinitionError, Text, gettext_noop

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_MISSING: Any = object()
#: YAML reads these words as booleans; here they are answers. `na` is the short form of the hook.
_WORDS = {True: "yes", False: "no"}
_SYNONYMS = {"na": "not_applicable"}
LONGEST_TEXT = 2_000


class _StrictLoader(yaml.SafeLoader):
    """Refuses repeated keys and aliases: both make a file say something else than it seems to."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "aliases are not allowed", self.peek_event().start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key} is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def strict_yaml(text: str) -> Any:
    """Load plain data from YAML or JSON text.

    Raises:
        yaml.YAMLError: it is not YAML, repeats a key, or uses an alias.
    """
    return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 a SafeLoader, stricter


class Node:
    """A mapping or a list of a definition file, with its address."""

    def __init__(self, data: Any, where: str) -> None:
        self.data = data
        self.where = where or "definition"
        self._prefix = f"{where}." if where else ""
        self._read: set[str] = set()

    def has(self, key: str) -> bool:
        """Say whether the mapping gives this key."""
        return key in self._mapping()

    def done(self) -> None:
        """Refuse what nobody read: a misspelt key must not pass for an absent one."""
        left = [key for key in self._mapping() if key not in self._read]
        if left:
            raise DefinitionError(self._at(left[0]), gettext_noop("is not a known part of a definition"))

    def string(self, key: str, default: str = _MISSING) -> str:
        """Answer a text on one line; numbers and YAML's booleans are read as they are written."""
        if default is not _MISSING and not self.has(key):
            return default
        return _as_string(self._take(key), self._at(key))

    def slug(self, key: str) -> str:
        """Answer a code of small letters, digits and hyphens."""
        value = self.string(key)
        if not _SLUG.fullmatch(value) or len(value) > 40:
            raise DefinitionError(
                self._at(key), gettext_noop("use small letters, digits and hyphens, at most 40")
            )
        return value

    def strings(self, key: str, default: Sequence[str] = _MISSING) -> tuple[str, ...]:
        """Answer a list of different texts, at least one unless it may be left out."""
        if default is not _MISSING and not self.has(key):
            return tuple(default)
        return Node(self._take(key), self._at(key)).as_strings(may_be_empty=default is not _MISSING)

    def as_strings(self, *, may_be_empty: bool = False) -> tuple[str, ...]:
        """Answer this place itself as a list of different texts."""
        values = tuple(_as_string(value, where) for value, where in self._members())
        if not values and not may_be_empty:
            raise DefinitionError(self.where, gettext_noop("the list is empty"))
        if len(set(values)) != len(values):
            raise DefinitionError(self.where, gettext_noop("something is listed twice"))
        return values

    def choice(self, key: str, choices: Sequence[str], default: str = _MISSING) -> str:
        """Answer one of `choices`."""
        value = self.string(key, default)
        if value not in choices:
            raise DefinitionError(
                self._at(key), gettext_noop("use one of %(choices)s"), choices=", ".join(choices)
            )
        return value

    def choices(self, key: str, choices: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
        """Answer several of `choices`, in the order of `choices`."""
        given = {
            value if value in choices else _SYNONYMS.get(value, value) for value in self.strings(key, default)
        }
        if not given or not given <= set(choices):
            raise DefinitionError(
                self._at(key), gettext_noop("use one or more of %(choices)s"), choices=", ".join(choices)
            )
        return tuple(choice for choice in choices if choice in given)

    def boolean(self, key: str, default: bool = _MISSING) -> bool:
        """Answer true or false, written so."""
        if default is not _MISSING and not self.has(key):
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            raise DefinitionError(self._at(key), gettext_noop("is true or false"))
        return value

    def integer(self, key: str, *, lowest: int = -1000, highest: int = 1000) -> int:
        """Answer a whole number within bounds."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise DefinitionError(
                self._at(key),
                gettext_noop("is a whole number from %(lowest)d to %(highest)d"),
                lowest=lowest,
                highest=highest,
            )
        return value

    def optional_integer(self, key: str, *, lowest: int) -> int | None:
        """Answer a whole number of at least `lowest`, or None when it is left out."""
        return self.integer(key, lowest=lowest, highest=10_000_000) if self.has(key) else None

    def optional_percent(self, key: str) -> int | None:
        """Answer a whole percent, or None when it is left out."""
        return self.integer(key, lowest=0, highest=100) if self.has(key) else None

    def optional_number(self, key: str) -> float | None:
        """Answer a number, or None when it is left out."""
        if not self.has(key):
            return None
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 1_000_000:
            raise DefinitionError(self._at(key), gettext_noop("is a number"))
        return value

    def text(self, key: str, default: Text = _MISSING) -> Text:
        """Answer a text in English and French, both filled."""
        if default is not _MISSING and not self.has(key):
            return default
        both = self.node(key)
        text = Text(en=both.string("en"), fr=both.string("fr"))
        both.done()
        return text

    def optional_text(self, key: str) -> Text | None:
        """Answer a text in both languages, or None when it is left out."""
        return self.text(key) if self.has(key) else None

    def node(self, key: str) -> "Node":
        """Answer the mapping at this key."""
        inner = Node(self._take(key), self._at(key))
        inner._mapping()
        return inner

    def nodes(self, key: str, default: Sequence["Node"] = _MISSING) -> list["Node"]:
        """Answer the members of the list at this key."""
        if default is not _MISSING and not self.has(key):
            return list(default)
        return [Node(value, where) for value, where in Node(self._take(key), self._at(key))._members()]

    def _at(self, key: object) -> str:
        return f"{self._prefix}{key}"

    def _mapping(self) -> dict[str, Any]:
        if not isinstance(self.data, dict):
            raise DefinitionError(self.where, gettext_noop("is a list of named parts"))
        # YAML reads `yes:` as a key that is true.
        return {_WORDS[key] if isinstance(key, bool) else str(key): value for key, value in self.data.items()}

    def _members(self) -> Iterator[tuple[Any, str]]:
        if not isinstance(self.data, list):
            raise DefinitionError(self.where, gettext_noop("is a list"))
        for number, value in enumerate(self.data):
            yield value, f"{self.where}[{number}]"

    def _take(self, key: str) -> Any:
        mapping = self._mapping()
        if key not in mapping:
            raise DefinitionError(self._at(key), gettext_noop("is missing"))
        self._read.add(key)
        return mapping[key]


def _as_string(value: Any, where: str) -> str:
    if isinstance(value, bool):
        value = _WORDS[value]
    if isinstance(value, int):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise DefinitionError(where, gettext_noop("is a text, not empty"))
    if len(value) > LONGEST_TEXT:
        raise DefinitionError(where, gettext_noop("is longer than %(most)d characters"), most=LONGEST_TEXT)
    return value.strip()
