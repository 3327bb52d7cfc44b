"""Open sealed values, on a grant. Only `egide.sharing` may import this, and only it holds the issuer.

The import contract keeps other modules out; the issuer, claimed once when the application starts,
keeps out whoever gets round the contract: without it no grant can be made.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from egide.vault import envelope, errors
from egide.vault.envelope import SealContext
from egide.vault.models import FileKeys
from egide.vault.providers import provider
from egide.vault.services import unwrapped

log = logging.getLogger(__name__)
_MINT = object()


class Grant:
    """Leave to open some compartments of some files, for one decision. Made by the issuer alone."""

    __slots__ = ("_mint", "compartments")

    def __init__(self, mint: object, compartments: dict[UUID, frozenset[str]]) -> None:
        if mint is not _MINT:
            raise PermissionError("only the issuer makes grants")
        self._mint = mint
        self.compartments = compartments

    def covers(self, file_id: UUID, compartment: str) -> bool:
        """Say whether the grant opens that compartment of that file."""
        return compartment in self.compartments.get(file_id, frozenset())


class Issuer:
    """Makes grants. There is one, and it belongs to `sharing`."""

    __slots__ = ("owner",)

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def grant(self, compartments: Mapping[UUID, Iterable[str]]) -> Grant:
        """Grant the opening of some compartments of some files."""
        return Grant(_MINT, {file: frozenset(names) for file, names in compartments.items()})


_issuer: Issuer | None = None


def claim_issuer(owner: str) -> Issuer:
    """Hand out the one issuer.

    Raises:
        PermissionError: it was claimed already.
    """
    global _issuer
    if _issuer is not None:
        raise PermissionError("the issuer of grants was claimed already")
    _issuer = Issuer(owner)
    return _issuer


@dataclass(frozen=True, slots=True)
class SealedItem:
    """One sealed value and the place it was written for."""

    file_id: UUID
    compartment: str
    context: SealContext
    sealed: bytes


def unseal_many(grant: Grant, items: Sequence[SealedItem]) -> list[str]:
    """Open items that hold words. See `unseal_bytes`."""
    return [value.decode() for value in unseal_bytes(grant, items)]


def unseal_bytes(grant: Grant, items: Sequence[SealedItem]) -> list[bytes]:
    """Open the items, in order; one query for the keys, whatever their number.

    Raises:
        PermissionError: an item is outside the grant.
        Damaged: a value does not open; nothing is returned, and the log names the row.
        Shredded, KeyUnavailable: the keys are gone or cannot be read.
    """
    if type(grant) is not Grant or getattr(grant, "_mint", None) is not _MINT:
        raise PermissionError("a grant is needed")
    needed: dict[UUID, set[str]] = {}
    for item in items:
        if not grant.covers(item.file_id, item.compartment):
            raise PermissionError("outside the grant")
        needed.setdefault(item.file_id, set()).add(item.compartment)
    keys = _keys(needed)
    return [_open(item, keys) for item in items]


def _keys(needed: dict[UUID, set[str]]) -> dict[tuple[UUID, str], bytes]:
    found: dict[tuple[UUID, str], bytes] = {}
    source = provider()
    for row in FileKeys.objects.filter(pk__in=needed).order_by():
        for name, key in unwrapped(row, needed[row.file_id], source).items():
            found[row.file_id, name] = key
    return found


def _open(item: SealedItem, keys: dict[tuple[UUID, str], bytes]) -> bytes:
    key = keys.get((item.file_id, item.compartment))
    if key is None:
        raise errors.Shredded(errors.SHREDDED)
    associated = item.context.associated_data(file_id=item.file_id, compartment=item.compartment)
    try:
        return envelope.unseal(key, item.sealed, associated)
    except envelope.NotOpened as error:
        log.error(
            "damaged sealed value: %s.%s row %s", item.context.model, item.context.field, item.context.row
        )
        raise errors.Damaged(errors.DAMAGED) from error
