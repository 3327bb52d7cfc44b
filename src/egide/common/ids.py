"""Identifiers: time-ordered for the index, random beyond guessing, never sequential for a reader."""

import os
import secrets
import time
import uuid

#: No vowels, no look-alikes (0/O, 1/I/L, 5/S, 2/Z, 8/B): readable aloud, and cannot spell a word.
REFERENCE_ALPHABET = "34679CDFGHJKMNPQRTVWXY"


def new_id() -> uuid.UUID:
    """Answer a version 7 UUID: 48 bits of milliseconds, then 74 random bits.

    Source: RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & ((1 << 48) - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def new_reference(prefix: str, *, length: int = 5) -> str:
    """Answer a reference people can say, such as `FRE-4TQ8W`: random, so nothing can be counted."""
    return f"{prefix}-" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(length))
