"""Find a name without storing it: keyed tokens, useless without the index key.

No trigrams: they would let whoever holds the key and the table rebuild names. The index finds whole
words, exactly or by sound.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from egide.vault.deployment_secrets import secret
from egide.vault.rules import names

TOKEN_BYTES = 16
INDEX = "name-index"
DIGEST = "digest"


@dataclass(frozen=True)
class NameTokens:
    """The tokens of a name: one for each word, and one for each way each word sounds."""

    exact: tuple[bytes, ...]
    phonetic: tuple[bytes, ...]


def _token(kind: str, value: str) -> bytes:
    return hmac.digest(secret(INDEX), f"{kind}\0{value}".encode(), sha256)[:TOKEN_BYTES]


def name_tokens(given: str, family: str) -> NameTokens:
    """Answer the tokens to store for a person's names."""
    found = list(dict.fromkeys([*names.words(given), *names.words(family)]))
    return NameTokens(
        exact=tuple(_token("exact", word) for word in found),
        phonetic=tuple(dict.fromkeys(_token("sound", code) for word in found for code in names.sounds(word))),
    )


def search_tokens(text: str) -> list[tuple[bytes, list[bytes]]]:
    """Answer, for each word searched, its exact token and the tokens of its sounds."""
    return [
        (_token("exact", word), [_token("sound", code) for code in names.sounds(word)])
        for word in names.words(text)
    ]


def digest(purpose: str, value: str) -> bytes:
    """Answer a keyed digest of 32 bytes: recognises the same value again, and tells nothing of it."""
    return hmac.digest(secret(DIGEST), f"{purpose}\0{value}".encode(), sha256)
