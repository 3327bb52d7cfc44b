"""How far the actions of a plan are, drawn for who may know of them; of nobody in particular."""

from datetime import timedelta

import pytest
from django.urls import reverse

from egide.cases.queries import planning as planned
from egide.cases.rules.progress import MOST_DAYS, Step, progress
from egide.cases.services import entries, progressing
from tests.cases.test_pages import sign_in
from tests.cases.test_plan_versions import main_of
from tests.cases.test_progressing import give
from tests.conftest import NOON
from tests.factories import DAY

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


class TestAStep:
    @pytest.mark.parametrize(
        ("step", "after", "state"),
        [
            ({}, -SECOND, ""),
            ({}, DAY * 0, "todo"),
            ({}, 5 * DAY, "todo"),
            ({}, 5 * DAY + SECOND, "late"),
            ({"ended_at": NOON + DAY, "is_done": True}, DAY - SECOND, "todo"),
            ({"ended_at": NOON + DAY, "is_done": True}, DAY, "done"),
            ({"ended_at": NOON + DAY}, DAY, ""),
            ({"ended_at": NOON + 9 * DAY, "is_done": True}, 6 * DAY, "late"),
            ({"blocked_at": NOON + DAY}, DAY - SECOND, "todo"),
            ({"blocked_at": NOON + DAY}, DAY, "blocked"),
            ({"blocked_at": NOON + DAY}, 6 * DAY, "late"),
        ],
    )
    def test_is_in_one_state_at_a_time(self, step, after, state):
        assert Step(created_at=NOON, due_at=NOON + 5 * DAY, **step).state(NOON + after) == state


class TestProgress:
    def test_of_nothing_is_nothing(self):
        assert progress([], at=NOON) == []

    @pytest.mark.parametrize(
        ("days", "points"), [(0, 1), (1, 2), (MOST_DAYS - 1, MOST_DAYS), (99, MOST_DAYS)]
    )
    def test_is_counted_on_so_many_days_the_last_being_now(self, days, points):
        found = progress([Step(NOON - days * DAY, NOON + DAY)], at=NOON)

        assert len(found) == points
        assert (found[0].at, found[-1].at) == (NOON - days * DAY, NOON)
        assert all(one.todo == 1 for one in found)

    @pytest.mark.parametrize(("language", "words"), [("en", "1 done, 1 to do"), ("fr", "1 faite, 1 à faire")])
    def test_is_drawn_on_the_page_of_the_plan_with_its_table(self, world, client, language, words):
        case = world.active()
        done, _todo = give(world, case), give(world, case, text="Zwalk.")
        progressing.finish_task(task_id=done.pk, outcome="done", actor=world.officer, at=NOON)
        sign_in(client, world.advocate, language)

        page = main_of(client.get(reverse("cases:plan", args=[case.pk])))

        assert words in page and "<svg" in page and "<table" in page
        assert "Zwalk." not in page and world.police_agency.short_name not in page, "it ranks nobody"

    def test_counts_nothing_of_the_victims_side_for_the_other(self, world):
        case = world.active()
        give(world, case, agency=world.lead, side="victim", text="Walk her to the station.")
        file = entries.subject_file(case)

        seen = [
            len(planned.open_plan(file=file, plans=[], actor=reader, at=NOON)[1])
            for reader in (world.advocate, world.probation)
        ]

        assert seen == [1, 0]

    def test_is_not_drawn_before_there_is_an_action(self, world, client):
        case = world.active()
        sign_in(client, world.advocate)

        assert "How far the actions are" not in main_of(client.get(reverse("cases:plan", args=[case.pk])))
