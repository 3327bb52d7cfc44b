"""Rows written before a change of the tables come through it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.conftest import NOON

BEFORE = [("partners", "0002_factor_reset")]
AFTER = [("partners", "0005_resets_take_two_accounts")]


@pytest.fixture
def migrate(transactional_db):
    def to(targets):
        executor = MigrationExecutor(connection)
        executor.migrate(targets)
        return MigrationExecutor(connection).loader.project_state(targets).apps

    yield to
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate(leaves)


@pytest.mark.slow
def test_resets_asked_and_confirmed_before_name_their_accounts(migrate):
    old = migrate(BEFORE)
    area = old.get_model("partners", "Jurisdiction").objects.create(code="a", kind="city")
    agency = old.get_model("partners", "Agency").objects.create(code="b", sector="POL", jurisdiction=area)
    people = [
        old.get_model("partners", "Account").objects.create(username=name, password="!")
        for name in ("one", "two", "lost")
    ]
    one, two, _lost = (
        old.get_model("partners", "Membership").objects.create(
            account=person, agency=agency, role="administrator", starts_on=NOON.date()
        )
        for person in people
    )
    resets = old.get_model("partners", "FactorReset").objects
    confirmed = resets.create(
        account=people[2], requested_by=one, requested_at=NOON, confirmed_by=two, confirmed_at=NOON
    )
    waiting = resets.create(account=people[2], requested_by=two, requested_at=NOON)

    new = migrate(AFTER).get_model("partners", "FactorReset").objects

    named = {row.pk: (row.requested_by_account_id, row.confirmed_by_account_id) for row in new.order_by("pk")}
    assert named == {confirmed.pk: (people[0].pk, people[1].pk), waiting.pk: (people[1].pk, None)}


@pytest.mark.slow
def test_a_person_of_before_belongs_to_the_agency_of_their_first_place(migrate):
    old = migrate([("partners", "0006_outbox")])
    area = old.get_model("partners", "Jurisdiction").objects.create(code="a", kind="city")
    agencies = [
        old.get_model("partners", "Agency").objects.create(code=code, sector="POL", jurisdiction=area)
        for code in ("later", "first")
    ]
    person, nobody = (
        old.get_model("partners", "Account").objects.create(username=name, password="!")
        for name in ("one", "nobody")
    )
    for days, agency in enumerate(agencies):
        old.get_model("partners", "Membership").objects.create(
            account=person,
            agency=agency,
            role="team_member",
            starts_on=NOON.date() - timedelta(days=days),
        )

    new = migrate([("partners", "0007_home_agency")]).get_model("partners", "Account").objects

    assert new.get(pk=person.pk).home_agency.code == "first"
    assert new.get(pk=nobody.pk).home_agency is None
