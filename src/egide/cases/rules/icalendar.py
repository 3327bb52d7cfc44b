"""Writes a calendar others can subscribe to, strictly: RFC 5545, and the refresh interval of RFC 7986."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: Octets of a line, its end left out (RFC 5545 §3.1).
WIDTH = 75
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Event:
    """One line of a calendar: a whole day, which keeps nobody busy, or a time, which does.

    `uid` must be stable and say nothing. A `begins` with a time knows its zone; `lasts` is for those alone.
    """

    uid: str
    begins: date | datetime
    summary: str
    lasts: timedelta = timedelta(0)


def text(value: str) -> str:
    """Answer a value of type TEXT, escaped (RFC 5545 §3.3.11)."""
    plain = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    for character in ("\\", ";", ","):
        plain = plain.replace(character, f"\\{character}")
    return plain.replace("\n", "\\n")


def fold(line: str) -> bytes:
    """Answer a content line in pieces of 75 octets at most, none of which splits a character, with its end."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > WIDTH:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _event(event: Event, *, stamp: datetime) -> list[str]:
    if isinstance(event.begins, datetime):
        minutes = int(event.lasts.total_seconds() // 60)
        when = [f"DTSTART:{_moment(event.begins)}", f"DURATION:PT{minutes}M", "TRANSP:OPAQUE"]
    else:
        when = [f"DTSTART;VALUE=DATE:{event.begins:%Y%m%d}", "TRANSP:TRANSPARENT"]
    about = [f"UID:{event.uid}", f"DTSTAMP:{_moment(stamp)}"]
    return [
        "BEGIN:VEVENT",
        *about,
        *when,
        f"SUMMARY:{text(event.summary)}",
        "CLASS:PRIVATE",
        "END:VEVENT",
    ]


def write(events: Iterable[Event], *, stamp: datetime, name: str, language: str) -> bytes:
    """Answer the whole calendar, to be served as `text/calendar`.

    Args:
        stamp: when it was made.
        name: what the reader's calendar calls it.
        language: of the words, as `fr`.
    """
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Egide//Calendar//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{text(name)}",
        f"X-WR-CALNAME:{text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
    ]
    body = [line for event in events for line in _event(event, stamp=stamp)]
    return b"".join(fold(line) for line in [*head, *body, "END:VCALENDAR"])
