"""What every test stands on: a key of its own, no network, one noon."""

import datetime
import gc
import socket

import pytest

from egide.command_line import catalogues
from egide.vault import deployment_secrets
from egide.vault.providers import LocalKeyProvider
from tests import kept_schema

NOON = datetime.datetime(2026, 11, 23, 16, 0, tzinfo=datetime.UTC)
_connect = socket.socket.connect


def pytest_configure(config):
    """Compile what is stale of the message catalogues, once: tests read pages in both languages."""
    if not hasattr(config, "workerinput"):
        catalogues.compile_stale()


def pytest_collection_finish(session):
    """Collect what dies young seldom, and what lasts never: a fourteenth of the processor's time on pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


#: What asks for the tables, by mark or by fixture.
TABLES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_setup", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what asks for no tables: it is the same on every database, and CI runs it once."""
    for item in items:
        if not (TABLES & set(item.fixturenames) or item.get_closest_marker("django_db")):
            item.add_marker(pytest.mark.anywhere)


@pytest.hookimpl(trylast=True, specname="pytest_collection_modifyitems")
def pytest_collection_order(items):
    """Drive the browser last, whatever the order of the rest.

    Playwright leaves an event loop running in its process: Django then keeps another connection, and a
    test that forks or waits for the first one would wait for ever.
    """
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings):
    """The tables are made by the migrations, or copied where the same ones made them before."""
    return django_db_keepdb or kept_schema.bring()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    """Keep the tables once they are made, before the first test."""
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            kept_schema.keep()


@pytest.fixture(scope="session")
def _key_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    LocalKeyProvider(folder / "master.key").create()
    return folder


@pytest.fixture(autouse=True)
def key_file(_key_folder, settings):
    """Answer the key file of the test run; secrets of the deployment are made anew for each test."""
    settings.EGIDE_KEY_FILE = str(_key_folder / "master.key")
    deployment_secrets.forget()
    return _key_folder / "master.key"


@pytest.fixture(autouse=True)
def closed_network(monkeypatch):
    """Only this machine answers: a test that reaches further fails."""

    def connect(self, address):
        is_internet = self.family in (socket.AF_INET, socket.AF_INET6)
        if is_internet and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError("a test reached for the network")
        return _connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    """Scopes read the clock: for them it is noon, unless a test says otherwise with `noon(moment)`."""
    from egide.common import clock

    def set_to(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    set_to(NOON)
    return set_to


@pytest.fixture(autouse=True)
def english():
    """A page read in French leaves the thread in French: each test begins in English."""
    from django.utils import translation

    translation.activate("en")
    yield
    translation.activate("en")


@pytest.fixture
def world(db):
    """Answer one programme with its partners."""
    from tests.factories import World
    from tests.replay import once

    return once("world", lambda _nothing: World())


@pytest.fixture(scope="session", autouse=True)
def emptied_between_transactional_tests():
    """Emptying the test database is the one thing the ledger's triggers must not refuse."""
    from django.core.management.commands import flush
    from django.db import connection

    from egide.ledger import triggers

    plain = flush.Command.handle

    def without_triggers(command, **options):
        with connection.schema_editor() as editor:
            triggers.remove(None, editor)
        try:
            plain(command, **options)
        finally:
            with connection.schema_editor() as editor:
                triggers.install(None, editor)

    flush.Command.handle = without_triggers
    yield
    flush.Command.handle = plain


@pytest.fixture
def new_process():
    """Begin and end as a process that met no version of the decision table yet."""
    from egide.sharing.rules import table

    table.forget_versions()
    yield
    table.forget_versions()
