"""Recompute everything and name what does not fit."""

import multiprocessing
from bisect import bisect_right
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Max

from egide.common.errors import Unavailable
from egide.ledger import services, waiting
from egide.ledger.blocks import MISFILED, Block, check_block, check_covered, gap, says
from egide.ledger.models import Checkpoint, Entry, Leaf, Pending
from egide.ledger.rules import notes
from egide.ledger.rules.merkle import EMPTY_ROOT, Frontier
from egide.vault.deployment_secrets import secret

#: Leaves checked as one aligned subtree.
BLOCK = 1 << 14
#: An entry waits about a second; one that waits longer says that no worker lives.
LATE = timedelta(minutes=1)
#: Problems named in full; beyond, only counted.
NAMED = 50


@dataclass
class Report:
    """What verification found. `problems` is empty when the ledger is whole."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    pending: int = 0
    late: int = 0
    checkpoints: int = 0
    is_keyed: bool = True
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify(
    *,
    anchor: Path | None = None,
    processes: int = 1,
    progress: Callable[[int, int], None] | None = None,
    at: datetime | None = None,
) -> Report:
    """Recompute the whole ledger; answers what it holds and every problem, by entry.

    Args:
        anchor: the head kept outside the database; a ledger shorter than it was cut. Beside it is noted
            what waited: an entry noted there and gone was dropped.
        processes: blocks checked side by side; above one, each opens its own connection.
        progress: called with (leaves done, leaves in all).
        at: the moment of asking, to count entries that have waited too long for their place.
    """
    report = Report(pending=Pending.objects.count())
    if at is not None:
        report.late = Pending.objects.filter(noted_at__lt=at - LATE).count()
    key = _key(report)
    size = _size()
    report.size = size
    # What a signed head covers is proved by its root alone; the keyed marks, slower, are read for what came
    # after it, and for everything when something does not fit, so that it can be named.
    covered = _covered(key)
    tree, roots = _walk(report, size, key, covered, processes, progress)
    if covered and (report.problems or not _fits(covered, roots)):
        report.problems = []
        tree, roots = _walk(report, size, key, None, processes, progress)
    report.root = tree.root()
    roots[size] = report.root
    if not report.problems:
        _check_heads(report, roots)
    _check_ends(report, anchor)
    _check_waiting(report, key, anchor.parent / "waiting" if anchor else None)
    return report


def _size() -> int:
    top = Leaf.objects.aggregate(top=Max("index"))["top"]
    return 0 if top is None else top + 1


def _covered(key: bytes | None) -> tuple[int, bytes] | None:
    """Answer the size and root of the newest head, if we signed it as it is; None when nothing is proved."""
    head = Checkpoint.objects.order_by("-size").first()
    if key is None or head is None or not _is_signed(head, notes.public_bytes(secret(services.SIGNING))):
        return None
    return head.size, bytes(head.root)


def _fits(covered: tuple[int, bytes], roots: dict[int, bytes]) -> bool:
    return roots.get(covered[0]) == covered[1]


def _walk(
    report: Report,
    size: int,
    key: bytes | None,
    covered: tuple[int, bytes] | None,
    processes: int,
    progress: Callable[[int, int], None] | None,
) -> tuple[Frontier, dict[int, bytes]]:
    """Check every block; answers the tree and its root at each head that ends a block."""
    tree = Frontier()
    roots: dict[int, bytes] = {}
    heads = list(Checkpoint.objects.order_by("size").values_list("size", flat=True))
    sizes = set(heads)
    for block, end in _blocks(size, heads, key, covered[0] if covered else 0, processes):
        report.problems += block.problems[: max(0, NAMED - len(report.problems))]
        _grow(tree, block, sizes, roots)
        if progress:
            progress(end, size)
    return tree, roots


def _key(report: Report) -> bytes | None:
    try:
        return secret(services.MAC)
    except Unavailable:
        report.is_keyed = False
        return None


def _blocks(
    size: int, heads: list[int], key: bytes | None, covered: int, processes: int
) -> Iterator[tuple[Block, int]]:
    """Check blocks in order; a block ends where the newest head does. Marks are read beyond `covered`."""
    ends = sorted({*range(BLOCK, size, BLOCK), *([covered] if 0 < covered < size else []), size} - {0})
    bounds = list(zip([0, *ends], ends, strict=False))
    work = []
    for start, end in bounds:
        inside = heads[bisect_right(heads, start) : bisect_right(heads, end)]
        work.append(
            partial(check_covered, start, end, inside)
            if end <= covered
            else partial(check_block, start, end, inside, key)
        )
    if processes <= 1 or len(work) < 2:
        for (_start, end), check in zip(bounds, work, strict=True):
            yield check(), end
        return
    connections.close_all()
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        asked = [pool.submit(check) for check in work]
        for (_start, end), done in zip(bounds, asked, strict=True):
            yield done.result(), end


def _grow(tree: Frontier, block: Block, sizes: set[int], roots: dict[int, bytes]) -> None:
    """Add a block's subtrees; damaged lengths were reported already, so a misfit only stops the tree."""
    for root, width in block.subtrees:
        try:
            tree.push_subtree(root, width)
        except ValueError:
            return
        if tree.size in sizes:
            roots[tree.size] = tree.root()


