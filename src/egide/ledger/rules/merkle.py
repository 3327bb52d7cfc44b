"""The Merkle tree of RFC 6962: hashes, roots, inclusion and consistency proofs.

Source: RFC 6962 section 2.1 (hashes, proofs), RFC 9162 section 2.1 (verification algorithms).
Hashes are 32 bytes (SHA-256). Sizes and indexes are counts of leaves, from 0.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
Range = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
    """Answer the hash of one leaf's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Answer the hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Answer the root over leaf hashes, level by level; the empty tree has the hash of nothing."""
    level = list(hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


class Frontier:
    """The right edge of a growing tree: enough to add leaves and answer the root, in 32·log2(n) bytes."""

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        #: Roots of the complete subtrees, largest first: one for each set bit of `size`.
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError("the frontier does not fit its size")

    def push(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self.push_subtree(leaf, 1)

    def push_subtree(self, root: bytes, width: int) -> None:
        """Add a complete subtree of `width` leaves (a power of two that divides the size).

        Raises:
            ValueError: the subtree would not be aligned.
        """
        if width & (width - 1) or self.size % width:
            raise ValueError("a subtree is added where it is aligned")
        size = self.size
        while size & width:
            root = node_hash(self.hashes.pop(), root)
            size -= width
            width <<= 1
        self.hashes.append(root)
        self.size = size + width

    def root(self) -> bytes:
        """Answer the root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        found = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            found = node_hash(left, found)
        return found

    def to_bytes(self) -> bytes:
        """Answer the hashes, one after the other."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "Frontier":
        """Read back `to_bytes`."""
        return cls(size, [data[i : i + 32] for i in range(0, len(data), 32)])


def _split(size: int) -> int:
    """Answer the largest power of two below `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, subtree: Range) -> list[bytes]:
    """Answer the path from leaf `index` to the root of the tree of `size` leaves.

    Args:
        subtree: answers the root over leaves start (included) to end (excluded).
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf in this tree")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check an inclusion proof. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            found = node_hash(found, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and found == root


def consistency_proof(old: int, new: int, subtree: Range) -> list[bytes]:
    """Answer the proof that the tree of `old` leaves is the beginning of the tree of `new` leaves."""
    if not 0 <= old <= new:
        raise ValueError("the older tree is the smaller one")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    start, end, is_whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree(middle, end))
            end = middle
        else:
            proof.append(subtree(start, middle))
            start, is_whole = middle, False
    if not is_whole:
        proof.append(subtree(start, end))
    return proof[::-1]


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Check a consistency proof. Source: RFC 9162, 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if old > new or not proof:
        return False
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root
