"""Keys of the deployment itself, kept in the database wrapped by the master key."""

import os

from django.db import transaction

from egide.vault import holding
from egide.vault.models import Secret
from egide.vault.providers import LocalKeyProvider, provider

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
    with transaction.atomic():
        row = Secret.objects.filter(name=name).order_by().first() or _made(name, keys)
    _known[place] = keys.unwrap(bytes(row.wrapped), master_id=row.master_id)
    return _known[place]


def _made(name: str, keys: LocalKeyProvider) -> Secret:
    """Make the secret, or answer the one another process made first; its master key is held meanwhile."""
    held = keys.current_id()
    holding.share([held])
    master_id, [wrapped] = keys.wrap(os.urandom(32))
    if master_id != held:  # a rotation began between the two
        holding.share([master_id])
    row, _is_new = Secret.objects.get_or_create(
        name=name, defaults={"master_id": master_id, "wrapped": wrapped}
    )
    return row


def forget() -> None:
    """Drop the secrets remembered by this process (after a recovery; between tests)."""
    _known.clear()
