"""What the tests stand on is put back as it was made, and made anew where anything before it differs."""

import pytest
from django.db import transaction

from egide.cases.models import Programme
from egide.vault import deployment_secrets
from tests import replay
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    """Only so many beginnings are kept in a process: the tests before this one may have taken every place."""
    monkeypatch.setattr(replay, "_kept", {})


def told(change=None):
    """Answer a case of a world, and every row that stands then; nothing of it stays."""
    deployment_secrets.forget()
    with transaction.atomic():
        world = replay.once("world", lambda _nothing: World())
        if change:
            change()
        case = world.active()
        rows = {table: replay._rows(table) for table in replay._counts()}
        transaction.set_rollback(True)
    return case, rows


def test_rows_are_put_back_as_they_were_made():
    _first, made = told()

    again, put_back = told()

    assert put_back == made
    assert again.reference in str(put_back["cases_case"])


def test_a_world_that_was_changed_has_a_case_of_its_own():
    first, _made = told()

    other, rows = told(lambda: Programme.objects.update(prefix="XYZ"))

    assert other.pk != first.pk
    assert other.reference.startswith("XYZ")
    assert str(first.pk) not in str(rows["cases_case"])


def test_another_moment_has_a_case_of_its_own(noon):
    first, _made = told()
    noon(NOON + DAY)
    other, _rows = told()

    assert other.pk != first.pk
