"""One file, read: its type agreed by its name, two libraries and its structure; then made anew."""

import io
import json
import re
from dataclasses import dataclass
from typing import Any

from egide.uploads.child.verdict import Bad, Rebuilt, said
from egide.uploads.kinds import PDF, PICTURES, TEXT, Kind, family_named, kind_named

#: What other readers look for in the first bytes of a file, wherever it begins there.
_OTHER_STARTS = re.compile(rb"%PDF-|<svg|<script|<html|<!doctype|<\?xml|<\?php|javascript:", re.I)
_FIRST = 1024
#: The end of an archive: its comment reaches exactly the end of the file, or nearly.
_ARCHIVE_END = b"PK\x05\x06"
#: The widest picture of a page, in pixels.
PAGE_WIDTH = 1400


@dataclass
class Made:
    """What is answered: a header, and the bytes of a file."""

    header: dict[str, Any]
    data: bytes


def rebuilt(data: bytes, name: str) -> Made:
    """Answer a file made anew, and what was left out of it.

    Raises:
        Bad: it is not taken.
    """
    kind = kind_named(name)
    if kind is None:
        raise Bad(f"not_taken_{family_named(name)}")
    if not data:
        raise Bad("empty")
    check_type(data, kind)
    check_is_one_thing(data, kind)
    made = _rebuild(data, kind)
    header = {
        "kind": kind.code,
        "removed": [[code, said(value)] for code, value in made.removed[:40]],
        "pages": made.pages,
        "width": made.width,
        "height": made.height,
    }
    return Made(header, made.data)


def _rebuild(data: bytes, kind: Kind) -> Rebuilt:
    if kind.code in PICTURES:
        from egide.uploads.child import pictures

        return pictures.rebuilt(data, kind)
    if kind == PDF:
        from egide.uploads.child import pdf

        return pdf.rebuilt(data)
    from egide.uploads.child import text

    return text.rebuilt(data)


def check_type(data: bytes, kind: Kind) -> None:
    """Ask two libraries that share nothing what the file is; each must say what its name says.

    Raises:
        Bad: one says otherwise.
    """
    by_libmagic = _libmagic(data)
    if by_libmagic != kind.mime:
        raise Bad("disagree")
    by_puremagic = _puremagic(data)
    if kind == TEXT:  # a text has no signature: the second library must only find none
        if by_puremagic and not by_puremagic <= {TEXT.mime}:
            raise Bad("disagree")
    elif kind.mime not in by_puremagic:
        raise Bad("disagree")


def _libmagic(data: bytes) -> str:
    import ctypes.util

    import pylibmagic  # noqa: F401 - first: it tells the next one where the library it brings is

    # Asked where the library is, Python would start compilers to find it; we know.
    ctypes.util.find_library = lambda name: None  # type: ignore[assignment]
    from magic import from_buffer

    return str(from_buffer(data, mime=True))


def _puremagic(data: bytes) -> set[str]:
    """Answer the types whose signature fits best; none when none does."""
    import puremagic

    try:
        found = puremagic.magic_string(data)
    except (puremagic.PureError, ValueError):
        return set()
    best = max(one.confidence for one in found)
    return {one.mime_type for one in found if one.confidence == best and one.mime_type}


def check_is_one_thing(data: bytes, kind: Kind) -> None:
    """Refuse a file that another program would take for something else.

    Raises:
        Bad: a second beginning, or the end of an archive.
    """
    start = data[: _FIRST + 8]
    if any(found.start() for found in _OTHER_STARTS.finditer(start) if kind != PDF or found.start()):
        raise Bad("two_things")
    if kind != PDF and _OTHER_STARTS.match(start):
        raise Bad("two_things")
    at = data.rfind(_ARCHIVE_END, max(0, len(data) - 65_557))
    if at >= 0 and at + 22 + int.from_bytes(data[at + 20 : at + 22], "little") <= len(data):
        raise Bad("two_things")


def page(data: bytes, number: int) -> Made:
    """Answer one page of a PDF as a picture, and its words for who cannot see it.

    Raises:
        Bad: there is no such page, or it cannot be drawn.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
        if not 0 <= number < len(document):
            raise Bad("no_page")
        sheet = document[number]
        width, height = sheet.get_size()
        scale = min(PAGE_WIDTH / max(width, 1), 3 * PAGE_WIDTH / max(height, 1), 4.0)
        picture = sheet.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        words = sheet.get_textpage().get_text_range()
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise Bad("damaged") from error
    out = io.BytesIO()
    picture.save(out, "PNG")
    shown = "\n".join(said_line for line in words.splitlines() if (said_line := _line(line)))
    return Made({"pages": len(document), "words": json.loads(json.dumps(shown[:20_000]))}, out.getvalue())


def _line(line: str) -> str:
    return "".join(c for c in line if c.isprintable()).strip()
