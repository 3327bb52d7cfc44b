"""Find a name without storing it: keyed tokens, useless without the index key.

No trigrams: they would let whoever holds the key and the table rebuild names. The index finds whole
words, exactly or by sound.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from egide.vault.deployment_secrets import secret
from egide.vault.rules import names

TOKEN_BYTES = 16
INDEX = "name-index"
DIGEST = "digest"


@dataclass(frozen=True)
class NameTokens:
    """The tokens of a name: one for each word; one for each way each word sounds, and for what it is without its
    beginning (O'Neil, Neil), by which it is searched and never taken for somebody else's."""

    exact: tuple[bytes, ...]
    phonetic: tuple[bytes, ...]


def _token(key: bytes, kind: str, value: str) -> bytes:
    return hmac.digest(key, f"{kind}\0{value}".encode(), sha256)[:TOKEN_BYTES]


def name_tokens(given: str, family: str) -> NameTokens:
    """Answer the tokens to store for a person's names."""
    key = secret(INDEX)
    found = dict.fromkeys([*names.words(given), *names.words(family)])
    alone = dict.fromkeys(word.alone for word in found if word.alone)
    heard = dict.fromkeys(
        code for word in (*(word.joined for word in found), *alone) for code in names.sounds(word)
    )
    return NameTokens(
        exact=tuple(_token(key, "exact", word.joined) for word in found),
        phonetic=(
            *(_token(key, "sound", code) for code in heard),
            *(_token(key, "exact", word) for word in alone),
        ),
    )


def exact_tokens(text: str) -> tuple[bytes, ...]:
    """Answer the tokens of the whole words of a name, for names that must meet and not merely sound alike."""
    key = secret(INDEX)
    return tuple(_token(key, "exact", word.joined) for word in names.words(text))


def search_tokens(text: str) -> list[tuple[bytes, list[bytes]]]:
    """Answer, for each word searched, its exact token, then those of its sounds and of the word without its beginning."""
    key = secret(INDEX)
    return [
        (
            _token(key, "exact", word.joined),
            [
                *(_token(key, "sound", code) for code in names.sounds(word.joined)),
                *([_token(key, "exact", word.alone)] if word.alone else []),
            ],
        )
        for word in names.words(text)
    ]


def spelling_tokens(words: Iterable[str]) -> list[bytes]:
    """Answer the tokens of whole words, folded already: other spellings under which a name is looked for."""
    key = secret(INDEX)
    return [_token(key, "exact", word) for word in dict.fromkeys(words)]


def digest(purpose: str, value: str) -> bytes:
    """Answer a keyed digest of 32 bytes: recognises the same value again, and tells nothing of it."""
    return hmac.digest(secret(DIGEST), f"{purpose}\0{value}".encode(), sha256)
