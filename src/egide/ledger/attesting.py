"""Attest to others that an entry is in the ledger: signed words, with the proof once the entry has its place."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from egide.common.errors import Unavailable
from egide.ledger import services
from egide.ledger.models import Checkpoint, Entry, Leaf
from egide.ledger.rules import attestation, notes
from egide.ledger.rules.merkle import Frontier, inclusion_proof, is_included, leaf_hash, node_hash
from egide.vault.deployment_secrets import secret


def attest(*, title: str, said: Mapping[str, Any], entry_id: int) -> str:
    """Answer a signed text about one entry: the same whenever it is asked for, once the entry has its place.

    Raises:
        Unavailable: what is stored of the tree does not lead to the head that was signed.
    """
    body = Entry.objects.filter(pk=entry_id).order_by().values_list("body", flat=True).first()
    if body is None:
        raise Unavailable(_("The ledger does not fit what was signed. Tell whoever runs this service."))
    leaf = leaf_hash(body.encode())
    return attestation.write(
        title=title,
        said=said,
        leaf=leaf,
        proof=_proof(entry_id, leaf),
        origin=services.origin(),
        seed=secret(services.SIGNING),
    )


def _proof(entry_id: int, leaf: bytes) -> attestation.Proof | None:
    """The path to the first signed head that holds the entry; it reads the leaves of one batch at most."""
    index = Leaf.objects.filter(entry_id=entry_id).order_by().values_list("index", flat=True).first()
    if index is None:
        return None
    head = Checkpoint.objects.filter(size__gt=index).order_by("size").first()
    if head is None:
        return None
    before = Checkpoint.objects.filter(size__lte=index).order_by("-size").first()
    path = _path(index, head.size, before)
    signed = notes.read(head.note, notes.public_bytes(secret(services.SIGNING)))
    if not is_included(leaf, index, signed.size, path, signed.root):
        raise Unavailable(_("The ledger does not fit what was signed. Tell whoever runs this service."))
    return attestation.Proof(index, tuple(path), head.note)


def _path(index: int, size: int, before: Checkpoint | None) -> list[bytes]:
    """The inclusion proof in the tree of `size`, from the edge of the tree before and the leaves that came since.

    What stands left of the edge is needed only as the complete subtrees the edge is made of.
    """
    edge = Frontier.from_bytes(before.size, bytes(before.frontier)) if before else Frontier()
    known: dict[tuple[int, int], bytes] = {}
    start = 0
    for root, width in zip(edge.hashes, _widths(edge.size), strict=True):
        known[start, start + width] = root
        start += width
    rows = Leaf.objects.filter(index__gte=edge.size, index__lt=size).order_by("index")
    known.update({(at, at + 1): bytes(found) for at, found in rows.values_list("index", "hash")})

    def subtree(a: int, b: int) -> bytes:
        if (a, b) in known:
            return known[a, b]
        if b - a < 2:
            raise Unavailable(_("The ledger does not fit what was signed. Tell whoever runs this service."))
        middle = a + (1 << ((b - a - 1).bit_length() - 1))
        return node_hash(subtree(a, middle), subtree(middle, b))

    return inclusion_proof(index, size, subtree)


def _widths(size: int) -> list[int]:
    """The complete subtrees of a tree, largest first: one for each set bit of its size."""
    return [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]
