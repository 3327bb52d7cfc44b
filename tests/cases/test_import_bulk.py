"""Rows written many at once are those that saving each would have written."""

import datetime
import uuid

import pytest
from django.db import IntegrityError, transaction

from egide.cases.models import Case, Entry, File, NameToken, Programme
from egide.common.bulk import insert_rows
from egide.vault.fields import Sealed
from tests.conftest import NOON

pytestmark = pytest.mark.django_db
BYTES = bytes(range(256))


def values(record):
    found = {f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields}
    return {name: bytes(v) if isinstance(v, memoryview) else v for name, v in found.items()}


def attributes(record):
    return [f.attname for f in record._meta.concrete_fields]


def copied(record, **changes):
    """Insert a record's own values under another key; answers what the database then holds."""
    given = {**values(record), "id": uuid.uuid4(), **changes}
    assert insert_rows(type(record), list(given), [list(given.values())]) == 1
    return values(type(record).objects.get(pk=given["id"])), given


def test_every_kind_of_column_comes_back_as_it_was_given(world):
    case = world.referral().case
    entry = Entry.objects.filter(file__case=case, observed_on=None).order_by("pk").first()
    for record, changes in (
        (
            Case.objects.get(pk=case.pk),
            {"reference": "FRE-77777", "received_at": NOON.replace(microsecond=7)},
        ),
        (
            entry,
            {"observed_on": datetime.date(1999, 12, 31), "regimes": "", "form": 'tab\t"quote" \\ é\n\\.'},
        ),
        (world.programme, {"code": "other", "minimums": {"a": [1, None, "é"]}}),
    ):
        held, given = copied(record, **changes)
        assert held == given


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, Sealed])
def test_bytes_are_the_same_however_they_are_held(world, kind):
    file = File.objects.filter(case=world.referral().case, role="victim").get()
    Case.objects.filter(pk=file.case_id).update(reference="FRE-66666")
    other = world.referral().case
    File.objects.filter(case=other).delete()

    held, _given = copied(file, case_id=other.pk, name=kind(BYTES))

    assert held["name"] == Sealed(BYTES)


def test_automatic_keys_are_the_databases(world):
    file = File.objects.filter(case=world.referral().case, role="victim").get()
    before = NameToken.objects.count()
    rows = ((bytes([n % 256]) * 16, n % 2 == 0, file.pk, file.case_id, "victim") for n in range(5000))

    written = insert_rows(NameToken, ("token", "is_exact", "file", "case_id", "side"), rows)

    assert written == 5000
    assert NameToken.objects.count() == before + 5000


def test_nothing_is_nothing():
    assert insert_rows(NameToken, ("token",), []) == 0


def test_a_refused_row_refuses_them_all(world):
    columns = attributes(world.programme)
    again = [getattr(world.programme, name) for name in columns]
    other = [
        uuid.uuid4() if name == "id" else "zzz" if name == "code" else v
        for name, v in zip(columns, again, strict=True)
    ]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(Programme, columns, [other, again])

    assert not Programme.objects.filter(code="zzz").exists()


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="nope"):
        insert_rows(Case, ("id", "nope"), [])
