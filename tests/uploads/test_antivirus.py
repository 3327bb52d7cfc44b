"""The antivirus hook: where one is set, nothing passes without its answer."""

import contextlib
import socket
import threading

import pytest

from egide.uploads import antivirus, inspecting
from egide.uploads.wording import NotTaken
from tests.uploads import files


def _take(line, size):
    data = b""
    while len(data) < size:
        more = line.recv(size - len(data))
        if not more:
            return data
        data += more
    return data


@contextlib.contextmanager
def clamd(listening, answer=None):
    """A clamd of our own: it knows EICAR alone, or always says `answer`."""
    seen = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                line, _address = listening.accept()
                with line:
                    assert _take(line, 10) == b"zINSTREAM\0"
                    data = b""
                    while size := int.from_bytes(_take(line, 4), "big"):
                        data += _take(line, size)
                    seen.append(data)
                    found = b"stream: Eicar-Signature FOUND\0" if files.EICAR in data else b"stream: OK\0"
                    line.sendall(found if answer is None else answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


@pytest.fixture(params=["tcp", "unix"])
def listening(request, settings, tmp_path):
    if request.param == "tcp":
        made = socket.create_server(("127.0.0.1", 0))
        settings.EGIDE_CLAMD = f"127.0.0.1:{made.getsockname()[1]}"
    else:
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.bind(str(tmp_path / "clamd"))
        made.listen()
        settings.EGIDE_CLAMD = f"unix:{tmp_path / 'clamd'}"
    return made


def test_a_file_it_knows_as_harmful_is_refused(listening):
    with clamd(listening), pytest.raises(NotTaken) as caught:
        inspecting.inspect(files.EICAR, name="a.txt")

    assert caught.value.code == "antivirus_found"


def test_it_sees_the_file_as_it_came_whole(listening):
    original = files.picture(size=(600, 400), quality=95)
    assert len(original) > 64 * 1024
    with clamd(listening) as seen:
        inspecting.inspect(original, name="a.jpg")

    assert seen == [original]


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but\0", b"\xff" * 10_000]
)
def test_what_is_no_answer_closes(listening, answer):
    with clamd(listening, answer), pytest.raises(NotTaken) as caught:
        inspecting.inspect(files.picture(), name="a.jpg")

    assert caught.value.code == "antivirus_silent"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere/clamd"])
def test_unreachable_it_closes(settings, address):
    settings.EGIDE_CLAMD = address
    with pytest.raises(NotTaken) as caught:
        inspecting.inspect(files.picture(), name="a.jpg")

    assert caught.value.code == "antivirus_silent"


def test_where_none_is_set_nothing_is_asked(settings):
    settings.EGIDE_CLAMD = ""

    assert not antivirus.is_asked()
    assert inspecting.inspect(files.picture(), name="a.jpg").kind.code == "jpeg"
