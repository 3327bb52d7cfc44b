"""A PostgreSQL cluster of one's own: made in a temporary folder, stopped and removed at the end.

Use it from Python (`with cluster() as address:`) or from a shell:
`python tools/check/postgres.py COMMAND ARGUMENTS…` runs the command with EGIDE_TEST_DATABASE_URL
set, and answers its exit status.
"""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from egide.command_line import machine

ROLE = "egide"
#: Nothing here must survive the machine, so the tests do not wait for the disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
START_SECONDS = 60


class NoPostgreSQL(Exception):
    """PostgreSQL is absent or does not start; the message says which."""


@dataclass
class Cluster:
    """A running server.

    Args:
        address: how Django reaches it (a URL, over a Unix socket).
        process: the server's first process.
    """

    folder: Path
    programs: Path
    port: int
    user: str | None
    settings: Mapping[str, str]
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def address(self) -> str:
        """Answer the URL of its database."""
        return f"postgres://{ROLE}@/egide?host={quote(str(self.folder / 'run'), safe='')}&port={self.port}"

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            NoPostgreSQL: it did not answer in time; the message ends with its log.
        """
        options = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder / "run"),
            "max_connections": "60",
            **self.settings,
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *_as(self.user),
                    str(self.programs / "postgres"),
                    "-D",
                    str(self.folder / "data"),
                    *arguments,
                ],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        ready = [
            str(self.programs / "pg_isready"),
            "-q",
            "-h",
            str(self.folder / "run"),
            "-p",
            str(self.port),
        ]
        end = time.monotonic() + START_SECONDS
        while subprocess.run(ready, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > end:
                raise NoPostgreSQL((self.folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop the server: at once but in order by default; SIGQUIT and SIGKILL leave as a crash would."""
        if self.process is None or self.process.poll() is not None:
            return
        os.kill(self.server_pid(), number)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def server_pid(self) -> int:
        """Answer the number of the server's first process."""
        lines = (self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").splitlines()
        return int(lines[0])

    def psql(self, sql: str, *, database: str = "postgres") -> str:
        """Run one statement and answer what it printed."""
        place = ["-h", str(self.folder / "run"), "-p", str(self.port), "-U", ROLE, "-d", database]
        command = [
            str(self.programs / "psql"),
            "-X",
            "-q",
            "-A",
            "-t",
            *place,
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
        ]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _as(user: str | None) -> list[str]:
    """Answer the words before a command that make it run as another user."""
    if user is None:
        return []
    account = pwd.getpwnam(user)
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--",
    ]


def _unprivileged() -> str | None:
    """Answer whom to run the server as: PostgreSQL refuses the superuser. None: whoever we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoPostgreSQL("run as root, and there is no user to run the server as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make(folder: Path, programs: Path, settings: Mapping[str, str]) -> Cluster:
    user = _unprivileged()
    if (folder / "data" / "PG_VERSION").exists():
        return Cluster(folder, programs, _free_port(), user, settings)
    for name in ("data", "run"):
        (folder / name).mkdir(mode=0o700)
    folder.chmod(0o755)
    (folder / "run").chmod(0o755)
    if user:
        shutil.chown(folder, user)
        for name in ("data", "run"):
            shutil.chown(folder / name, user)
    command = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", ROLE, "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        [*_as(user), *command, "--locale=C.UTF-8", "--no-sync"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPostgreSQL(done.stdout[-2000:])
    return Cluster(folder, programs, _free_port(), user, settings)


@contextlib.contextmanager
def running(settings: Mapping[str, str] = FAST, *, keep: Path | None = None) -> Iterator[Cluster]:
    """Run a cluster with a database named egide, empty at first, for as long as the block lasts.

    Args:
        settings: server settings; the default is fast and forgets at a crash. Give {} to measure or to
            test survival.
        keep: where the cluster stays when the block ends and is found again; None: it is removed. Others
            than its owner must be able to pass through the folders above.
    Raises:
        NoPostgreSQL: not installed, or it does not start.
    """
    programs = machine.postgresql()
    if programs is None:
        raise NoPostgreSQL("PostgreSQL is not installed")
    folder = keep or Path(tempfile.mkdtemp(prefix="egide-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    made: Cluster | None = None
    try:
        made = _make(folder, programs, settings)
        made.start()
        if made.psql("SELECT 1 FROM pg_database WHERE datname = 'egide'").strip() != "1":
            made.psql("CREATE DATABASE egide")
        yield made
    finally:
        if made:
            made.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def cluster(settings: Mapping[str, str] = FAST) -> Iterator[str]:
    """As `running`, for those who need only the address."""
    with running(settings) as made:
        yield made.address


def main(command: list[str]) -> int:
    """Run a command beside a cluster and answer its exit status."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))  # so that the cluster is stopped on the way out
    try:
        with cluster() as address:
            env = {**os.environ, "EGIDE_TEST_DATABASE_URL": address}
            return subprocess.run(command, env=env, check=False).returncode
    except NoPostgreSQL as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
