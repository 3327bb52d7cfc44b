"""Weapons are asked at every stage and unknown is never no; a release to come is told in time, and never to the other side."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from egide.cases.models import Entry, Release, Task
from egide.cases.models.work import TaskKind
from egide.cases.presentation.weapons import weapon_lines
from egide.cases.queries import casefile
from egide.cases.queries.day import my_day
from egide.cases.services import deadlines, progressing, releasing, tasks, weaponing
from egide.cases.services.weaponing import Answer
from egide.common.errors import NotVisible, Refused
from egide.common.lifecycle import TransitionRefused
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import behaviour, going_on
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOON)


@pytest.fixture
def case(world):
    return world.active()


def awaited(world, case, *, days=30, at=NOON, words="His lawyer said so.", **more):
    return releasing.record_release(
        case_id=case.pk,
        place="custody",
        expected_on=timezone.localdate(at) + days * DAY,
        is_known=True,
        words=words,
        actor=world.advocate,
        at=at,
        **more,
    )


class TestWeapons:
    def said(self, reader, case):
        opened = casefile.open_case(case_id=case.pk, actor=reader, at=NOON)
        lines = weapon_lines(opened, is_staff=False)
        return {str(line["stage"]): [str(one["reach"]) for one in line["answers"]] for line in lines}

    def test_every_stage_shows_and_one_nobody_asked_at_is_no_answer(self, world, case):
        for reach in ("unknown", "not_asked"):
            weaponing.record_weapons(
                case_id=case.pk, stage="conference", answer=Answer(reach), actor=world.officer, at=NOON
            )

        found = self.said(world.coordinator, case)

        assert list(found) == ["Referral", "Triage", "Assessment", "Conference", "Review", "Closure"]
        assert found["Conference"] == ["Not known", "Not asked"]
        assert found["Triage"] == []

    def test_the_forms_of_the_stages_ask_and_what_is_left_is_kept_as_not_asked(self, world, client):
        received = world.referral(weapons="yes", weapons_known="A rifle in the barn.").case
        sign_in(client, world.coordinator)
        triage = reverse("cases:triage-case", args=[received.pk])

        assert post(client, triage, {"outcome": "accept", "reason": "High."}).status_code == 302
        review = reverse("cases:review", args=[received.pk])
        assert post(client, review, {"text": "Nothing.", "weapons": "no"}).status_code == 302

        found = self.said(world.coordinator, received)
        assert (found["Referral"], found["Triage"], found["Review"]) == (["Yes"], ["Not asked"], ["No"])
        page = client.get(reverse("cases:case", args=[received.pk])).content.decode()
        assert "A rifle in the barn." in page

    @pytest.mark.parametrize(("stage", "reach"), [("lunch", "yes"), ("review", ""), ("review", "maybe")])
    def test_a_stage_or_an_answer_nobody_knows_is_refused(self, world, case, stage, reach):
        with pytest.raises(Refused):
            weaponing.record_weapons(
                case_id=case.pk, stage=stage, answer=Answer(reach), actor=world.officer, at=NOON
            )

    def test_an_agency_not_on_the_case_neither_asks_nor_reads(self, world, case):
        other = World("edm")

        with pytest.raises(NotVisible):
            weaponing.record_weapons(
                case_id=case.pk, stage="review", answer=Answer("yes"), actor=other.officer, at=NOON
            )


class TestRelease:
    def test_makes_a_warning_in_time_that_the_advocates_and_the_lead_find(self, world, case):
        release = awaited(world, case)

        task = release.warning
        assert timezone.localtime(task.due_at).date() == TODAY + 23 * DAY
        assert (task.agency, task.owner, task.rises_to, task.side) == (world.lead, None, case.lead, "victim")
        for member in (world.advocate, world.coordinator):
            day = my_day(actor=member, at=NOON + 20 * DAY)
            assert task.pk in {line.task.pk for line in (*day.late, *day.today, *day.soon, *day.waiting)}

    def test_too_near_is_told_within_the_hour(self, world, case):
        release = awaited(world, case, days=0)

        assert release.warning.due_at == NOON + releasing.AT_ONCE

    def test_a_new_date_moves_both_and_is_told_again_to_whoever_was_told(self, world, case):
        first = awaited(world, case)
        progressing.finish_task(task_id=first.warning.pk, outcome="done", actor=world.advocate, at=NOON)

        moved = awaited(world, case, days=40)

        assert Release.objects.get().pk == moved.pk == first.pk
        assert moved.warning.pk != first.warning.pk
        assert moved.confirmation.pk == first.confirmation.pk
        assert timezone.localtime(moved.warning.due_at).date() == TODAY + 33 * DAY
        assert timezone.localtime(moved.confirmation.due_at).date() == TODAY + 41 * DAY
        # What was said before is in the file, no longer current.
        assert Entry.objects.filter(form="release:1", is_current=True).count() == 1

    def test_a_day_that_passes_unasked_rises(self, world, case):
        release = awaited(world, case)

        deadlines.raise_late(at=NOON + 32 * DAY)

        assert Task.objects.get(pk=release.confirmation.pk).rises_to == case.lead
        assert Task.objects.get(pk=release.confirmation.pk).raised_at == NOON + 32 * DAY

    def test_that_took_place_reopens_review_and_leaves_the_warning_late(self, world, case):
        release = awaited(world, case)

        releasing.end_release(
            case_id=case.pk,
            release_id=release.pk,
            took_place=True,
            words="Seen in town.",
            actor=world.advocate,
            at=NOON + DAY,
        )

        assert Task.objects.filter(case=case, kind="development", done_at=None).exists()
        assert Task.objects.get(pk=release.warning.pk).due_at == NOON + DAY
        assert Task.objects.get(pk=release.confirmation.pk).outcome == "done"
        with pytest.raises(TransitionRefused):
            releasing.end_release(
                case_id=case.pk,
                release_id=release.pk,
                took_place=False,
                words="No.",
                actor=world.advocate,
                at=NOON + DAY,
            )

    def test_called_off_needs_no_warning(self, world, case):
        release = awaited(world, case)

        releasing.end_release(
            case_id=case.pk,
            release_id=release.pk,
            took_place=False,
            words="Remanded.",
            actor=world.advocate,
            at=NOON,
        )

        assert Task.objects.get(pk=release.warning.pk).outcome == "not_needed"

    @pytest.mark.parametrize("reader", ["probation", "officer", "nurse"])
    def test_no_other_agency_learns_of_it(self, world, case, reader, client):
        before = casefile.open_case(case_id=case.pk, actor=getattr(world, reader), at=NOON)
        awaited(world, case, words="Her sister told us.")

        after = casefile.open_case(case_id=case.pk, actor=getattr(world, reader), at=NOON)

        assert [task.pk for task in after.tasks] == [task.pk for task in before.tasks]
        assert after.case.next_due_at == before.case.next_due_at
        sign_in(client, getattr(world, reader))
        page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "elease" not in page and "Her sister" not in page
        assert client.get(reverse("cases:release", args=[case.pk])).status_code == 403

    def test_of_a_person_nobody_is_named_in_danger_from_is_the_teams_own(self, db):
        team = World("btm", protocol="btam")
        case = going_on(team, content=behaviour())

        release = awaited(team, case)

        assert (release.warning.side, release.entry.category) == ("management", "plan.management")

    def test_past_or_from_nowhere_is_refused(self, world, case):
        with pytest.raises(Refused):
            awaited(world, case, days=-1)
        with pytest.raises(Refused):
            releasing.record_release(
                case_id=case.pk,
                place="",
                expected_on=TODAY,
                is_known=True,
                words="",
                actor=world.advocate,
                at=NOON,
            )

    def test_two_are_not_awaited_at_once_and_an_end_has_its_author(self, world, case):
        release = awaited(world, case)

        with pytest.raises(IntegrityError), transaction.atomic():
            Release.objects.filter(pk=release.pk).update(state="took_place")
        release.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            release.save(force_insert=True)

    def test_the_pages_record_it_move_it_and_end_it(self, world, case, client):
        sign_in(client, world.advocate)
        page = reverse("cases:release", args=[case.pk])
        soon = (timezone.localdate() + 30 * DAY).isoformat()
        said = {"place": "custody", "expected_on": soon, "certainty": "expected"}

        assert post(client, page, {**said, "expected_on": "2020-01-01"}).status_code == 422
        assert post(client, page, said).status_code == 302
        assert "The release awaited" in client.get(page).content.decode()
        end = reverse("cases:release-ended", args=[case.pk, Release.objects.get().pk])
        assert client.get(end).status_code == 200
        assert post(client, end, {"outcome": "no", "words": "Remanded."}).status_code == 302

    def test_a_case_that_closes_waits_for_none(self, world, case):
        awaited(world, case)

        from egide.cases.services import closing

        closing.close_case(
            case_id=case.pk,
            reason="moved",
            note="Moved.",
            victim_view="declined",
            victim_words="",
            actor=world.coordinator,
            at=NOON,
        )

        assert Release.objects.get().state == "called_off"
        assert not Task.objects.filter(case=case, kind=TaskKind.RELEASE, done_at=None).exists()


def test_what_serves_the_victim_stays_out_of_the_other_persons_file(world, case):
    release = awaited(world, case)

    assert release.entry.file.role == "victim"
    assert release.entry.category == tasks.CATEGORY_BY_SIDE["victim"]
