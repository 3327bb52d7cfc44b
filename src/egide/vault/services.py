"""Make file keys, seal, shred, rotate. Nothing here opens a sealed value."""

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.db import transaction

from egide.common.bulk import insert_rows
from egide.vault import envelope, errors, holding
from egide.vault.envelope import SealContext
from egide.vault.models import COMPARTMENTS, FileKeys, Secret
from egide.vault.providers import KeyProvider, LocalKeyProvider, provider

__all__ = [
    "SealContext",
    "Sealer",
    "create_file_keys",
    "new_sealer",
    "rotate",
    "save_keys",
    "seal",
    "sealer",
    "shred",
]


class Sealer:
    """Seals values of one file. It holds keys and gives none back."""

    __slots__ = ("__keys", "__row", "file_id")

    def __init__(self, row: FileKeys, keys: dict[str, bytes]) -> None:
        self.file_id = row.file_id
        self.__row = row
        self.__keys = keys

    @property
    def row(self) -> FileKeys:
        """The wrapped keys, to be saved when the file is new."""
        return self.__row

    def seal(self, compartment: str, plaintext: str | bytes, context: SealContext) -> bytes:
        """Seal one value of a compartment, for one place."""
        key = self.__keys.get(compartment)
        if key is None:
            raise errors.Shredded(errors.SHREDDED)
        data = plaintext.encode() if isinstance(plaintext, str) else plaintext
        return envelope.seal(
            key, data, context.associated_data(file_id=self.file_id, compartment=compartment)
        )

    def wrap_again(self, keys: KeyProvider) -> None:
        """Wrap the keys of a new file anew, under the master key of this moment."""
        self.__row.master_id, wrapped = keys.wrap(*self.__keys.values())
        for name, value in zip(self.__keys, wrapped, strict=True):
            setattr(self.__row, name, value)

    def __repr__(self) -> str:
        return "<sealer>"

    def __reduce__(self) -> str:
        raise TypeError("a sealer is not serialised")


def new_sealer(file_id: UUID, *, keys: KeyProvider | None = None) -> Sealer:
    """Make the keys of a new file, in memory; `save_keys` keeps them."""
    keys = keys or provider()
    made = {name: os.urandom(envelope.KEY_BYTES) for name in COMPARTMENTS}
    master_id, wrapped = keys.wrap(*made.values())
    row = FileKeys(file_id=file_id, master_id=master_id, **dict(zip(made, wrapped, strict=True)))
    return Sealer(row, made)


@transaction.atomic(savepoint=False)
def save_keys(sealers: Iterable[Sealer]) -> None:
    """Keep the wrapped keys of new files, in one statement, in the caller's transaction.

    The master key they are wrapped under is held until that transaction ends. One that was forgotten
    since they were made is replaced by the one in use: no row ever names a key nobody has.
    """
    made = list(sealers)
    keys = provider()
    holding.share(sealer.row.master_id for sealer in made)
    stale = [sealer for sealer in made if not keys.knows(sealer.row.master_id)]
    for sealer in stale:
        sealer.wrap_again(keys)
    holding.share(sealer.row.master_id for sealer in stale)
    columns = ("file_id", "master_id", *COMPARTMENTS)
    insert_rows(FileKeys, columns, map(attrgetter(*columns), (sealer.row for sealer in made)))


def create_file_keys(*, file_id: UUID, compartments: Sequence[str] = COMPARTMENTS) -> Sealer:
    """Make and keep the keys of one file; answers its sealer. Every file has every compartment."""
    made = new_sealer(file_id)
    save_keys([made])
    return made


def sealer(file_id: UUID, *, compartment: str | None = None) -> Sealer:
    """Answer the sealer of a file, unwrapping one compartment or all.

    Raises:
        Shredded: its keys were destroyed. KeyUnavailable: the master key is missing or another one.
    """
    keys = provider()
    row = FileKeys.objects.filter(pk=file_id).order_by().first()
    if row is None or row.shredded_at is not None:
        raise errors.Shredded(errors.SHREDDED)
    wanted = COMPARTMENTS if compartment is None else (compartment,)
    return Sealer(row, unwrapped(row, wanted, keys))


