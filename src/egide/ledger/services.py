"""Record what happens, in the transaction in which it happens; place it in the tree; sign the head."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction

from egide.ledger import waiting
from egide.ledger.models import Checkpoint, Entry, Leaf, Pending
from egide.ledger.rules import notes
from egide.ledger.rules.canonical import canonical
from egide.ledger.rules.merkle import Frontier, leaf_hash
from egide.vault.deployment_secrets import secret

SIGNING = "ledger-signing"
MAC = waiting.MAC
#: Entries placed in one transaction, so that a long backlog never holds a lock for long.
BATCH = 20_000
#: A waiting entry whose row is gone, or does not bear its mark, is left there: verification names it.
_WAITING = (
    "SELECT p.entry_id, e.body, p.mark FROM ledger_pending p JOIN ledger_entry e ON e.id = p.entry_id "
    "ORDER BY p.entry_id LIMIT %s"
)
_LOCK = 0x4547_4944  # "EGID", the sequencer's advisory lock

#: What `verification.says` looks for in a body: nothing else in it may bear these names.
RESERVED = frozenset({"subject", "actor"})


def origin() -> str:
    """Answer the name this ledger signs under."""
    return str(getattr(settings, "EGIDE_LEDGER_ORIGIN", "egide.local/ledger"))


def _target(target: models.Model | str | None) -> str:
    if target is None or isinstance(target, str):
        return target or ""
    return f"{target._meta.label_lower}:{target.pk}"


def entry(
    *,
    action: str,
    actor: Any,
    target: models.Model | str | None,
    at: datetime,
    subject: UUID | None = None,
    purpose: str = "",
    basis: str = "",
    rules: Sequence[str] = (),
    result: str = "allowed",
    counts: Mapping[str, int] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Answer an entry not yet saved. See `record`."""
    if not RESERVED.isdisjoint([*(details or ()), *(counts or ())]):
        raise ValueError("verification finds the file and the person of an entry by these names")
    # Written only when there is one: under which hat somebody acted, who belongs elsewhere.
    home = getattr(actor, "home_id", None)
    body = canonical(
        ({"home": str(home)} if home else {})
        | {
            "action": action,
            "actor": str(actor.pk) if actor is not None else None,
            "agency": str(actor.agency_id) if actor is not None else None,
            "role": str(actor.role) if actor is not None else None,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "target": _target(target),
            "subject": str(subject) if subject else None,
            "purpose": purpose,
            "basis": basis,
            "rules": sorted(set(rules)),
            "result": "" if result == "allowed" else result,
            "counts": dict(counts or {}),
            "details": {k: str(v) if isinstance(v, UUID) else v for k, v in (details or {}).items()},
        }
    )
    return Entry(body=body, subject=subject, actor=actor.pk if actor is not None else None)


def record(
    *,
    action: str,
    actor: Any,
    target: models.Model | str | None,
    at: datetime,
    subject: UUID | None = None,
    purpose: str = "",
    basis: str = "",
    rules: Sequence[str] = (),
    result: str = "allowed",
    counts: Mapping[str, int] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """Append one entry in the caller's transaction: both are kept, or neither.

    Args:
        action: `module.past_participle`.
        actor: the acting membership (`pk`, `agency_id`, `role` are read), None for the system itself.
        target: the record acted on, by its model and identifier.
        subject: the file the entry is about, so that "who read it" can be answered.
        details: codes, numbers and identifiers only; a sentence is refused.
    Raises:
        TransactionManagementError: there is no transaction to be part of.
        NotACode: a value could hold a narrative.
        ValueError: a detail bears the name of what an entry is found by.
    """
    made = entry(
        action=action,
        actor=actor,
        target=target,
        at=at,
        subject=subject,
        purpose=purpose,
        basis=basis,
        rules=rules,
        result=result,
        counts=counts,
        details=details,
    )
    record_many([made])
    return made


def record_many(entries: Iterable[Entry]) -> None:
    """Append entries made by `entry`, in one statement a thousand, in the caller's transaction."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a ledger entry belongs to a transaction")
    waiting.await_place(Entry.objects.bulk_create(list(entries), batch_size=1000))


def leaf_mac(key: bytes, index: int, entry_id: int, leaf: bytes) -> bytes:
    """Answer the keyed mark of one leaf, 16 bytes."""
    place = index.to_bytes(8, "big") + entry_id.to_bytes(8, "big")
    return blake2b(place + leaf, key=key, digest_size=16).digest()


def integrate(*, at: datetime, anchor: Path | None = None) -> int:
    """Place every committed entry in the tree, sign the new head; answers how many were placed.

    Safe to run from several processes: one at a time does the work. A crash in the middle leaves the
    entries pending and nothing else.

    Args:
        anchor: a file outside the database that keeps the last head, against a ledger cut short; what
            waits is noted beside it.
    """
    placed = 0
    while True:
        count, note = _integrate_batch(at)
        placed += count
        if note and anchor is not None:
            write_anchor(anchor, note)
            waiting.forget_placed(anchor.parent / "waiting")
        if count < BATCH:
            return placed


@transaction.atomic
def _integrate_batch(at: datetime) -> tuple[int, str]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [BATCH])
        rows = cursor.fetchall()
    last = Checkpoint.objects.order_by("-size").first()
    tree = Frontier.from_bytes(last.size, bytes(last.frontier)) if last else Frontier()
    key, leaves = secret(MAC), []
    for entry_id, body, mark in rows:
        if not waiting.bears(key, entry_id, body, mark):
            continue  # changed or inserted while it waited: left there, verification names it
        hashed = leaf_hash(body.encode())
        mac = leaf_mac(key, tree.size, entry_id, hashed)
        leaves.append(Leaf(index=tree.size, entry_id=entry_id, hash=hashed, mac=mac))
        tree.push(hashed)
    if not leaves:
        return 0, ""
    Leaf.objects.bulk_create(leaves, batch_size=2000)
    # Exactly those: others, with lower numbers, may have been committed meanwhile.
    fresh = Leaf.objects.filter(index__gte=leaves[0].index).order_by().values("entry_id")
    Pending.objects.filter(entry_id__in=fresh).delete()
    note = notes.sign(notes.Head(origin(), tree.size, tree.root()), secret(SIGNING))
    Checkpoint.objects.create(
        size=tree.size, root=tree.root(), frontier=tree.to_bytes(), note=note, signed_at=at
    )
    return len(leaves), note


def own_key() -> tuple[str, bytes]:
    """Answer the name and the public key this ledger signs under."""
    return origin(), notes.public_bytes(secret(SIGNING))


def default_anchor() -> Path:
    """Answer where this deployment keeps the last head outside the database."""
    return Path(settings.EGIDE_DATA) / "ledger" / "checkpoint"


def write_anchor(path: Path, note: str) -> None:
    """Replace the anchor in one step."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(note, encoding="utf-8")
    temporary.replace(path)
