"""A conference while it sits: one case after another, what was agreed corrected or taken back, minutes signed twice."""

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import Attendance, Conference, Decision
from egide.cases.services import conferring, progressing
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(world):
    """Answer the world with an open, quorate sitting of three cases."""
    world.sitting, first = conference(world, world.active())
    world.items = [first]
    Attendance.objects.create(
        conference=world.sitting,
        membership=world.probation,
        account=world.probation.account,
        seat="team_member",
    )
    for n in range(2):
        case = world.active(given=f"Anne{n}", family="Roy")
        world.items.append(
            conferring.put_on_agenda(
                conference_id=world.sitting.pk, case_id=case.pk, actor=world.coordinator, at=NOON
            )
        )
    conferring.record_attendance(
        conference_id=world.sitting.pk,
        present=list(world.sitting.attendances.values_list("pk", flat=True)),
        actor=world.coordinator,
        at=NOON,
    )
    conferring.open_conference(conference_id=world.sitting.pk, actor=world.coordinator, at=NOON)
    return world


def agree(world, *, text="A patrol passes.", item=None, actor=None, **values):
    return conferring.decide(
        item_id=(item or world.items[0]).pk,
        text=text,
        action_agency_id=world.police_agency.pk,
        action_due_at=NOON + 3 * DAY,
        actor=actor or world.coordinator,
        at=NOON,
        **values,
    )


def address(world, n=0):
    return reverse("cases:conference-item", args=[world.sitting.pk, world.items[n].pk])


class TestOneCaseAfterAnother:
    def test_counts_only_what_the_reader_may_see(self, sitting, client):
        sign_in(client, sitting.officer)
        assert "Case 2 of 3" in client.get(address(sitting, 1)).content.decode()
        conferring.declare_conflict(item_id=sitting.items[0].pk, actor=sitting.officer, at=NOON)

        page = client.get(address(sitting, 1)).content.decode()

        assert "Case 1 of 2" in page
        assert str(sitting.items[0].pk) not in page

    def test_is_taken_up_by_who_runs_it_and_time_counts_from_there(self, sitting, client):
        sign_in(client, sitting.coordinator)
        assert "data-spent" not in client.get(address(sitting)).content.decode()

        assert post(client, address(sitting), {"do": "take-up"}).status_code == 302

        sitting.items[0].refresh_from_db()
        assert sitting.items[0].taken_up_at is not None
        assert "data-spent" in client.get(address(sitting)).content.decode()
        assert Entry.objects.filter(body__contains='"cases.taken_up"').count() == 1

    def test_is_not_for_who_only_takes_part(self, sitting):
        with pytest.raises(PermissionDenied):
            conferring.take_up(item_id=sitting.items[0].pk, actor=sitting.officer, at=NOON)
        conferring.declare_conflict(item_id=sitting.items[0].pk, actor=sitting.officer, at=NOON)
        with pytest.raises(NotVisible):
            conferring.take_up(item_id=sitting.items[0].pk, actor=sitting.officer, at=NOON)

    def test_ends_with_the_sitting(self, sitting):
        conferring.lock_minutes(conference_id=sitting.sitting.pk, actor=sitting.coordinator, at=NOON)
        with pytest.raises(Refused):
            conferring.take_up(item_id=sitting.items[0].pk, actor=sitting.coordinator, at=NOON)


class TestTheLine:
    typed = {"do": "decide", "text": "A patrol passes.", "side": "both"}

    def test_adds_and_comes_back_empty_with_the_list(self, sitting, client):
        sign_in(client, sitting.coordinator)
        answer = post(client, address(sitting), self.typed)
        assert answer["Location"].endswith("#line-text")

        part = client.get(address(sitting), headers={"HX-Request": "true"}).content.decode()

        assert "A patrol passes." in part
        assert "autofocus" in part
        assert "<html" not in part
        assert not re.search(r'id="line-text"[^>]*value="[^"]', part)

    @pytest.mark.parametrize("is_fragment", [True, False])
    def test_keeps_the_words_when_it_is_refused(self, sitting, client, is_fragment):
        conferring.record_attendance(
            conference_id=sitting.sitting.pk, present=[], actor=sitting.coordinator, at=NOON
        )
        sign_in(client, sitting.coordinator)
        page = client.get(address(sitting)).content.decode()
        key = re.search(r'name="submission" value="([^"]+)"', page)[1]

        answer = client.post(
            address(sitting),
            {**self.typed, "submission": key},
            headers={"HX-Request": "true"} if is_fragment else {},
        )

        assert answer.status_code == (200 if is_fragment else 422)
        text = answer.content.decode()
        assert 'value="A patrol passes."' in text
        assert "error-summary" in text
        assert not Decision.objects.exists()


