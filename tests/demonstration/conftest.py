"""One demonstration for all its tests: made once, and gone at the end."""

import datetime

import pytest
from django.db import transaction

from egide.demonstration import generate, world
from egide.vault import deployment_secrets
from tests.conftest import NOON

BEGINNING = NOON - datetime.timedelta(days=180)


@pytest.fixture(scope="module")
def whole(django_db_setup, django_db_blocker, _key_folder):
    """Answer the world with its 150 cases, as of noon."""
    from django.test import override_settings

    from egide.common import clock

    patch = pytest.MonkeyPatch()
    with (
        django_db_blocker.unblock(),
        override_settings(EGIDE_KEY_FILE=str(_key_folder / "master.key")),
        transaction.atomic(),
    ):
        deployment_secrets.forget()
        patch.setattr(clock, "now", lambda: NOON)
        made = world.build(at=BEGINNING, now=NOON)
        generate.generate(made, at=NOON)
        yield made
        patch.undo()
        transaction.set_rollback(True)
    deployment_secrets.forget()


@pytest.fixture
def made(db):
    """Answer the world, without any case."""
    # Cases are told of any day of the years to come: nobody's training has lapsed then.
    return world.build(at=BEGINNING, now=NOON + datetime.timedelta(days=5 * 365))
