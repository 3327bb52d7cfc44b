"""Signed checkpoints: the size and root of the tree, signed so that others can hold us to it.

Form: C2SP tlog-checkpoint inside a C2SP signed-note, Ed25519. A line of origin, the size, the root in
base64, an empty line, then the signature line.
"""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = b"\x01"


class NotSigned(ValueError):
    """The note is malformed, or no signature of this key is on it."""


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Answer the signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def public_bytes(seed: bytes) -> bytes:
    """Answer the public key of a 32-byte signing seed."""
    key = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_hash(origin: str, public: bytes) -> bytes:
    """Answer the four bytes that name a key in a note."""
    return sha256(origin.encode() + b"\n" + ALGORITHM + public).digest()[:4]


def verifier_key(origin: str, public: bytes) -> str:
    """Answer the key in the form others paste: `origin+hash+base64`."""
    return f"{origin}+{key_hash(origin, public).hex()}+{base64.b64encode(ALGORITHM + public).decode()}"


def sign(head: Head, seed: bytes) -> str:
    """Answer the whole signed note."""
    return sign_text(head.text(), origin=head.origin, seed=seed)


def sign_text(text: str, *, origin: str, seed: bytes) -> str:
    """Answer a text with its signature line under it, as a C2SP signed note.

    Raises:
        ValueError: the text does not end in a line end, or holds an empty line, where the signatures would begin.
    """
    if not text.endswith("\n") or "\n\n" in text:
        raise ValueError("not a text that can be signed")
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    blob = base64.b64encode(key_hash(origin, public_bytes(seed)) + signature).decode()
    return f"{text}\n— {origin} {blob}\n"


def read(note: str, public: bytes) -> Head:
    """Answer what a note says, if this key signed it.

    Raises:
        NotSigned: it is malformed, altered, or signed by another.
    """
    text, _separator, _lines = note.partition("\n\n")
    try:
        origin, size, root = text.splitlines()[:3]
        head = Head(origin, int(size), base64.b64decode(root, validate=True))
    except (ValueError, binascii.Error) as error:
        raise NotSigned("malformed") from error
    read_text(note, origin=origin, public=public)
    return head


def read_text(note: str, *, origin: str, public: bytes) -> str:
    """Answer the text of a note, if this key signed it under this origin.

    Raises:
        NotSigned: it is malformed, altered, or signed by another.
    """
    text, separator, lines = note.partition("\n\n")
    if not separator:
        raise NotSigned("no signature")
    if not all(line.startswith("— ") for line in lines.splitlines()):
        raise NotSigned("something stands after the signatures")
    text += "\n"
    wanted = key_hash(origin, public)
    for line in lines.splitlines():
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or parts[1] != origin:
            continue
        try:
            blob = base64.b64decode(parts[2], validate=True)
            # The last letter of base64 may hold bits that count for nothing: another letter is another text.
            if base64.b64encode(blob).decode() != parts[2]:
                raise NotSigned("the signature is not written as it was")
            if blob[:4] == wanted:
                Ed25519PublicKey.from_public_bytes(public).verify(blob[4:], text.encode())
                return text
        except (InvalidSignature, binascii.Error) as error:
            raise NotSigned("the signature does not fit") from error
    raise NotSigned("not signed by this key")
