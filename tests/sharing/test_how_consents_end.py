"""Consents that ended before it was written down how: said as far as the rows and the ledger tell."""

import pytest

from egide.cases.services import closing, consenting
from egide.sharing.models import Consent
from tests.conftest import NOON
from tests.factories import DAY, World
from tests.partners.test_migrations import migrate  # noqa: F401

BEFORE = [("sharing", "0071_emergency_misses")]
AFTER = [("sharing", "0081_consents_say_how_they_end")]


@pytest.mark.slow
def test_it_is_said_of_those_too(migrate):  # noqa: F811
    world = World()
    cases = [world.active(given=f"Anne{n}", family="Roy") for n in range(5)]
    consenting.renew_consent(
        case_id=cases[0].pk, consent=world.consent(), actor=world.advocate, at=NOON + DAY
    )
    consenting.withdraw_consent(case_id=cases[1].pk, actor=world.advocate, at=NOON + DAY)
    consenting.refuse_consent(
        case_id=cases[2].pk, words="No.", still_done=[], actor=world.advocate, at=NOON + DAY
    )
    closing.close_case(
        case_id=cases[3].pk, reason="plan_completed", note="Done.", victim_view="declined", victim_words="",
        actor=world.coordinator, at=NOON + DAY,
    )  # fmt: skip
    old = migrate(BEFORE).get_model("sharing", "Consent").objects
    old.filter(case_id=cases[4].pk).update(lapse_recorded_at=NOON + DAY)

    migrate(AFTER)

    said = {
        case.pk: list(
            Consent.objects.filter(case_id=case.pk).order_by("pk").values_list("ended_how", flat=True)
        )
        for case in cases
    }
    assert [said[case.pk] for case in cases] == [
        ["replaced", ""],
        ["withdrawn"],
        ["refused"],
        # Nothing in the rows of consents nor about the file says that the case was closed.
        ["unrecorded"],
        ["expired"],
    ]