def _check_heads(report: Report, roots: dict[int, bytes]) -> None:
    """Every signed head must be signed by us, and its root must be that of the leaves of its size."""
    public = notes.public_bytes(secret(services.SIGNING)) if report.is_keyed else None
    for head in Checkpoint.objects.order_by("size").iterator(chunk_size=2000):
        report.checkpoints += 1
        if public is not None and not _is_signed(head, public):
            report.problems.append(f"checkpoint {head.size} is not as it was signed")
        if head.size > report.size:
            report.problems.append(gap(report.size, head.size))
        elif roots.get(head.size) != bytes(head.root):
            report.problems.append(f"checkpoint {head.size} does not fit the entries before it")


def _is_signed(head: Checkpoint, public: bytes) -> bool:
    try:
        said = notes.read(head.note, public)
    except notes.NotSigned:
        return False
    return said.size == head.size and said.root == bytes(head.root)


def _entries() -> int:
    """Count the entries by their numbers alone: their words are ten times as long to read."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        return Entry.objects.count()


def _check_ends(report: Report, anchor: Path | None) -> None:
    """Compare with what is kept elsewhere: entries without a place, and the anchor."""
    placed = report.size if report.is_whole else Leaf.objects.count()
    stray = _entries() - placed - report.pending
    if stray > 0:
        lost = (
            Entry.objects.exclude(pk__in=Leaf.objects.order_by().values("entry_id"))
            .exclude(pk__in=Pending.objects.order_by().values("entry_id"))
            .order_by("pk")
            .values_list("pk", flat=True)[:NAMED]
        )
        report.problems += [f"entry {pk} has no place in the tree" for pk in lost]
    outside = Leaf.objects.filter(index__lt=0).order_by("index").values_list("entry_id", flat=True)
    report.problems += [f"entry {pk} stands before the first leaf" for pk in outside[:NAMED]]
    gone = Pending.objects.exclude(entry_id__in=Entry.objects.order_by().values("pk")).order_by("entry_id")
    report.problems += [
        f"entry {pk} is missing, before it had a place" for pk in gone.values_list("pk", flat=True)[:NAMED]
    ]
    if anchor is None or not anchor.exists():
        return
    try:
        head = notes.read(anchor.read_text(encoding="utf-8"), notes.public_bytes(secret(services.SIGNING)))
    except (notes.NotSigned, Unavailable):
        report.problems.append("the head kept outside the database is not as it was signed")
        return
    if head.size > report.size:
        report.problems.append(gap(report.size, head.size))
    elif head.size == report.size and head.root != report.root and not report.problems:
        report.problems.append(f"the head kept outside the database, of size {head.size}, does not fit")


def _check_waiting(report: Report, key: bytes | None, folder: Path | None) -> None:
    """Entries without a place yet: each bears its mark, and each one noted outside is still there."""
    if key is None:
        return
    named: set[int] = set()
    rows = Pending.objects.order_by("entry_id").values_list("entry_id", "mark")
    for some in _chunks(rows.iterator(chunk_size=2000)):
        for entry in Entry.objects.filter(pk__in=some).order_by("pk"):
            if not waiting.bears(key, entry.pk, entry.body, some[entry.pk]):
                named.add(entry.pk)
                _name(report, f"entry {entry.pk}, which waits for its place, was changed or inserted")
            elif not says(
                entry.body.encode(), *(str(found or "").encode() for found in (entry.subject, entry.actor))
            ):
                _name(report, f"entry {entry.pk}, which waits for its place, is {MISFILED}")
    for number, is_gone in waiting.differing(folder) if folder else ():
        if is_gone:
            _name(report, f"entry {number} was dropped while it waited for its place")
        elif number not in named:
            _name(report, f"entry {number} is not what was noted when it was written")


def _name(report: Report, problem: str) -> None:
    if len(report.problems) < NAMED:
        report.problems.append(problem)


def _chunks(rows: Iterator[tuple[int, Any]]) -> Iterator[dict[int, bytes]]:
    while some := dict(islice(rows, 2000)):
        yield some
