"""Keys of the deployment itself, kept in the database wrapped by the master key."""

import os

from django.db import transaction

from egide.vault.models import Secret
from egide.vault.providers import provider

_known: dict[tuple[str, str], bytes] = {}


def secret(name: str) -> bytes:
    """Answer the 32-byte secret of that name, made on first use.

    Raises:
        KeyUnavailable: the master key is missing or is another one.
    """
    keys = provider()
    place = (str(keys.path), name)
    if place in _known:
        return _known[place]
    master_id, [wrapped] = keys.wrap(os.urandom(32))
    with transaction.atomic():
        row, _is_new = Secret.objects.get_or_create(
            name=name, defaults={"master_id": master_id, "wrapped": wrapped}
        )
    _known[place] = keys.unwrap(bytes(row.wrapped), master_id=row.master_id)
    return _known[place]


def forget() -> None:
    """Drop the secrets remembered by this process (after a recovery; between tests)."""
    _known.clear()
