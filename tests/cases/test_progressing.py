"""What somebody has to do: done with what shows it, unable to go on, no longer needed; and needs that make tasks."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases import intake
from egide.cases.lifecycle import TASK
from egide.cases.models import ContactAttempt, Entry, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import casefile
from egide.cases.rules import protocol_file
from egide.cases.rules.needs import NEEDS
from egide.cases.rules.protocol import ProtocolError
from egide.cases.services import contacting, entries, needing, progressing, tasks
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.lifecycle import reachable
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import SHIPPED
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.active()


def give(world, case, *, agency=None, side="both", text="Change the locks."):
    return tasks.add_task(
        case_id=case.pk,
        text=text,
        side=side,
        agency_id=(agency or world.police_agency).pk,
        due_at=NOON + 5 * DAY,
        actor=world.coordinator,
        at=NOON,
    )


def seen(member, case):
    """Answer what one reader gets of a case: the words of tasks, and what was said of them."""
    opened = casefile.open_case(case_id=case.pk, actor=member, at=NOON)
    said = {remark.text for task in opened.tasks if (remark := opened.remark_of(task))}
    return {opened.text_of(task) for task in opened.tasks}, said, {task.kind for task in opened.tasks}


class TestHowATaskGoes:
    def test_every_state_is_reached_and_what_ended_stays(self):
        assert set(reachable(TASK)) == set(TASK.states)
        assert TASK.final_states() == ["done", "not_needed", "not_done"]

    def test_done_keeps_what_shows_it_for_who_reads_the_task(self, world, case):
        task = give(world, case)

        progressing.finish_task(
            task_id=task.pk, outcome="done", words="Invoice 12.", actor=world.officer, at=NOON
        )

        for reader in (world.officer, world.coordinator):
            assert "Invoice 12." in seen(reader, case)[1]
        assert Entry.objects.get(pk=Task.objects.get(pk=task.pk).remark_id).category == task.category

    @pytest.mark.parametrize("outcome", ["not_needed", "not_done"])
    def test_what_is_not_done_says_why(self, world, case, outcome):
        task = give(world, case)

        with pytest.raises(Refused):
            progressing.finish_task(task_id=task.pk, outcome=outcome, actor=world.officer, at=NOON)
        progressing.finish_task(
            task_id=task.pk, outcome=outcome, words="He moved.", actor=world.officer, at=NOON
        )

        assert Task.objects.get(pk=task.pk).state == outcome

    def test_what_cannot_go_on_rises_to_the_lead_until_it_goes_on(self, world, case):
        task = give(world, case)

        progressing.block_task(task_id=task.pk, words="No locksmith.", actor=world.officer, at=NOON)

        alarm = Task.objects.get(kind=TaskKind.BLOCKED)
        assert (alarm.owner, alarm.agency, alarm.due_at) == (case.lead, world.lead, NOON + DAY)
        assert Task.objects.get(pk=task.pk).state == "blocked"
        # Whoever cannot go on is not told what the lead does about it.
        assert TaskKind.BLOCKED not in seen(world.officer, case)[2]

        progressing.resume_task(task_id=task.pk, actor=world.officer, at=NOON)
        assert Task.objects.get(pk=task.pk).state == "to_do"
        assert Task.objects.get(pk=alarm.pk).done_at == NOON

    def test_a_block_without_a_reason_is_refused_by_the_service_and_by_the_database(self, world, case):
        task = give(world, case)

        with pytest.raises(Refused):
            progressing.block_task(task_id=task.pk, words=" ", actor=world.officer, at=NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(blocked_at=NOON)

    def test_a_step_and_an_ended_task_are_not_blocked(self, world, case):
        done = give(world, case)
        progressing.finish_task(task_id=done.pk, outcome="done", actor=world.officer, at=NOON)

        for task in (done, case.tasks.get(kind="safety_plan")):
            with pytest.raises(Refused):
                progressing.block_task(task_id=task.pk, words="No.", actor=world.coordinator, at=NOON)

    def test_another_agency_says_nothing_of_it(self, world, case):
        task = give(world, case)

        for say in (progressing.block_task, progressing.finish_task):
            how = {"outcome": "done"} if say is progressing.finish_task else {}
            with pytest.raises(PermissionDenied):
                say(task_id=task.pk, words="x", actor=world.nurse, at=NOON, **how)

    def test_the_page_takes_what_stands_in_the_way_and_the_case_shows_it(self, world, case, client):
        task = give(world, case)
        page = reverse("cases:task-how", args=[case.pk, task.pk])
        sign_in(client, world.officer)

        assert post(client, page, {"outcome": "blocked"}).status_code == 422
        assert post(client, page, {"outcome": "blocked", "words": "No locksmith."}).status_code == 302

        sign_in(client, world.coordinator)
        text = client.get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "No locksmith." in text and "cannot go on for now" in text

    def test_a_task_of_the_other_side_is_absent_at_its_address(self, world, case, client):
        task = give(world, case, agency=world.lead, side="victim", text="Walk her to the station.")
        absent = reverse("cases:task-how", args=[case.pk, case.pk])
        sign_in(client, world.probation)

        here = client.get(reverse("cases:task-how", args=[case.pk, task.pk]))

        assert here.status_code == 404
        assert len(here.content) == len(client.get(absent).content)


class TestNeeds:
    @pytest.fixture
    def file(self, case):
        return entries.subject_file(case)

    def record(self, world, case, need, **more):
        return needing.record_need(
            case_id=case.pk,
            file_id=entries.subject_file(case).pk,
            need=need,
            said_by="person",
            actor=world.advocate,
            at=NOON,
            **{"language": "ar" if need == "interpreter" else "", **more},
        )

    @pytest.mark.parametrize("code", SHIPPED)
    def test_every_programme_says_what_each_makes(self, code):
        rules = protocol_file.load(code).needs

        assert set(rules) == set(NEEDS)
        assert {need for need, rule in rules.items() if rule.before_contact} == {
            "interpreter",
            "sign_language",
        }

    def test_a_programme_cannot_name_a_task_nobody_knows(self):
        import yaml

        path = protocol_file.FOLDERS[0] / "ccr.yaml"
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        data["needs"]["age"]["task"] = "send_home"

        with pytest.raises(ProtocolError, match=r"needs\.age"):
            protocol_file.parse(data)

    @pytest.mark.parametrize("need", NEEDS)
    def test_each_is_kept_under_its_own_category_and_makes_its_task_in_time(self, world, case, need):
        entry = self.record(world, case, need)

        rule = case.programme.protocol.needs[need]
        task = Task.objects.get(cause=entry)
        assert entry.category == task.category == NEEDS[need]
        assert task.due_at == (NOON + rule.within.elapsed if rule.within.elapsed else NOON + 3 * DAY)
        assert task.side == "victim"

    @pytest.mark.parametrize("reader", ["officer", "nurse", "teacher", "probation"])
    def test_a_status_or_a_habit_makes_no_task_another_agency_knows_of(self, world, case, reader, client):
        for need in ("refugee", "substance"):
            self.record(world, case, need, words=f"Need of {need}.")

        words, _said, kinds = seen(getattr(world, reader), case)

        assert TaskKind.NEED not in kinds
        assert not any("status" in text or "drugs" in text for text in words)
        sign_in(client, getattr(world, reader))
        page = client.get(reverse("cases:case", args=[case.pk])).content.decode()
        assert "refugee" not in page and "Need of" not in page

    def test_no_longer_needed_drops_its_task_with_the_reason(self, world, case):
        entry = self.record(world, case, "disability")

        needing.end_need(
            case_id=case.pk, entry_id=entry.pk, reason="She walks again.", actor=world.advocate, at=NOON
        )

        task = Task.objects.get(cause=entry)
        assert (task.outcome, task.remark.replaces_id) == ("not_needed", entry.pk)
        with pytest.raises(NotVisible):
            needing.end_need(
                case_id=case.pk, entry_id=entry.pk, reason="Again.", actor=world.advocate, at=NOON
            )

    def test_the_page_records_one_and_shows_it(self, world, case, client):
        sign_in(client, world.advocate)
        page = reverse("cases:needs", args=[case.pk])
        about = str(entries.subject_file(case).pk)
        said = {"about": about, "need": "interpreter", "said_by": "person"}

        assert post(client, page, said).status_code == 422
        assert post(client, page, {**said, "language": "ar"}).status_code == 302
        assert "Arabic" in client.get(page).content.decode()

    def test_a_referral_says_them_and_they_have_their_dates(self, world):
        referral = world.referral(special_needs=("disability", "interpreter"))

        made = Task.objects.filter(case=referral.case, cause__isnull=False).order_by("due_at")
        assert [task.kind for task in made] == ["interpreter", "need"]
        referral.case.refresh_from_db()
        assert referral.case.next_due_kind == "interpreter"

    def test_a_return_that_asks_for_an_interpreter_asks_before_anybody_calls(self, db):
        world = World("ret", protocol="reentry")
        content = intake.ReturnContent(
            person=intake.Person("Alex", "Doucet", language="ar"), goals="Work.", needs=["language", "work"]
        )
        from egide.cases.services import referring, triaging

        made = referring.refer(
            programme_id=world.programme.pk, content=content, actor=world.referrer, at=NOON
        )
        triaging.accept_referral(case_id=made.case.pk, reason="Yes.", actor=world.coordinator, at=NOON)

        task = Task.objects.get(case=made.case, kind=TaskKind.INTERPRETER)
        assert task.side == "management"


class TestInterpreterFirst:
    @pytest.fixture
    def case(self, world):
        case = world.accepted(
            victim=intake.Person("Amal", "Haddad", language="ar", phone="506-555-0101"),
        )
        world.safe_contact(case, interpreter_language="ar")
        return case

    def begin(self, world, case, **more):
        return contacting.begin_contact(
            case_id=case.pk, channel="phone", actor=world.advocate, at=NOON, **more
        )

    def book(self, world, case, **how):
        task = case.tasks.get(kind=TaskKind.INTERPRETER)
        return progressing.finish_task(task_id=task.pk, outcome="done", actor=world.advocate, at=NOON, **how)

    def test_a_language_the_team_does_not_speak_asks_for_one_once(self, case):
        assert case.tasks.filter(kind=TaskKind.INTERPRETER).count() == 1

    def test_the_first_contact_waits_for_it_whatever_box_is_ticked(self, world, case):
        with pytest.raises(Refused):
            self.begin(world, case, is_interpreter_booked=True)

        self.book(world, case, interpreter="by_phone", words="Booked for Tuesday.")
        attempt = self.begin(world, case)
        assert not attempt.is_override

    def test_a_life_in_danger_goes_first_with_a_reason_that_is_kept(self, world, case):
        attempt = self.begin(world, case, override_reason="He is on his way to her.")

        assert ContactAttempt.objects.get().broken_rules == ["interpreter_not_booked"]
        assert attempt.override_reason is not None
        assert case.tasks.get(kind=TaskKind.INTERPRETER).done_at is None

    def test_who_interprets_is_said_and_a_relative_needs_a_reason(self, world, case):
        for how in ({}, {"interpreter": "child", "words": "Her son."}, {"interpreter": "relative"}):
            with pytest.raises(Refused):
                self.book(world, case, **how)

        task = self.book(
            world, case, interpreter="relative", words="No one speaks it here; she asks for her aunt."
        )
        assert task.outcome == "done"

    def test_none_is_needed_once_somebody_says_why(self, world, case):
        task = case.tasks.get(kind=TaskKind.INTERPRETER)
        progressing.finish_task(
            task_id=task.pk, outcome="not_needed", words="She speaks English.", actor=world.advocate, at=NOON
        )

        assert self.begin(world, case, is_interpreter_booked=True).is_override is False

    def test_the_pages_say_so_before_anybody_calls(self, world, case, client):
        sign_in(client, world.advocate)
        for name in ("contact", "case"):
            text = client.get(reverse(f"cases:{name}", args=[case.pk])).content.decode()
            assert "An interpreter comes first" in text, name
