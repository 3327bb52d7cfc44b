"""What changed between two versions of a plan, part by part and sentence by sentence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

#: Where a text is cut: after the end of a sentence, and at each line.
_CUT = re.compile(r"(?<=[.!?…;])\s+|\n+")
#: Sentences of both texts that are set side by side (ours, O); beyond, comparing would take too long, and the whole
#: text is said to be another.
MOST_SENTENCES = 400


class Change(StrEnum):
    """What became of a part, or of a sentence."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True)
class Piece:
    """Sentences in a row that had the same fate."""

    change: Change
    text: str


@dataclass(frozen=True)
class PartChange:
    """One part in both versions; a piece that was removed is in the first only, one that was added in the second."""

    code: str
    change: Change
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


def part_changes(
    before: Mapping[str, str], after: Mapping[str, str], *, order: Iterable[str]
) -> list[PartChange]:
    """Answer each part written in one version or in both, in the order of the plan."""
    found = []
    for code in order:
        old, new = before.get(code, "").strip(), after.get(code, "").strip()
        if old or new:
            found.append(PartChange(code, _change(old, new), *_pieces(old, new)))
    return found


def _change(old: str, new: str) -> Change:
    if old == new:
        return Change.SAME
    return Change.CHANGED if old and new else Change.REMOVED if old else Change.ADDED


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    first, second = _sentences(old), _sentences(new)
    if len(first) + len(second) > MOST_SENTENCES and old != new:
        return (Piece(Change.REMOVED, old),), (Piece(Change.ADDED, new),)
    before: list[Piece] = []
    after: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if i1 < i2:
            before.append(Piece(Change.SAME if tag == "equal" else Change.REMOVED, " ".join(first[i1:i2])))
        if j1 < j2:
            after.append(Piece(Change.SAME if tag == "equal" else Change.ADDED, " ".join(second[j1:j2])))
    return tuple(before), tuple(after)


def _sentences(text: str) -> list[str]:
    return [piece.strip() for piece in _CUT.split(text) if piece.strip()]
