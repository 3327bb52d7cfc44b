"""Two people at the same moment: the second works on what the first left, never on what it read before."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from egide.cases.lifecycle import Level, State
from egide.cases.models import AgendaItem, Case, CaseLink, Contribution, Decision, Draft
from egide.cases.services import (
    assessing,
    closing,
    conferring,
    consenting,
    deadlines,
    drafting,
    levels,
    linking,
)
from egide.cases.services.entries import subject_file
from egide.common.errors import NotVisible, Refused
from egide.partners.models import Membership
from egide.sharing import ending
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
#: Long enough for the other to have read and to wait for the lock, in seconds.
A_WHILE = 0.7


def again(member):
    """Answer the same place as another request reads it: nothing remembered."""
    return Membership.objects.select_related("agency", "account__home_agency").get(pk=member.pk)


def while_waiting(first, second):
    """Do `first` and hold its locks while `second` is asked; answers what the second raised, or None."""
    raised = []

    def run():
        try:
            second()
            raised.append(None)
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=run)
    with transaction.atomic():
        first()
        other.start()
        time.sleep(A_WHILE)
    other.join(30)
    return raised[0]


@pytest.fixture
def world():
    from tests.factories import World

    return World()


@pytest.fixture
def sitting(world):
    """Answer an open conference, quorate, with one active case on its agenda."""
    case = world.active()
    seats = [
        (world.coordinator, "coordinator"),
        (world.advocate, "advocate"),
        (world.officer, ""),
        (world.nurse, ""),
        (world.probation, ""),
        (world.teacher, ""),
        (world.chair, "chair"),
    ]
    conference = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=NOON + timedelta(hours=1),
        kind="regular",
        seats=seats,
        actor=world.coordinator,
        at=NOON,
    )
    item = conferring.put_on_agenda(
        conference_id=conference.pk, case_id=case.pk, actor=world.coordinator, at=NOON
    )
    conferring.record_attendance(
        conference_id=conference.pk,
        present=[row.pk for row in conference.attendances.order_by("pk")],
        actor=world.coordinator,
        at=NOON,
    )
    conferring.open_conference(conference_id=conference.pk, actor=world.coordinator, at=NOON)
    return AgendaItem.objects.select_related("case", "conference").get(pk=item.pk)


def decide(world, item):
    return lambda: conferring.decide(
        item_id=item.pk, text="A patrol passes daily.", actor=again(world.coordinator), at=NOON
    )


class TestAWithdrawal:
    def test_is_not_undone_by_a_decision_that_waited(self, world, sitting):
        error = while_waiting(
            lambda: consenting.withdraw_consent(case_id=sitting.case_id, actor=world.advocate, at=NOON),
            decide(world, sitting),
        )

        case = Case.objects.get(pk=sitting.case_id)
        assert case.state == State.CONSENT_REFUSED
        assert not ending.in_force_on(file_id=subject_file(case).pk, at=NOON)
        assert isinstance(error, Refused)
        assert not Decision.objects.exists()

    def test_keeps_out_a_partner_who_was_about_to_write(self, world, sitting):
        error = while_waiting(
            lambda: consenting.withdraw_consent(case_id=sitting.case_id, actor=world.advocate, at=NOON),
            lambda: conferring.contribute(
                item_id=sitting.pk, text="Seen twice.", kind="fact", actor=again(world.nurse), at=NOON
            ),
        )

        assert isinstance(error, NotVisible)
        assert not Contribution.objects.exists()

    def test_keeps_the_count_of_changes(self, world, sitting):
        before = Case.objects.get(pk=sitting.case_id).revision

        while_waiting(
            lambda: consenting.withdraw_consent(case_id=sitting.case_id, actor=world.advocate, at=NOON),
            lambda: levels.set_level(
                case_id=sitting.case_id,
                level=Level.HIGH,
                reasons="A weapon.",
                actor=again(world.advocate),
                at=NOON,
            ),
        )

        case = Case.objects.get(pk=sitting.case_id)
        assert (case.revision, case.level, case.state) == (before + 2, Level.HIGH, State.CONSENT_REFUSED)


class TestALevel:
    def test_set_meanwhile_stays(self, world, sitting):
        error = while_waiting(
            lambda: levels.set_level(
                case_id=sitting.case_id,
                level=Level.EXTREME,
                reasons="A weapon.",
                actor=world.advocate,
                at=NOON,
            ),
            decide(world, sitting),
        )

        assert error is None
        assert Case.objects.get(pk=sitting.case_id).level == Level.EXTREME
        assert Decision.objects.count() == 1


class TestTwoLinks:
    def test_of_the_same_cases_are_one(self, world):
        one, other = world.accepted(), world.accepted(given="Anne", family="Roy")

        def link(member):
            return lambda: linking.link_cases(
                case_id=one.pk, other_id=other.pk, kind="repeat", actor=again(member), at=NOON
            )

        error = while_waiting(link(world.coordinator), link(world.second))

        assert isinstance(error, Refused)
        assert CaseLink.objects.count() == 1

    def test_are_not_forgotten_by_a_change_that_waited(self, world):
        one, other = world.accepted(), world.accepted(given="Anne", family="Roy")

        error = while_waiting(
            lambda: linking.link_cases(
                case_id=one.pk, other_id=other.pk, kind="repeat", actor=world.coordinator, at=NOON
            ),
            lambda: levels.set_level(
                case_id=other.pk, level=Level.HIGH, reasons="A weapon.", actor=again(world.advocate), at=NOON
            ),
        )

        assert error is None
        assert Case.objects.filter(is_repeat=True).count() == 1


class TestAnAssessment:
    def test_that_waited_for_a_closure_is_refused(self, world):
        case = world.active()

        error = while_waiting(
            lambda: closing.close_case(
                case_id=case.pk,
                reason="plan_completed",
                note="Done.",
                victim_view="not_reached",
                victim_words="",
                actor=world.coordinator,
                at=NOON,
            ),
            lambda: assessing.record(
                case_id=case.pk,
                instrument="ODARA",
                sheet={"answers": {}},
                actor=again(world.advocate),
                at=NOON,
            ),
        )

        assert isinstance(error, Refused)
        assert "closed" in str(error.message)


class TestACopyOfACase:
    def test_older_than_the_case_is_not_written_back(self, world, sitting):
        stale = Case.objects.get(pk=sitting.case_id)
        levels.set_level(
            case_id=sitting.case_id, level=Level.HIGH, reasons="A weapon.", actor=world.advocate, at=NOON
        )

        with pytest.raises(Refused):
            deadlines.refresh_next_due(stale, at=NOON)

        assert Case.objects.get(pk=sitting.case_id).level == Level.HIGH


class TestMinutes:
    @pytest.mark.parametrize("what", ["decision", "contribution", "wishes"])
    def test_locked_meanwhile_take_nothing_more(self, world, sitting, what):
        asked = {
            "decision": decide(world, sitting),
            "contribution": lambda: conferring.contribute(
                item_id=sitting.pk, text="Seen twice.", kind="fact", actor=again(world.nurse), at=NOON
            ),
            "wishes": lambda: conferring.record_wishes(
                item_id=sitting.pk, words="To be left alone.", actor=again(world.advocate), at=NOON
            ),
        }

        error = while_waiting(
            lambda: conferring.lock_minutes(
                conference_id=sitting.conference_id, actor=world.coordinator, at=NOON
            ),
            asked[what],
        )

        assert isinstance(error, Refused)
        assert not Decision.objects.exists()
        assert not Contribution.objects.exists()
        assert not AgendaItem.objects.get(pk=sitting.pk).has_recorded_wishes


class TestADraft:
    def keep(self, world, text):
        return drafting.save_draft(
            form="note", subject=None, content={"text": text}, actor=again(world.coordinator), at=NOON
        )

    def test_saved_twice_for_the_first_time_is_one_and_holds_the_last(self, world):
        raised = while_waiting(lambda: self.keep(world, "One"), lambda: self.keep(world, "Two"))

        assert raised is None
        kept, _at = drafting.open_draft(form="note", subject=None, actor=again(world.coordinator))
        assert kept == {"text": "Two"}
        assert Draft.objects.count() == 1

    def test_dropped_while_it_is_saved_again_is_begun_anew(self, world):
        self.keep(world, "One")
        raised = while_waiting(
            lambda: drafting.drop_draft(form="note", subject=None, actor=world.coordinator),
            lambda: self.keep(world, "Two"),
        )

        assert raised is None
        assert Draft.objects.count() == 1
