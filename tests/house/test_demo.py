"""The README's first command, walked as a newcomer would."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec

import pytest

from egide.command_line import deployment
from tests.house.test_command_line import ROOT, egide

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("egide.demonstration") is None, reason="no demonstration data in this version"
    ),
]
SECOND_START_SECONDS = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Answer a folder with a demonstration in it."""
    place = tmp_path_factory.mktemp("demo") / "data"
    done = egide("demo", "--no-serve", data=place)
    assert done.returncode == 0, done.stderr
    return place


def test_writes_everything_in_its_folder(folder):
    assert (folder / "egide.sqlite3").exists()
    assert (folder / deployment.MARK).exists()
    assert (folder / "keys" / "master.key").stat().st_mode & 0o077 == 0


def test_is_quick_and_changes_nothing_the_second_time(folder):
    began = time.monotonic()
    done = egide("demo", "--no-serve", data=folder)

    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < SECOND_START_SECONDS


def test_has_a_ledger_that_verifies(folder):
    done = egide("ledger", "verify", data=folder)

    assert done.returncode == 0, done.stderr


def test_serves_until_stopped_and_says_that_it_is_fictional(folder):
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"}
    server = subprocess.Popen(
        [sys.executable, "-m", "egide", "demo", "--data", str(folder)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = next(
            found[0] for line in server.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+/", line))
        )
        with urllib.request.urlopen(address, timeout=10) as answer:
            page = answer.read().decode()
        style = re.search(r'href="(/static/[^"]+\.css)"', page)[1]
        with urllib.request.urlopen(address.rstrip("/") + style, timeout=10) as answer:
            assert answer.status == 200
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)

    assert "Fictional data" in page
    assert server.returncode == 0
