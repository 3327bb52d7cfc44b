"""Plain text: words and lines, in one encoding, nothing a terminal or a browser would obey."""

from egide.uploads.child.verdict import Bad, Rebuilt
from egide.uploads.kinds import LONGEST_TEXT

_LAYOUT = frozenset("\n\t")


def rebuilt(data: bytes) -> Rebuilt:
    """Answer a text in UTF-8 with plain ends of lines.

    Raises:
        Bad: too long, empty, no text, or with characters that are none.
    """
    if len(data) > LONGEST_TEXT:
        raise Bad("text_too_long")
    words = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    if any(not c.isprintable() and c not in _LAYOUT and not c.isspace() for c in words):
        raise Bad("disagree")
    if not words.strip():
        raise Bad("empty")
    return Rebuilt(words.encode(), [], pages=1)


def _decoded(data: bytes) -> str:
    """Read UTF-8, UTF-16 that says so, or what Windows wrote before them."""
    encodings = ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Bad("disagree")
