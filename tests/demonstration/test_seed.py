"""The same seed tells the same cases; another tells others; and any moment will do."""

import datetime

import pytest
from django.db import transaction
from django.db.models import F

from egide.assessments.models import Assessment
from egide.cases.models import Case, Entry, Task
from egide.demonstration import generate, world
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing.models import Consent
from tests.conftest import NOON

# The services that tell the cases are tested on both databases; their chance is of neither.
pytestmark = [pytest.mark.django_db, pytest.mark.anywhere]
DAY = datetime.timedelta(days=1)
FEW = {stage: (1, low, high) for stage, (_count, low, high) in generate.STAGES.items()} | {
    "active": (3, 26 * 24, 80 * 24)
}


class Undone(Exception):
    """Carries what was seen out of a transaction that is undone."""


def told(**options):
    """Make a small demonstration, answer what can be compared of it, and undo it."""
    try:
        with transaction.atomic():
            generate.generate(world.build(at=NOON - 180 * DAY, now=NOON), at=NOON, stages=FEW, **options)
            facts = ("reference", "state", "level", "received_at", "next_due_at", "language")
            counts = [m.objects.count() for m in (Entry, Task, Assessment, LedgerEntry, Consent)]
            raise Undone((sorted(Case.objects.values_list(*facts), key=str), counts))
    except Undone as undone:
        return undone.args[0]


def test_the_same_seed_tells_the_same_cases_and_another_seed_others(db):
    first = told()

    assert told() == first
    assert {case[0] for case in first[0]}.isdisjoint(case[0] for case in told(seed=1)[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    ["2026-11-22T07:10", "2026-03-08T06:30", "2027-01-01T03:59", "2026-07-04T22:15", "2028-02-29T15:00"],
)
def test_is_told_at_any_hour_of_any_day(made, noon, moment):
    now = datetime.datetime.fromisoformat(moment).replace(tzinfo=datetime.UTC)
    noon(now)

    generate.generate(made, at=now, stages=FEW)

    assert not Entry.objects.filter(created_at__gt=now).exists()
    assert not Task.objects.filter(done_at__gt=now).exists()
    assert not Task.objects.filter(done_at__lt=F("created_at")).exists()