def unwrapped(row: FileKeys, compartments: Iterable[str], keys: KeyProvider) -> dict[str, bytes]:
    """Unwrap some compartments of a row; a destroyed one is left out."""
    wrapped = {name: getattr(row, name) for name in compartments}
    return {
        name: keys.unwrap(bytes(value), master_id=row.master_id)
        for name, value in wrapped.items()
        if value is not None
    }


def seal(*, file_id: UUID, compartment: str, plaintext: str | bytes, context: SealContext) -> bytes:
    """Seal one value of an existing file (one query)."""
    return sealer(file_id, compartment=compartment).seal(compartment, plaintext, context)


@transaction.atomic
def shred(*, file_id: UUID, at: datetime) -> bool:
    """Destroy every key of a file: what it sealed can never be read again. False when already done."""
    nulls = dict.fromkeys(COMPARTMENTS)
    return bool(FileKeys.objects.filter(pk=file_id, shredded_at__isnull=True).update(shredded_at=at, **nulls))


def rotate(
    *, batch: int = 500, progress: Callable[[int, int], None] | None = None, is_resuming: bool = False
) -> int:
    """Put every wrapped key under a new master key; answers how many files were re-wrapped.

    Nothing sealed is touched. Interrupted at any moment it can be run again (`is_resuming`): it goes on
    with what is still under an older key. That key is forgotten last, alone: whoever makes files holds it
    until their transaction ends, and a rotation waits for them.

    Args:
        progress: called with (done, total) after each batch.
    """
    keys = provider()
    if not is_resuming:
        if keys.is_rotating():
            raise errors.KeyUnavailable("a rotation is not finished: run it again with --resume")
        keys.begin_rotation()
    done = _rewrap_files(keys, batch, progress)
    while not _forget(keys):  # what was begun under an older key has ended: put it too under the new one
        done += _rewrap_files(keys, batch, progress)
    return done


def _rewrap_files(
    keys: LocalKeyProvider, batch: int, progress: Callable[[int, int], None] | None = None
) -> int:
    """Put what is committed under the current key; answers how many files were."""
    current = keys.current_id()
    waiting = FileKeys.objects.exclude(master_id=current)
    total, done = waiting.count(), 0
    while True:
        with transaction.atomic():
            rows = list(waiting.select_for_update(skip_locked=False).order_by("file_id")[:batch])
            if not rows:
                break
            for row in rows:
                _rewrap(row, COMPARTMENTS, keys)
            FileKeys.objects.bulk_update(rows, ["master_id", *COMPARTMENTS], batch_size=100)
        done += len(rows)
        if progress:
            progress(done, total)
    with transaction.atomic():
        for secret in Secret.objects.select_for_update().exclude(master_id=current).order_by("name"):
            _rewrap(secret, ("wrapped",), keys)
            secret.save(update_fields=["master_id", "wrapped"])
    return done


@transaction.atomic
def _forget(keys: LocalKeyProvider) -> bool:
    """Forget the older master keys once nobody writes under one and no row names one; False when a row does.

    Nothing is written here, so that a failed commit can lose nothing.
    """
    current = keys.current_id()
    holding.take_alone(set(keys.known_ids()) - {current})
    if any(model.objects.exclude(master_id=current).order_by().exists() for model in (FileKeys, Secret)):
        return False
    keys.end_rotation()
    return True


def _rewrap(row: FileKeys | Secret, names: Iterable[str], keys: KeyProvider) -> None:
    kept = [name for name in names if getattr(row, name) is not None]
    opened = [keys.unwrap(bytes(getattr(row, name)), master_id=row.master_id) for name in kept]
    row.master_id, wrapped = keys.wrap(*opened)
    for name, value in zip(kept, wrapped, strict=True):
        setattr(row, name, value)
