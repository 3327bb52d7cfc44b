"""Ask a clamd nearby whether a file is known to be harmful. Optional; where it is set, nothing passes without its answer."""

import contextlib
import socket
from collections.abc import Iterator

from django.conf import settings

from egide.uploads.wording import NotTaken

_PIECE = 64 * 1024
#: Seconds to connect, and between two answers.
_PATIENCE = 30


def is_asked() -> bool:
    """Say whether this deployment has an antivirus."""
    return bool(settings.EGIDE_CLAMD)


def check(data: bytes) -> None:
    """Have a file looked at (clamd's INSTREAM); nothing happens where no antivirus is set.

    Raises:
        NotTaken: it found something, or did not answer: then nothing is taken.
    """
    if not is_asked():
        return
    try:
        answer = _ask(data)
    except OSError as error:
        raise NotTaken("antivirus_silent") from error
    if answer.endswith("FOUND"):
        raise NotTaken("antivirus_found")
    if not answer.endswith(": OK"):  # its own limits, or an error: not an answer
        raise NotTaken("antivirus_silent")


def _ask(data: bytes) -> str:
    with _connected(str(settings.EGIDE_CLAMD)) as line:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            line.sendall(len(piece).to_bytes(4, "big") + piece)
        line.sendall(bytes(4))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            more = line.recv(4096)
            if not more:
                break
            answer += more
    return answer.rstrip(b"\0\n").decode("ascii", "replace")


@contextlib.contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    """Open `unix:/path`, or `host:port`."""
    kind, _colon, rest = address.partition(":")
    if kind == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_PATIENCE)
        with line:
            line.connect(rest)
            yield line
    else:
        host, _colon, port = address.rpartition(":")
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE) as line:
            yield line
