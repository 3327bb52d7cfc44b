"""What a change of the table would change, for whom: by the decisions that serve pages, asked twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from egide.partners.models import Membership
from egide.sharing.everyone import Everyone
from egide.sharing.foreseeing import foreseen
from egide.sharing.hats import purpose_of
from egide.sharing.receiving import EMERGENCY, EMERGENCY_PURPOSE
from egide.sharing.relation import ItemClass, Relation, SharedFile
from egide.sharing.rules.levels import Level

#: From the most protective: what would be lost, then what would be gained.
KINDS = ("loss", "less", "hidden", "gain", "more", "told")
LESS = ("loss", "less", "hidden")


def kind_of(before: Level, after: Level) -> str:
    """Name a change of level.

    Returns:
        `loss`: no longer read; `less`: still read, no longer copied; `hidden`: no longer known to exist;
        `gain`: newly read; `more`: also copied; `told`: newly known to exist. Empty when nothing changes.
    """
    if before == after:
        return ""
    low, high = min(before, after), max(before, after)
    if low >= Level.VIEW:
        return "less" if after < before else "more"
    if high >= Level.VIEW:
        return "loss" if after < before else "gain"
    return "hidden" if after < before else "told"


@dataclass
class Effect:
    """One kind of change to one kind of information: for whom, and in how many files."""

    category: str
    kind: str
    accounts: set[UUID] = field(default_factory=set)
    agencies: dict[UUID, Any] = field(default_factory=dict)
    files: set[UUID] = field(default_factory=set)


def effects(*, everyone: Everyone, classes: Sequence[ItemClass], before: str, after: str) -> list[Effect]:
    """Answer what would change between two tables for these readers and files, nothing opened nor recorded.

    Args:
        classes: what is in the files.
        before: the key of the table in force. after: that of the other.
    """
    by_file: dict[UUID, list[ItemClass]] = {}
    for one in classes:
        by_file.setdefault(one.file_id, []).append(one)
    found: dict[tuple[str, str], Effect] = {}
    for alike in everyone.alike().values():
        for file_id, category, was, is_then in _changed(everyone, alike[0], by_file, before, after):
            kind = kind_of(was, is_then)
            effect = found.setdefault((kind, category), Effect(category, kind))
            effect.accounts.update(member.account_id for member in alike)
            effect.agencies[alike[0].agency_id] = alike[0].agency
            effect.files.add(file_id)
    return sorted(found.values(), key=lambda one: (KINDS.index(one.kind), one.category))


def _changed(
    everyone: Everyone, reader: Membership, by_file: Mapping[UUID, list[ItemClass]], before: str, after: str
) -> Iterator[tuple[UUID, str, Level, Level]]:
    ties = everyone.ties(reader)
    was: dict[tuple[UUID, str], Level] = {}
    then: dict[tuple[UUID, str], Level] = {}
    for purpose, files in _readings(reader, everyone.files, ties):
        for key, levels in ((before, was), (after, then)):
            _ask(everyone, reader, files, by_file, purpose, _by(ties, files, purpose, key), levels)
    for place in was.keys() | then.keys():
        if was.get(place, Level.NONE) != then.get(place, Level.NONE):
            yield (*place, was.get(place, Level.NONE), then.get(place, Level.NONE))


def _readings(
    reader: Membership, files: Sequence[SharedFile], ties: Mapping[UUID, Relation]
) -> list[tuple[str, list[SharedFile]]]:
    """What the reader opens files for: their work, and what each ground that names them serves."""
    found: dict[str, list[SharedFile]] = {}
    for file in files:
        tie = ties[file.case_id]
        purposes = {purpose_of(reader)} if tie.is_assigned else set()
        for ground in tie.grounds:
            if ground.kind == EMERGENCY:
                purposes.add(EMERGENCY_PURPOSE)
            elif ground.file_id == file.id:
                purposes |= ground.purposes
        for purpose in purposes:
            found.setdefault(purpose, []).append(file)
    return sorted(found.items())


def _by(
    ties: Mapping[UUID, Relation], files: Sequence[SharedFile], purpose: str, table: str
) -> dict[UUID, Relation]:
    """The ties of these cases under one table; an emergency is one only for whoever reads because of it."""
    keeps = purpose == EMERGENCY_PURPOSE
    return {
        case_id: replace(
            ties[case_id],
            table=table,
            grounds=tuple(one for one in ties[case_id].grounds if keeps or one.kind != EMERGENCY),
        )
        for case_id in {file.case_id for file in files}
    }


def _ask(
    everyone: Everyone,
    reader: Membership,
    files: Sequence[SharedFile],
    by_file: Mapping[UUID, list[ItemClass]],
    purpose: str,
    ties: Mapping[UUID, Relation],
    levels: dict[tuple[UUID, str], Level],
) -> None:
    classes = [one for file in files for one in by_file.get(file.id, ())]
    found = foreseen(reader=reader, files=files, classes=classes, purpose=purpose, at=everyone.at, ties=ties)
    for file_id, decided in found.items():
        for one in decided or ():
            place = (file_id, one.category)
            levels[place] = max(levels.get(place, Level.NONE), one.level)
