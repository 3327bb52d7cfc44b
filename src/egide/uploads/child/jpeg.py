"""The segments of a JPEG: where it ends, and what in it is not the picture. Source: ITU-T T.81, annex B."""

import re

from egide.uploads.child.verdict import Bad

START = b"\xff\xd8"
_END, _SCAN = 0xD9, 0xDA
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
#: Within a scan, FF is followed by 00, a restart marker or more FF; anything else ends the scan.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
#: APP0 (JFIF) and APP14 (Adobe, says how colours are written) are needed to show the picture.
_OTHERS = frozenset({0xFE, *range(0xE1, 0xEE), 0xEF})


def segments(data: bytes, begin: int = 0) -> tuple[list[tuple[int, int, int]], int]:
    """Answer the segments of the JPEG that begins there (marker, from, to), and where it ends.

    Raises:
        Bad: it does not begin or end as one.
    """
    if data[begin : begin + 2] != START:
        raise Bad("damaged")
    found: list[tuple[int, int, int]] = []
    at = begin + 2
    while at + 4 <= len(data) or data[at : at + 2] == bytes((0xFF, _END)):
        if data[at] != 0xFF:
            raise Bad("damaged")
        marker, first = data[at + 1], at
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == _END:
            return found, at + 2
        at += 2
        if marker not in _ALONE:
            at += int.from_bytes(data[at : at + 2], "big")
        if marker == _SCAN:
            ended = _AFTER_SCAN.search(data, at)
            if ended is None:
                raise Bad("damaged")
            at = ended.start()
        found.append((marker, first, at))
    raise Bad("damaged")


def check_ends(data: bytes) -> int:
    """Answer how many pictures the file holds; more than one only where it says so itself (multi-picture format).

    Raises:
        Bad: something follows the picture that is none.
    """
    found, end = segments(data)
    may_hold_more = any(
        data[first + 4 : first + 8] == b"MPF\0" for marker, first, _to in found if marker == 0xE2
    )
    count = 1
    while rest := data[end:].lstrip(b"\0\r\n"):
        if not (may_hold_more and rest.startswith(START) and count < 8):
            raise Bad("appended")
        _inner, end = segments(data, len(data) - len(rest))
        count += 1
    return count


def without_others(data: bytes) -> bytes:
    """Answer a JPEG without what is not the picture (EXIF, XMP, comments, profiles), its pixels untouched.

    Raises:
        Bad: it is no JPEG.
    """
    found, end = segments(data)
    kept = [data[first:to] for marker, first, to in found if marker not in _OTHERS]
    return START + b"".join(kept) + bytes((0xFF, _END)) if end else data