class TestWhatWasAgreed:
    def test_is_corrected_and_kept_as_history(self, sitting):
        former = agree(sitting)
        made = agree(sitting, text="A patrol passes twice.", replaces_id=former.pk)

        former.refresh_from_db()
        assert (made.replaces_id, former.ended_by) == (former.pk, sitting.coordinator)
        assert former.task.__class__.objects.get(pk=former.task_id).outcome == "not_needed"
        assert made.task.done_at is None
        former.entry.refresh_from_db()
        assert not former.entry.is_current
        with pytest.raises(Refused):
            agree(sitting, replaces_id=former.pk)
        assert Entry.objects.filter(body__contains='"cases.decision_corrected"').count() == 1

    def test_is_withdrawn_while_the_sitting_lasts(self, sitting, client):
        former = agree(sitting)
        sign_in(client, sitting.coordinator)

        post(client, address(sitting), {"do": "withdraw", "decision": str(former.pk)})

        former.refresh_from_db()
        assert former.ended_at is not None
        page = client.get(address(sitting)).content.decode()
        assert "Withdrawn at" in page
        assert "A patrol passes." not in page

    def test_is_that_of_this_case_alone(self, sitting):
        former = agree(sitting)
        with pytest.raises(NotVisible):
            conferring.withdraw_decision(
                item_id=sitting.items[1].pk, decision_id=former.pk, actor=sitting.coordinator, at=NOON
            )
        with pytest.raises(NotVisible):
            agree(sitting, item=sitting.items[1], replaces_id=former.pk)

    def test_stays_once_its_agency_answered_or_the_minutes_are_locked(self, sitting):
        answered, other = agree(sitting), agree(sitting)
        asked = {"item_id": sitting.items[0].pk, "actor": sitting.coordinator, "at": NOON}
        progressing.finish_task(task_id=answered.task_id, outcome="done", actor=sitting.officer, at=NOON)
        with pytest.raises(Refused, match="already said"):
            conferring.withdraw_decision(decision_id=answered.pk, **asked)
        with pytest.raises(PermissionDenied):
            conferring.withdraw_decision(decision_id=other.pk, **{**asked, "actor": sitting.officer})
        conferring.lock_minutes(conference_id=sitting.sitting.pk, actor=sitting.coordinator, at=NOON)
        with pytest.raises(Refused, match="locked"):
            conferring.withdraw_decision(decision_id=other.pk, **asked)

    def test_is_not_told_to_the_other_side_once_withdrawn(self, sitting, client):
        former = agree(sitting, action_side="management")
        conferring.withdraw_decision(
            item_id=sitting.items[0].pk, decision_id=former.pk, actor=sitting.coordinator, at=NOON
        )
        sign_in(client, sitting.probation)
        answer = client.get(address(sitting))
        assert answer.status_code == 200
        assert "Withdrawn at" not in answer.content.decode()


class TestTheMinutes:
    def signed(self, world, actor):
        return conferring.countersign(conference_id=world.sitting.pk, actor=actor, at=NOON + DAY)

    def test_are_countersigned_by_the_chair_who_was_there(self, sitting, client):
        with pytest.raises(Refused, match="once they are locked"):
            self.signed(sitting, sitting.chair)
        conferring.lock_minutes(conference_id=sitting.sitting.pk, actor=sitting.coordinator, at=NOON)
        for actor, why in ((sitting.coordinator, "somebody else"), (sitting.second, "chair")):
            with pytest.raises(Refused, match=why):
                self.signed(sitting, actor)
        with pytest.raises(PermissionDenied):
            self.signed(sitting, sitting.officer)
        page = reverse("cases:conference", args=[sitting.sitting.pk])
        sign_in(client, sitting.chair)
        assert "Not countersigned yet" in client.get(page).content.decode()

        assert self.signed(sitting, sitting.chair).countersigned_by == sitting.chair

        assert "Countersigned on" in client.get(page).content.decode()
        with pytest.raises(Refused, match="already"):
            self.signed(sitting, sitting.chair)

    def test_are_not_signed_by_who_was_away(self, sitting):
        there = sitting.sitting.attendances.exclude(seat="chair").values_list("pk", flat=True)
        conferring.record_attendance(
            conference_id=sitting.sitting.pk, present=list(there), actor=sitting.coordinator, at=NOON
        )
        conferring.lock_minutes(conference_id=sitting.sitting.pk, actor=sitting.coordinator, at=NOON)
        with pytest.raises(Refused, match="not recorded as present"):
            self.signed(sitting, sitting.chair)

    def test_have_two_signatures_of_two_people_whoever_writes_them(self, sitting):
        conferring.lock_minutes(conference_id=sitting.sitting.pk, actor=sitting.coordinator, at=NOON)
        rows = Conference.objects.filter(pk=sitting.sitting.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(countersigned_by=sitting.coordinator, countersigned_at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(countersigned_at=NOON)


def test_a_sitting_of_sixteen_cases_costs_at_most_twelve_queries_a_page(sitting, client):
    for n in range(13):
        case = sitting.active(given=f"Eve{n}", family="Roy")
        conferring.put_on_agenda(
            conference_id=sitting.sitting.pk, case_id=case.pk, actor=sitting.coordinator, at=NOON
        )
    for n in range(8):
        agree(sitting, text=f"Patrol {n}.")
    conferring.take_up(item_id=sitting.items[0].pk, actor=sitting.coordinator, at=NOON)
    for actor in (sitting.coordinator, sitting.officer, sitting.probation):
        sign_in(client, actor)
        for page in (address(sitting), reverse("cases:conference", args=[sitting.sitting.pk])):
            client.get(page)
            for headers in ({}, {"HX-Request": "true"}):
                found = queries_of(client, page, headers=headers)
                assert len(found) <= MOST_QUERIES, "\n".join(found)
