"""Reads of the ledger: who read a file, what an actor did, the public head, proofs."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from egide.ledger.models import Checkpoint, Entry, Leaf
from egide.ledger.rules.merkle import consistency_proof, inclusion_proof, root_of


@dataclass(frozen=True)
class Recorded:
    """One entry, read."""

    id: int
    facts: dict[str, Any]


def entries_about(*, subject: UUID, before: int | None = None, limit: int = 25) -> list[Recorded]:
    """Return entries about one file, newest first; `before` is the last id of the page before."""
    return _page(Entry.objects.filter(subject=subject), before, limit)


def entries_by(*, actor: UUID, before: int | None = None, limit: int = 25) -> list[Recorded]:
    """Return what one membership did, newest first."""
    return _page(Entry.objects.filter(actor=actor), before, limit)


def reads_by(*, actors: Collection[UUID], subjects: Collection[UUID], limit: int = 100) -> list[Recorded]:
    """Return what some memberships opened of some files, or saw named in a list, newest first."""
    named = Q(subject__in=subjects)
    for subject in subjects:
        named |= Q(subject__isnull=True, body__contains=str(subject))
    rows = Entry.objects.filter(named, actor__in=actors).filter(
        Q(body__contains='"sharing.opened"')
        | Q(body__contains='"sharing.names_shown"')
        | Q(body__contains='"sharing.emergency_opened"')
    )
    return _page(rows, None, limit)


def _page(rows: Any, before: int | None, limit: int) -> list[Recorded]:
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [Recorded(row.pk, json.loads(row.body)) for row in rows.order_by("-pk")[:limit]]


def latest_checkpoint() -> Checkpoint | None:
    """Answer the newest signed head, if there is one."""
    return Checkpoint.objects.order_by("-size").first()


def _hashes(size: int) -> list[bytes]:
    found = [
        bytes(h) for h in Leaf.objects.filter(index__lt=size).order_by("index").values_list("hash", flat=True)
    ]
    if len(found) != size:
        raise ValueError(f"the ledger holds {len(found)} leaves, fewer than {size}: run egide ledger verify")
    return found


def prove_inclusion(*, index: int, size: int) -> tuple[bytes, list[bytes]]:
    """Answer a leaf's hash and its path to the root of the tree of that size; reads `size` hashes."""
    hashes = _hashes(size)
    return hashes[index], inclusion_proof(index, size, lambda a, b: root_of(hashes[a:b]))


def prove_consistency(*, old: int, new: int) -> list[bytes]:
    """Answer the proof that the ledger of `old` entries is the beginning of that of `new` entries."""
    hashes = _hashes(new)
    return consistency_proof(old, new, lambda a, b: root_of(hashes[a:b]))
