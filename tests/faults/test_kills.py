"""kill -9 at random moments: what was acknowledged is there, once and whole; what was not leaves nothing half-done.

A hundred kills in all: forty of the web process, thirty of the worker, thirty of PostgreSQL (when it is installed).
Traffic goes to loopback only, a few requests at a time.
"""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from egide.cases.models import Case, Entry, File, NameToken, Referral, Task
from egide.common.models import Submission
from egide.jobs import lease
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.ledger.verification import verify
from egide.vault.models import FileKeys
from tests.factories import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
TOKEN = "x" * 32


def forked(work):
    """Run `work` in a process of our own that shares nothing open; answers its number."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        os.setpgid(0, 0)
        work()
    finally:
        os._exit(0)


def killed(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def serve_on(listener):
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

    from django.core.handlers.wsgi import WSGIHandler

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    server = WSGIServer(listener.getsockname(), Quiet, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = "localhost", listener.getsockname()[1]
    server.setup_environ()
    server.set_app(WSGIHandler())
    server.serve_forever(poll_interval=0.01)


def signed_in(member):
    session = SessionStore()
    session[SESSION_KEY] = str(member.account_id)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = member.account.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={TOKEN}"


def send_referral(port, cookie, programme, key):
    """Send one referral; True when the service said it has it."""
    body = urlencode(
        {
            "csrfmiddlewaretoken": TOKEN,
            "submission": f"kill-test-{key:06d}",
            "programme": programme,
            "victim_given": "Anne",
            "victim_family": f"Essai{key}",
            "victim_language": "fr",
            "victim_phone": "506-555-0100",
            "victim_address": "1, rue Fictive",
            "victim_informed": "yes",
            "incident": f"Fait {key}.",
            "concern_family": "Autre",
        }
    )
    headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Host": "localhost"}
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        link.request("POST", "/refer/", body, headers)
        answer = link.getresponse()
        answer.read()
        return answer.status == 302
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def assert_whole(expected):
    """Every case has all its parts, exactly once, and the ledger knows each."""
    assert Case.objects.count() == Referral.objects.count() == expected
    assert File.objects.count() == FileKeys.objects.count() == 2 * expected
    assert Task.objects.count() == expected
    assert Entry.objects.count() == 5 * expected
    assert NameToken.objects.values("file").distinct().count() == 2 * expected
    referred = LedgerEntry.objects.filter(body__contains='"cases.referred"')
    assert referred.count() == expected


def test_the_web_process_killed_forty_times_loses_nothing_it_acknowledged():
    world = World()
    cookie, programme = signed_in(world.referrer), str(world.programme.pk)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    rng, acknowledged, kills = random.Random(7), 0, 0
    child = forked(lambda: serve_on(listener))
    try:
        while kills < 40:
            sender = forked(lambda key=acknowledged: send_referral(port, cookie, programme, key))
            time.sleep(rng.uniform(0.0, 0.12))
            killed(child)
            kills += 1
            os.waitpid(sender, 0)
            child = forked(lambda: serve_on(listener))
            # The person tries again, with the same form: it is the same submission.
            for _attempt in range(5):
                if send_referral(port, cookie, programme, acknowledged):
                    break
            else:
                pytest.fail("the service did not come back")
            acknowledged += 1
    finally:
        killed(child)
        listener.close()

    assert_whole(acknowledged)
    ledger.integrate(at=timezone.now())
    assert verify().is_whole


def test_the_worker_killed_thirty_times_finishes_every_job_once():
    from django_tasks_db.models import DBTaskResult

    from tests.faults.jobs import note

    for key in range(60):
        note.enqueue(f"job-{key:03d}-abcdefgh")
    rng = random.Random(11)
    for _kill in range(30):
        child = forked(lambda: call_command("worker", "--batch", "--interval", "0.01", verbosity=0))
        time.sleep(rng.uniform(0.02, 0.25))
        killed(child)
        lease.reap(at=timezone.now() + 2 * lease.LEASE)
    call_command("worker", "--batch", "--interval", "0.01", verbosity=0)

    states = set(DBTaskResult.objects.values_list("status", flat=True))
    assert states <= {"SUCCESSFUL", "FAILED"}
    # A job may be given up only after it was on several killed workers.
    for given_up in DBTaskResult.objects.filter(status="FAILED"):
        assert len(given_up.worker_ids) >= lease.MOST_ATTEMPTS
    done = DBTaskResult.objects.filter(status="SUCCESSFUL").count()
    assert Submission.objects.filter(scope="faults").count() >= done
    assert done >= 55


@pytest.fixture
def own_postgres():
    sys.path.insert(0, str(ROOT / "tools" / "check"))
    try:
        import postgres
    finally:
        sys.path.pop(0)
    try:
        with postgres.running({"fsync": "on", "synchronous_commit": "on"}) as cluster:
            yield cluster
    except postgres.NoPostgreSQL as reason:
        pytest.skip(f"PostgreSQL: {reason}")


#: Refers over and over against its own database, and says each time it was acknowledged.
WRITER = """
import os, sys
import django
django.setup()
from django.db import connection, close_old_connections
from django.utils import timezone
from egide.common import idempotency
from egide.cases.models import Programme
from egide.cases import intake
from egide.cases.services import referring
from egide.partners.models import Membership
actor = Membership.objects.select_related("agency", "account").get(role="referrer")
programme = Programme.objects.get()
for line in sys.stdin:
    key = line.strip()
    def effect():
        content = intake.ReferralContent(
            victim=intake.Person("Anne", key, phone="506-555-0100", address="1, rue Fictive"),
            person_of_concern=intake.Person("", "Autre"), incident="Fait.",
        )
        referring.refer(programme_id=programme.pk, content=content, actor=actor, at=timezone.now())
        return "/"
    try:
        idempotency.once(scope="kill", owner="pg", key=key, at=timezone.now(), effect=effect)
        print("ok", flush=True)
    except Exception as error:
        connection.close()
        print("lost", type(error).__name__, flush=True)
