"""`./egide serve`, as a deployment runs it."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.house.test_command_line import ROOT, egide

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("serve") / "data"
    for command in ("init", "migrate"):
        done = egide(command, data=place)
        assert done.returncode == 0, done.stderr
    return place


@contextlib.contextmanager
def served(folder, *arguments):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"}
    for name in ("DJANGO_SETTINGS_MODULE", "EGIDE_DATA", "EGIDE_DATABASE_URL", "EGIDE_KEY_FILE"):
        env.pop(name, None)
    server = subprocess.Popen(
        [sys.executable, "-m", "egide", "serve", "--data", str(folder), *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        try:
            assert any(re.search(r"http://127", line) for line in server.stdout)
            yield server
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)


def workers(folder):
    with contextlib.closing(sqlite3.connect(folder / "egide.sqlite3")) as database:
        return database.execute("SELECT count(*) FROM jobs_worker").fetchone()[0]


def test_a_worker_lives_beside_the_pages(folder):
    with served(folder):
        end = time.monotonic() + 30
        while not workers(folder) and time.monotonic() < end:
            time.sleep(0.2)
        assert workers(folder) == 1


def test_without_one_it_is_said(folder):
    with served(folder, "--no-worker") as server:
        assert workers(folder) == 0
        server.send_signal(signal.SIGTERM)
        said = server.stderr.read()

    assert "No worker runs" in said
