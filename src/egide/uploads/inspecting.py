"""Have a file read and made anew by a process of its own, within bounds of time and memory."""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from egide.uploads import antivirus
from egide.uploads.kinds import KINDS, Kind
from egide.uploads.wording import NotTaken

_CHILD = Path(__file__).with_name("child") / "main.py"
#: Seconds one file may take, whatever it does; ours (O).
PATIENCE = 30
#: Files read at once by this process, and seconds to wait for one's turn: memory is bounded by both.
AT_ONCE = 2
_TURN = 60
_turns = threading.BoundedSemaphore(AT_ONCE)
#: A picture made anew may be larger than the one that came (a sharp one, badly packed), never by more.
_LARGER = 4


@dataclass(frozen=True)
class Inspected:
    """A file that is taken, made anew; and what was left out of it, as (code, value)."""

    kind: Kind
    data: bytes
    removed: tuple[tuple[str, str], ...]
    pages: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Page:
    """One page of a PDF, drawn; its words; and how many pages there are."""

    picture: bytes
    words: str
    pages: int


def inspect(data: bytes, *, name: str) -> Inspected:
    """Answer a file made anew.

    Args:
        name: what it was called where it came from: its ending says what it should be.
    Raises:
        NotTaken: it is not taken; the message says why and what to do.
    """
    antivirus.check(data)
    header, made = _read({"name": name[-200:]}, data)
    kind = KINDS.get(str(header.get("kind")))
    if kind is None or not made:
        raise NotTaken("damaged")
    return Inspected(
        kind=kind,
        data=made,
        removed=tuple((str(code), str(value)) for code, value in header["removed"]),
        pages=int(header["pages"]),
        width=int(header["width"]),
        height=int(header["height"]),
    )


def page(data: bytes, *, number: int) -> Page:
    """Answer one page of a PDF that was taken, counted from 0.

    Raises:
        NotTaken: there is no such page, or it cannot be drawn.
    """
    header, picture = _read({"page": number}, data)
    return Page(picture, str(header["words"]), int(header["pages"]))


def _read(order: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Start the process, give it the file, take its answer; whatever it does, this one goes on."""
    if not _turns.acquire(timeout=_TURN):
        raise NotTaken("busy")
    try:
        answer = _answered(order, data)
    finally:
        _turns.release()
    size = int.from_bytes(answer[:4], "big")
    try:
        header = json.loads(answer[4 : 4 + size])
    except ValueError:
        raise NotTaken("too_heavy") from None  # it ended without an answer: out of time or of memory
    if "bad" in header:
        raise NotTaken(str(header["bad"]))
    return header, answer[4 + size :]


def _answered(order: dict[str, Any], data: bytes) -> bytes:
    raw = json.dumps(order).encode()
    most = _LARGER * int(settings.EGIDE_LARGEST_DOCUMENT) + 4_000_000
    # No shell, no environment, nothing on a disk: the file goes through a pipe and comes back through one.
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", "-B", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
        close_fds=True,
        start_new_session=True,
    ) as process:
        giving = threading.Thread(target=_give, args=(process.stdin, len(raw).to_bytes(4, "big") + raw, data))
        ending = threading.Timer(PATIENCE, process.kill)
        giving.start()
        ending.start()
        try:
            answer = process.stdout.read(most + 1) if process.stdout else b""
        finally:
            process.kill()
            ending.cancel()
            giving.join()
    return b"" if len(answer) > most else answer


def _give(pipe: Any, order: bytes, data: bytes) -> None:
    try:
        pipe.write(order)
        pipe.write(data)
        pipe.close()
    except OSError:  # it ended before it had read all
        return
