"""What the reading of a file comes to: rebuilt, or a code that says why not."""

import re
from dataclasses import dataclass, field


class Bad(Exception):
    """The file is not taken; `code` says why (`uploads.wording` has the sentence)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Rebuilt:
    """A file made anew, and what was left out of it: (code, value) pairs, in the order found."""

    data: bytes
    removed: list[tuple[str, str]] = field(default_factory=list)
    pages: int = 0
    width: int = 0
    height: int = 0


#: The longest value told of what was removed, in characters.
LONGEST_VALUE = 120


_EXIF = re.compile(r"^(\d{4}):(\d\d):(\d\d)\b")
_PDF = re.compile(r"^D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d))?.*")


def moment(value: str) -> str:
    """Answer a date as cameras and PDF write it, as one reads it; anything else as it is."""
    found = _PDF.match(value)
    if found:
        year, month, day, hour, minute = found.groups()
        return f"{year}-{month}-{day}" + (f" {hour}:{minute}" if hour else "")
    return _EXIF.sub(r"\1-\2-\3", value)


def said(value: object) -> str:
    """Answer a value found in a file as it may be shown: printable, short."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:LONGEST_VALUE]
