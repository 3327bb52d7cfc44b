"""The bytes of a sealed value: AES-256-GCM, bound to the place it was written for.

Form: one version byte (1), a 96-bit random nonce, the ciphertext with its 128-bit tag. The associated
data names file, compartment, model, field and row, so a value moved to another row or field does not open.
Source: NIST SP 800-38D; random nonces stay far under 2**32 messages because each file has its own keys.
"""

import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
OVERHEAD_BYTES = len(VERSION) + NONCE_BYTES + 16


@dataclass(frozen=True)
class SealContext:
    """Where a sealed value lives: it opens there and nowhere else."""

    model: str
    field: str
    row: UUID

    def associated_data(self, *, file_id: UUID, compartment: str) -> bytes:
        """Answer the bytes the seal is bound to."""
        return f"egide:1|{file_id}|{compartment}|{self.model}|{self.field}|{self.row}".encode()


class NotOpened(Exception):
    """The value does not open under this key in this place."""


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Answer the sealed form of `plaintext`."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Answer the plaintext.

    Raises:
        NotOpened: wrong key, wrong place, altered or cut.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[:1] != VERSION:
        raise NotOpened
    nonce = sealed[1 : 1 + NONCE_BYTES]
    try:
        return AESGCM(key).decrypt(nonce, sealed[1 + NONCE_BYTES :], associated)
    except InvalidTag as error:
        raise NotOpened from error
