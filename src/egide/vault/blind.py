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


def _token(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}\0{value}".encode(), sha256)[:TOKEN_BYTES]


def name_tokens(given: str, family: str) -> NameTokens:
    """Answer the tokens to store for a person's names."""
    key = secret(INDEX)
    found = list(dict.fromkeys([*names.words(given), *names.words(family)]))
    heard = dict.fromkeys(code for word in found for code in names.sounds(word))
    return NameTokens(
        exact=tuple(_token(key, "exact", word) for word in found),
        phonetic=tuple(_token(key, "sound", code) for code in heard),
    )


def exact_tokens(text: str) -> tuple[bytes, ...]:
    """Answer the tokens of the whole words of a name, for names that must meet and not merely sound alike."""
    key = secret(INDEX)
    return tuple(_token(key, "exact", word) for word in names.words(text))


def search_tokens(text: str) -> list[tuple[bytes, list[bytes]]]:
    """Answer, for each word searched, its exact token and the tokens of its sounds."""
    key = secret(INDEX)
    return [
        (_token(key, "exact", word), [_token(key, "sound", code) for code in names.sounds(word)])
        for word in names.words(text)
    ]


def digest(purpose: str, value: str) -> bytes:
    """Answer a keyed digest of 32 bytes: recognises the same value again, and tells nothing of it."""
    return hmac.digest(secret(DIGEST), f"{purpose}\0{value}".encode(), sha256)
