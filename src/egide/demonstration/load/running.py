"""The server, the worker and the visitors, each a process of its own, on loopback."""

import contextlib
import csv
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

from egide.demonstration.load import visits_file
from egide.demonstration.load.staff import Place

LOCAL = "127.0.0.1"
KEPT = "kept.jsonl"
#: So many of the staff begin each second.
BEGIN_PER_SECOND = 10
#: How long the worker is away after it was killed, in seconds.
AWAY = 5
#: How long the server may take to answer its first page, in seconds.
UP_WITHIN = 120


@dataclass(frozen=True)
class Waited:
    """How long one kind of page was waited for: how many, how many refused, milliseconds."""

    name: str
    count: int
    failed: int
    p50: float
    p95: float
    longest: float


def work(folder: Path, staff: Sequence[Place], *, seconds: int, is_worker_killed: bool) -> list[Waited]:
    """Serve, let the staff work, and answer how long each kind of page was waited for; the last is all of them.

    Raises:
        RuntimeError: the server did not begin, or the visitors could not go.
    """
    connections.close_all()
    (folder / "staff.json").write_text(json.dumps([place.cookie for place in staff]), encoding="utf-8")
    (folder / KEPT).touch()
    port = _free_port()
    serve = ["serve", "--host", LOCAL, "--port", str(port), "--workers", "2", "--no-worker"]
    with _process([sys.executable, "-m", "egide", *serve]), _worker() as worker:
        _wait_for(port)
        visitors = _visit(folder, port, len(staff), seconds)
        if is_worker_killed:
            time.sleep(seconds / 2)
            worker.kill()
            worker.wait()
            time.sleep(AWAY)
            with _worker():
                said, _none = visitors.communicate()
        else:
            said, _none = visitors.communicate()
    found = _read(folder / "waited_stats.csv")
    if not found:
        raise RuntimeError(f"the visitors could not go:\n{said[-3000:]}")
    return found


def _visit(folder: Path, port: int, count: int, seconds: int) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "EGIDE_LOAD_STAFF": str(folder / "staff.json"),
        "EGIDE_LOAD_KEPT": str(folder / KEPT),
        "EGIDE_LOAD_COOKIES": f"{settings.SESSION_COOKIE_NAME},{settings.CSRF_COOKIE_NAME}",
    }
    command = [
        *(sys.executable, "-m", "locust", "--locustfile", str(visits_file()), "--headless", "--only-summary"),
        *("--host", f"http://{LOCAL}:{port}", "--users", str(count), "--spawn-rate", str(BEGIN_PER_SECOND)),
        *(
            "--run-time",
            f"{seconds}s",
            "--stop-timeout",
            "40",
            "--csv",
            str(folder / "waited"),
            "--exit-code-on-error",
            "0",
        ),
    ]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _read(file: Path) -> list[Waited]:
    """Read what locust wrote of each kind of page."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as rows:
        return [
            Waited(
                "all pages" if row["Name"] == "Aggregated" else row["Name"],
                int(row["Request Count"]),
                int(row["Failure Count"]),
                float(row["50%"] or 0),
                float(row["95%"] or 0),
                float(row["Max Response Time"] or 0),
            )
            for row in csv.DictReader(rows)
        ]


@contextlib.contextmanager
def _process(command: Sequence[str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _worker() -> "contextlib.AbstractContextManager[subprocess.Popen[bytes]]":
    return _process([sys.executable, "-m", "egide", "worker"])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOCAL, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + UP_WITHIN
    while time.monotonic() < end:
        connection = http.client.HTTPConnection(LOCAL, port, timeout=10)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/account/login/")
            if connection.getresponse().status == http.client.OK:
                return
        connection.close()
        time.sleep(0.5)
    raise RuntimeError("the server did not begin")
