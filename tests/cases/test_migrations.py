"""Rows written before a change of the tables come through it."""

import pytest

from egide.cases.models import Attendance, Draft
from egide.cases.services import conferring, drafting
from egide.vault.models import FileKeys
from tests.conftest import NOON
from tests.factories import DAY, World, a_member
from tests.partners.test_migrations import migrate  # noqa: F401

BEFORE = [("cases", "0007_danger_reports")]
AFTER = [("cases", "0062_one_seat_a_person")]


@pytest.mark.slow
def test_of_two_seats_of_one_person_the_one_they_sat_in_stays(migrate):  # noqa: F811
    world = World()
    visiting = a_member(world.school_agency, account=world.nurse.account)
    made = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=NOON + DAY,
        kind="regular",
        seats=[(world.nurse, "team_member"), (world.officer, "team_member")],
        actor=world.coordinator,
        at=NOON,
    )
    drafts = [
        drafting.save_draft(form=form, subject=None, content={"a": "b"}, actor=world.nurse, at=NOON)
        for form in ("assessment", "refer")
    ]
    old = migrate(BEFORE).get_model("cases", "Attendance").objects
    sat = old.create(conference_id=made.pk, membership_id=visiting.pk, seat="team_member", is_present=True)

    migrate(AFTER)

    kept = Attendance.objects.filter(conference=made)
    assert set(kept.values_list("account", "membership")) == {
        (world.nurse.account_id, visiting.pk),
        (world.officer.account_id, world.officer.pk),
    }
    assert kept.filter(pk=sat.pk).exists()
    # Which tool the draft of a sheet was for is not known: it is forgotten, with its key.
    assert list(Draft.objects.values_list("form", flat=True)) == ["refer"]
    assert not FileKeys.objects.filter(pk=drafts[0].pk).exists()


@pytest.mark.slow
def test_programmes_that_asked_no_training_go_on_without(migrate):  # noqa: F811
    world = World()
    migrate([("cases", "0064_whose_draft")])

    then = migrate([("cases", "0065_training_asked")]).get_model("cases", "Programme")

    # As the programme was then: its columns of today are not there.
    assert then.objects.get(pk=world.programme.pk).training == []
