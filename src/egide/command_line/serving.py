"""`./egide demo` and `./egide serve`: prepare, then serve until stopped."""

import contextlib
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from egide.command_line import Mistake, deployment, running
from egide.command_line.wording import words

LOCAL = "127.0.0.1"
FIRST_PORT = 8000


def _say(text: str) -> None:
    seconds = time.time() - float(os.environ.get("EGIDE_STARTED") or time.time())
    print(f"[{max(seconds, 0):6.1f} s] {text}", file=sys.stderr, flush=True)


def demo(arguments: list[str]) -> int:
    """Prepare the demonstration, then serve it unless told not to."""
    os.environ.setdefault("EGIDE_STARTED", str(time.time()))
    is_served = "--no-serve" not in arguments
    rest = [argument for argument in arguments if argument != "--no-serve"]
    data, rest = deployment.take_option(rest, "--data")
    port, rest = deployment.take_number(rest, "--port", lowest=1, highest=65535)
    cases, rest = deployment.take_number(rest, "--cases", lowest=1, highest=10_000_000)
    deployment.refuse_rest("demo", rest)
    chosen = free_port(LOCAL, port) if is_served else FIRST_PORT
    folder = deployment.data_folder(data)
    deployment.mark_as_fictional(folder)
    deployment.use(folder, settings=deployment.DEMO_SETTINGS)
    running.set_up()
    status = running.guarded(lambda: _prepare(folder, cases))
    if status or not is_served:
        return status
    return _serve(LOCAL, chosen, workers=1, with_worker=True)


def _prepare(folder: Path, cases: int | None) -> None:
    from django.conf import settings
    from django.core.management import call_command, get_commands

    if "init" in get_commands() and not Path(settings.EGIDE_KEY_FILE).exists():
        _say(words("Making the keys", "Création des clés"))
        call_command("init", stdout=io.StringIO())
    _say(words("Preparing the database", "Préparation de la base de données"))
    call_command("migrate", verbosity=0, interactive=False)
    _collect_static()
    if "demo" not in get_commands():
        raise Mistake(
            words(
                f"The database is ready in {folder}, but this version has no demonstration data yet.",
                f"La base est prête dans {folder}, mais cette version n’a pas encore de données fictives.",
            )
        )
    _say(words("Loading the fictional cases", "Chargement des dossiers fictifs"))
    running.run_by_name("demo", [] if cases is None else ["--cases", str(cases)])
    _say(words("The demonstration is ready", "La démonstration est prête"))


def _collect_static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def serve(arguments: list[str]) -> int:
    """Serve a deployment's pages, with a worker beside unless told that one runs elsewhere."""
    has_worker = "--no-worker" not in arguments
    arguments = [argument for argument in arguments if argument != "--no-worker"]
    data, rest = deployment.take_option(arguments, "--data")
    host, rest = deployment.take_option(rest, "--host")
    port, rest = deployment.take_number(rest, "--port", lowest=1, highest=65535)
    workers, rest = deployment.take_number(rest, "--workers", lowest=1, highest=64)
    deployment.refuse_rest("serve", rest)
    folder = deployment.data_folder(data)
    deployment.use(folder)
    is_open = host not in {None, LOCAL, "::1", "localhost"}
    if is_open and not os.environ["DJANGO_SETTINGS_MODULE"].endswith(".prod"):
        raise Mistake(
            words(
                "Only a real deployment listens beyond this machine: "
                "set DJANGO_SETTINGS_MODULE=config.settings.prod.",
                "Seul un vrai déploiement écoute hors de cette machine : "
                "définissez DJANGO_SETTINGS_MODULE=config.settings.prod.",
            )
        )
    chosen = free_port(host or LOCAL, port or FIRST_PORT)
    running.set_up()
    status = running.guarded(_refuse_old_database) or running.guarded(_collect_static)
    if not status and not has_worker:
        status = running.guarded(_warn_without_worker)
    return status or _serve(host or LOCAL, chosen, workers=workers or 1, with_worker=has_worker)


def _warn_without_worker() -> None:
    """Say on the console when no worker lives: nothing is late, told or placed in the ledger without one."""
    from egide.common import clock
    from egide.jobs import lease

    if not lease.has_living_worker(at=clock.now()):
        _say(
            words(
                "No worker runs: nothing is placed in the ledger, sent or raised as late. "
                "Start one: ./egide worker",
                "Aucun processus de fond ne tourne : rien n’est placé au registre, envoyé ni signalé en retard. "
                "Lancez-en un : ./egide worker",
            )
        )


def _refuse_old_database() -> None:
    from django.core.management import call_command

    try:
        with contextlib.redirect_stdout(io.StringIO()):
            call_command("migrate", check_unapplied=True, verbosity=0)
    except SystemExit as end:
        if end.code:
            raise Mistake(
                words(
                    "The database is not up to date: run ./egide migrate with the same --data.",
                    "La base n’est pas à jour : lancez ./egide migrate avec le même --data.",
                )
            ) from end


def free_port(host: str, asked: int | None) -> int:
    """Answer the port asked for, or the first free one from 8000.

    Raises:
        Mistake: the port asked for cannot be had, or none is free.
    """
    for port in [asked] if asked else range(FIRST_PORT, FIRST_PORT + 100):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
        return port
    raise Mistake(
        words(
            f"Port {asked or FIRST_PORT} is taken or not allowed: choose another with --port N.",
            f"Le port {asked or FIRST_PORT} est pris ou interdit : choisissez-en un autre avec --port N.",
        )
    )


def _server(host: str, port: int, workers: int) -> list[str]:
    from django.conf import settings

    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "config.wsgi:application"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--log-level", "warning"),
        *(
            "--static-path-route",
            settings.STATIC_URL.rstrip("/"),
            "--static-path-mount",
            str(settings.STATIC_ROOT),
        ),
    ]


def _serve(host: str, port: int, *, workers: int, with_worker: bool) -> int:
    """Run the server (and a worker beside it) until stopped; answers 0 when stopped on purpose."""
    from django.db import connections

    connections.close_all()
    commands = {"web": _server(host, port, workers)}
    if with_worker:
        commands["worker"] = [sys.executable, "-m", "egide", "worker"]
    stopping: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    processes = {name: _start(command) for name, command in commands.items()}
    try:
        if _wait(lambda: bool(stopping) or _is_up(host, port) or processes["web"].poll() is not None):
            _announce(host, port, processes["web"])
        while not stopping:
            if processes["web"].poll() is not None:
                return processes["web"].returncode or 1
            if with_worker and processes["worker"].poll() is not None:  # as a service manager would
                processes["worker"] = _start(commands["worker"])
            time.sleep(1 if with_worker else 0.3)
        return 0
    finally:
        _end(processes)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _start(command: list[str]) -> "subprocess.Popen[bytes]":
    # Its own group: Ctrl+C reaches us, and we end it in order.
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603


def _end(processes: "dict[str, subprocess.Popen[bytes]]") -> None:
    for process in processes.values():
        if process.poll() is None:
            process.terminate()
    for process in processes.values():
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(condition: Callable[[], Any], *, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False


def _is_up(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def _announce(host: str, port: int, web: "subprocess.Popen[bytes]") -> None:
    if web.poll() is not None:
        return
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    print(
        words(
            f"\nÉgide answers at {address}\nStop with Ctrl+C.", f"\nÉgide répond à {address}\nArrêt : Ctrl+C."
        ),
        flush=True,
    )
