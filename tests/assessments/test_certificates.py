"""A certificate is looked for in the records of training; without it a result is kept, with a warning."""

import pytest

from egide.assessments import presentation
from egide.assessments.queries import open_assessment
from egide.assessments.services import record_second_score
from egide.partners.queries import training
from tests.assessments.sheets import odara_with
from tests.conftest import NOON
from tests.factories import DAY, a_member, train

pytestmark = pytest.mark.django_db


@pytest.fixture
def warned(file, world):
    def of(made):
        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)
        return " ".join(presentation.result_context(opened)["warnings"])

    return of


@pytest.mark.parametrize(
    ("left", "state", "warning"),
    [
        (DAY, "valid", ""),
        (0 * DAY, "lapsed", "had lapsed"),
        (-DAY, "lapsed", "had lapsed"),
    ],
)
def test_to_the_second_a_certificate_is_valid_or_lapsed(record, world, warned, left, state, warning):
    train(world.advocate, course="odara-101", until=NOON + left)

    made = record(certificate_valid=True)

    assert made.certificate == state
    assert (warning in warned(made)) if warning else (warned(made) == "")


@pytest.mark.parametrize(
    ("said", "warning"),
    [
        (None, "Nobody said"),
        (False, "did not hold a valid certificate"),
        (True, "none is recorded here"),
    ],
)
def test_without_a_record_what_the_assessor_says_is_said(record, warned, said, warning):
    made = record(certificate_valid=said)

    assert made.certificate == "none"
    assert warning in warned(made)


def test_of_another_tool_does_not_count(record, world, warned):
    train(world.advocate, course="danger-assessment")

    assert record().certificate == "none"


def test_belongs_to_the_person_under_any_hat(record, world):
    train(world.officer, course="odara-101")
    hat = a_member(world.lead, world.advocate.role, account=world.officer.account, areas=[world.area])

    assert record(actor=hat).certificate == "valid"


def test_that_was_withdrawn_does_not_count(record, world):
    held = train(world.advocate, course="odara-101")
    held.withdrawn_at, held.withdrawn_by = NOON, world.coordinator
    held.save(update_fields=["withdrawn_at", "withdrawn_by"])

    assert record().certificate == "none"


def test_blocks_nobody_and_is_kept_as_it_was_that_day(record, file, world, odara, warned):
    train(world.advocate, course="odara-101", until=NOON + DAY)
    made = record()
    late = record_second_score(
        file=file, assessment_id=made.pk, answers=odara_with(odara, present=6, unknown=2),
        actor=world.coordinator, at=NOON + 2 * DAY,
    )  # fmt: skip

    assert (made.certificate, late.certificate) == ("valid", "none")
    assert warned(made) == ""


def test_opens_nothing_and_costs_no_request_a_query(world):
    train(world.advocate, course="odara-101")

    assert "until_odara_101" not in training.until_of_each()
    now, soon = training.lacks_of(member=world.advocate, required=["odara-101"], at=NOON)
    assert (now, soon) == ((), ())


@pytest.mark.parametrize("population", ["outside", "unknown", "within", ""])
def test_a_person_the_tool_was_not_made_for_is_a_warning_and_no_block(record, warned, population):
    text = warned(record(population=population))

    assert ("was not made for people like this person" in text) is (population == "outside")
    assert ("Nobody could say whether" in text) is (population == "unknown")