"""


@pytest.mark.anywhere  # its PostgreSQL is its own
def test_postgresql_killed_thirty_times_keeps_what_it_committed(own_postgres, tmp_path, settings):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "EGIDE_DATA": str(tmp_path),
        "EGIDE_DATABASE_URL": own_postgres.address,
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }

    def run(code, **kwargs):
        return subprocess.run([sys.executable, "-c", code], env=environment, check=True, text=True, **kwargs)

    run(
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('init', verbosity=0); call_command('migrate', verbosity=0)\n"
        "from tests.factories import World; World()",
        stdout=subprocess.DEVNULL,
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=1,
    )
    rng, key = random.Random(13), 0
    try:
        for _kill in range(30):
            # A few acknowledged, then the server dies in the middle of one.
            for _turn in range(rng.randint(0, 2)):
                assert ask(writer, key) == "ok"
                key += 1
            writer.stdin.write(f"kill-pg-{key:06d}-key\n")
            writer.stdin.flush()
            time.sleep(rng.uniform(0.0, 0.05))
            own_postgres.stop(signal.SIGKILL)
            writer.stdout.readline()
            restart(own_postgres)
            for _attempt in range(10):
                if ask(writer, key) == "ok":
                    break
                time.sleep(0.2)
            else:
                pytest.fail("the writer did not come back")
            key += 1
    finally:
        writer.stdin.close()
        writer.wait(timeout=20)
    own_postgres_counts(own_postgres, key)
    done = run(
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('ledger', 'checkpoint'); call_command('ledger', 'verify', '--processes', '1')",
        stdout=subprocess.PIPE,
    )
    assert "Whole" in done.stdout


def ask(writer, key):
    writer.stdin.write(f"kill-pg-{key:06d}-key\n")
    writer.stdin.flush()
    return writer.stdout.readline().split()[0]


def restart(cluster):
    """Start it again as a service manager would: once the dead server's children are gone."""
    for attempt in range(40):
        try:
            (cluster.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
            cluster.start()
            return
        except Exception:
            if attempt == 39:
                raise
            time.sleep(0.25)


def own_postgres_counts(cluster, expected):
    def count(table):
        return int(cluster.psql(f"SELECT count(*) FROM {table}", database="egide"))

    assert count("cases_case") == count("cases_referral") == expected
    assert count("cases_file") == count("vault_filekeys") == 2 * expected
    assert count("cases_entry") == 5 * expected
    assert count("cases_task") == expected
    assert count("ledger_entry WHERE body LIKE '%cases.referred%'") == expected
