"""The demonstration: whole, fictional, the same each time, and nothing of it in clear."""

import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from egide.cases.lifecycle import State
from egide.cases.models import Case, File
from egide.cases.queries import caseload
from egide.common.errors import Refused
from egide.demonstration import bulk, generate, world
from egide.ledger import services as ledger
from egide.ledger.verification import verify
from egide.partners.models import Account
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(db, settings):
    settings.EGIDE_FICTIONAL = True
    return world.build(at=NOON - datetime.timedelta(days=180))


def everything_stored():
    """Yield every value of every table, as text."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for value in row:
                    yield table, bytes(value) if isinstance(value, memoryview) else value


def test_every_state_is_there_in_both_languages_and_nothing_in_clear(made):
    count = generate.generate(made, at=NOON)

    assert count == 150
    assert set(Case.objects.values_list("state", flat=True)) == set(State.values)
    languages = list(Case.objects.values_list("language", flat=True))
    assert abs(languages.count("fr") - languages.count("en")) <= 4
    assert not Case.objects.filter(is_open=True, next_due_at=None).exists()
    words = [i[:24] for i in (*generate.stories("fr")["incidents"], *generate.stories("en")["incidents"])]
    names = ["Lœuillet", "Kierstead", "rue des Érables", "Ferry Road"]
    for table, value in everything_stored():
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        assert not any(word in text for word in (*words, *names)), table
    ledger.integrate(at=NOON)
    assert verify().is_whole


def test_the_same_seed_makes_the_same_cases(made):
    found = []
    for _turn in range(2):
        with transaction.atomic():
            generate.generate(made, at=NOON)
            found.append(sorted(Case.objects.values_list("state", "level", "received_at")))
            transaction.set_rollback(True)

    assert found[0] == found[1]
    assert len(found[0]) == 154


def test_goes_only_where_everything_is_fictional(db, settings):
    settings.EGIDE_FICTIONAL = False
    with pytest.raises(Refused):
        world.build(at=NOON)
    with pytest.raises(CommandError):
        call_command("demo")
    assert not Account.objects.exists()


def test_many_simple_cases_are_real_cases(made):
    bulk.add_cases(made, count=80, at=NOON, thick_file=30)

    assert Case.objects.count() == 80
    assert File.objects.count() == 160
    coordinator = made.people["coordinator"]
    rows = caseload.caseload(actor=coordinator, filters=caseload.Filters(), at=NOON).rows
    assert len(rows) == 25
    assert all(row.name for row in rows)
    partner = caseload.caseload(actor=made.people["police"], filters=caseload.Filters(), at=NOON).rows
    assert partner
    assert all(row.name for row in partner)
    ledger.integrate(at=NOON)
    assert verify().is_whole
    bulk.add_cases(made, count=10, at=NOON, thick_file=0)
    assert Case.objects.count() == 90


def test_the_command_says_who_signs_in_and_can_be_run_again(db, settings, tmp_path, capsys):
    settings.EGIDE_DATA = tmp_path
    call_command("demo")
    first = Case.objects.count()
    call_command("demo", "--cases", "20")

    assert Case.objects.count() == first + 20
    said = capsys.readouterr().out
    assert world.PASSWORD in said
    for username, *_more in world.PEOPLE:
        assert username in said
        assert Account.objects.get(username=username).check_password(world.PASSWORD)
