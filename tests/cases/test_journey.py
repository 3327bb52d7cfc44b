"""One high-risk case, from referral to closure, through the services."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from egide.cases.lifecycle import Level, PlanState, State
from egide.cases.models import Attendance, Case, Conference, File, Task
from egide.cases.services import (
    closing,
    conferring,
    consenting,
    contacting,
    deadlines,
    drafting,
    enrolling,
    entries,
    levels,
    linking,
    noting,
    planning,
    progressing,
    tasks,
    triaging,
)
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Membership
from egide.sharing import services as sharing
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db


def actions():
    import json

    return [
        json.loads(body)["action"]
        for body in LedgerEntry.objects.order_by("pk").values_list("body", flat=True)
    ]


class TestReferral:
    def test_opens_a_case_with_its_files_and_a_date(self, world):
        case = world.referral().case

        assert case.state == State.RECEIVED
        assert case.next_due_at > NOON
        assert set(case.files.values_list("role", flat=True)) == {"victim", "person_of_concern"}
        assert actions()[-1] == "cases.referred"

    def test_keeps_no_name_in_clear(self, world):
        world.referral()
        for model in (Case, File, Task):
            for row in model.objects.values():
                assert "riault" not in str(row)
        assert not any("riault" in body for body in LedgerEntry.objects.values_list("body", flat=True))

    def test_an_emergency_is_due_the_same_day(self, world):
        assert world.referral(is_emergency=True).case.next_due_at <= NOON + timedelta(hours=4)

    def test_is_refused_from_outside_the_programme(self, world):
        world.programme.partners.clear()
        with pytest.raises(PermissionDenied):
            world.referral()


class TestTriage:
    def test_accepting_sets_the_next_dates(self, world):
        case = world.accepted()

        assert case.state == State.ACCEPTED
        assert case.lead == world.coordinator
        assert set(case.tasks.filter(done_at=None).values_list("kind", flat=True)) == {
            "first_contact",
            "consent",
        }

    def test_no_further_action_needs_a_second_reader(self, world):
        case = world.referral().case
        triaging.propose_no_action(
            case_id=case.pk, reason="Not this programme.", actor=world.coordinator, at=NOON
        )
        with pytest.raises(PermissionDenied):
            triaging.answer_no_action(
                case_id=case.pk, is_confirmed=True, reason="x", actor=world.coordinator, at=NOON
            )

        triaging.answer_no_action(
            case_id=case.pk, is_confirmed=True, reason="Agreed.", actor=world.second, at=NOON
        )

        case.refresh_from_db()
        assert case.state == State.NOT_TAKEN
        assert not case.is_open

    def test_a_second_reader_may_return_it_and_it_may_come_back_later(self, world):
        case = world.referral().case
        triaging.propose_no_action(case_id=case.pk, reason="No.", actor=world.coordinator, at=NOON)
        triaging.answer_no_action(
            case_id=case.pk, is_confirmed=False, reason="Look again.", actor=world.second, at=NOON
        )
        case.refresh_from_db()
        assert case.state == State.RECEIVED
        triaging.propose_no_action(case_id=case.pk, reason="No.", actor=world.coordinator, at=NOON)
        triaging.answer_no_action(
            case_id=case.pk, is_confirmed=True, reason="Yes.", actor=world.second, at=NOON
        )

        triaging.take_up_again(case_id=case.pk, reason="New facts.", actor=world.coordinator, at=NOON)

        case.refresh_from_db()
        assert case.state == State.RECEIVED
        assert case.is_open

    def test_a_reason_is_needed(self, world):
        with pytest.raises(Refused):
            triaging.accept_referral(
                case_id=world.referral().case_id, reason=" ", actor=world.coordinator, at=NOON
            )

    def test_links_and_unlinks_without_merging(self, world):
        one, other = world.referral().case, world.referral(at=NOON + DAY).case
        link = linking.link_cases(
            case_id=one.pk, other_id=other.pk, kind="repeat", actor=world.coordinator, at=NOON
        )
        other.refresh_from_db()
        assert other.is_repeat
        with pytest.raises(Refused):
            linking.link_cases(
                case_id=other.pk, other_id=one.pk, kind="same", actor=world.coordinator, at=NOON
            )

        linking.unlink_cases(link_id=link.pk, actor=world.coordinator, at=NOON)

        other.refresh_from_db()
        assert not other.is_repeat
        assert Case.objects.count() == 2


class TestConsent:
    def test_there_is_no_enrolment_without_eligibility(self, world):
        case = world.accepted()
        with pytest.raises(Refused):
            enrolling.enrol(case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON)

    @pytest.mark.parametrize(
        "flaw",
        [
            {"recipients": []},
            {"categories": []},
            {"categories": ["victim.privileged"]},
            {"purposes": ["immigration_enforcement"]},
            {"expires_at": NOON},
            {"expires_at": NOON + 400 * DAY},
            {"capacity_confirmed": False},
            {"free_choice_confirmed": False},
            {"form": "assumed"},
            {"given_by": "guardian", "guardian_is_alleged_abuser": True},
        ],
    )
    def test_an_invalid_consent_enrols_nobody(self, world, flaw):
        case = world.eligible()
        with pytest.raises(Refused):
            enrolling.enrol(
                case_id=case.pk, consent={**world.consent(), **flaw}, actor=world.advocate, at=NOON
            )
        case.refresh_from_db()
        assert case.state == State.ACCEPTED

    def test_partners_come_in_with_consent_and_leave_with_it(self, world):
        case = world.active(agencies=[world.police_agency])
        assert Case.objects.visible_to(world.officer).filter(pk=case.pk).exists()
        assert not Case.objects.visible_to(world.nurse).filter(pk=case.pk).exists()

        consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=NOON)

        assert not Case.objects.visible_to(world.officer).filter(pk=case.pk).exists()
        case.refresh_from_db()
        assert case.state == State.CONSENT_REFUSED

    def test_an_expired_consent_opens_nothing(self, world):
        from egide.sharing.models import Consent

        case = world.active(agencies=[world.police_agency])
        Consent.objects.update(given_at=NOON - 100 * DAY, expires_at=NOON - 50 * DAY)
        assert not Case.objects.visible_to(world.officer).filter(pk=case.pk).exists()

    def test_a_refusal_is_recorded_with_what_may_still_be_done(self, world):
        case = world.eligible()
        consenting.refuse_consent(
            case_id=case.pk, words="Not now.", still_done=["legal_information"], actor=world.advocate, at=NOON
        )
        case.refresh_from_db()
        assert case.state == State.CONSENT_REFUSED
        enrolling.enrol(case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON + DAY)
        case.refresh_from_db()
        assert case.state == State.ACTIVE


class TestContact:
    def test_is_refused_outside_what_is_safe_unless_overridden_with_a_reason(self, world):
        case = world.accepted()
        with pytest.raises(Refused):
            contacting.begin_contact(case_id=case.pk, channel="phone", actor=world.advocate, at=NOON)
        world.safe_contact(case)
        inside = contacting.begin_contact(case_id=case.pk, channel="phone", actor=world.advocate, at=NOON)
        assert not inside.is_override
        evening = NOON + timedelta(hours=9)
        with pytest.raises(Refused):
            contacting.begin_contact(case_id=case.pk, channel="phone", actor=world.advocate, at=evening)
        with pytest.raises(Refused):
            contacting.begin_contact(case_id=case.pk, channel="email", actor=world.advocate, at=NOON)

        over = contacting.begin_contact(
            case_id=case.pk,
            channel="phone",
            actor=world.advocate,
            at=evening,
            override_reason="Released tonight.",
        )

        assert over.is_override
        assert over.broken_rules == ["outside_window"]

    def test_reaching_her_safely_meets_the_first_contact(self, world):
        case = world.accepted()
        world.safe_contact(case)
        attempt = contacting.begin_contact(case_id=case.pk, channel="phone", actor=world.advocate, at=NOON)
        contacting.end_contact(
            case_id=case.pk, attempt_id=attempt.pk, outcome="reached", actor=world.advocate, at=NOON
        )
        assert case.tasks.get(kind="first_contact").outcome == "done"


class TestLevel:
    def test_raising_is_immediate_and_lowering_waits_for_a_second(self, world):
        case = world.active()
        levels.set_level(
            case_id=case.pk, level=Level.HIGH, reasons="Weapons.", actor=world.coordinator, at=NOON
        )
        case.refresh_from_db()
        assert case.level == Level.HIGH
        lower = levels.set_level(
            case_id=case.pk, level=Level.LOWER, reasons="He left.", actor=world.coordinator, at=NOON
        )
        case.refresh_from_db()
        assert case.level == Level.HIGH
        with pytest.raises(PermissionDenied):
            levels.answer_level(decision_id=lower.pk, is_confirmed=True, actor=world.coordinator, at=NOON)

        levels.answer_level(decision_id=lower.pk, is_confirmed=True, actor=world.advocate, at=NOON)

        case.refresh_from_db()
        assert case.level == Level.LOWER


def conference(world, case, **seats):
    sitting = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=NOON + DAY,
        kind="regular",
        seats=[
            (world.chair, "chair"),
            (world.coordinator, "coordinator"),
            (world.advocate, "advocate"),
            (world.officer, "team_member"),
            (world.nurse, "team_member"),
        ],
        actor=world.coordinator,
        at=NOON,
    )
    item = conferring.put_on_agenda(
        conference_id=sitting.pk, case_id=case.pk, actor=world.coordinator, at=NOON
    )
    return sitting, item


class TestSeats:
    def test_of_one_person_are_one(self, world):
        visiting = a_member(world.school_agency, account=world.nurse.account)
        asked = {
            "programme_id": world.programme.pk,
            "starts_at": NOON + DAY,
            "kind": "regular",
            "actor": world.coordinator,
            "at": NOON,
        }
        with pytest.raises(Refused, match="twice"):
            conferring.call_conference(
                seats=[(world.nurse, "team_member"), (visiting, "team_member")], **asked
            )
        assert not Conference.objects.exists()

        made = conferring.call_conference(seats=[(world.nurse, "team_member")], **asked)
        with pytest.raises(IntegrityError, match=r"cases_one_seat_a_person|cases_attendance"):
            Attendance.objects.create(
                conference=made, membership=visiting, account=visiting.account, seat="team_member"
            )


class TestConference:
    def test_decides_only_when_quorate_and_the_victim_is_heard(self, world):
        case = world.active()
        sitting, item = conference(world, case)
        conferring.open_conference(conference_id=sitting.pk, actor=world.chair, at=NOON + DAY)
        everyone = list(sitting.attendances.values_list("pk", flat=True))
        without_advocate = list(sitting.attendances.exclude(seat="advocate").values_list("pk", flat=True))
        conferring.record_attendance(
            conference_id=sitting.pk, present=without_advocate, actor=world.chair, at=NOON
        )
        with pytest.raises(Refused):
            conferring.decide(item_id=item.pk, text="Patrol.", actor=world.chair, at=NOON)
        conferring.record_attendance(conference_id=sitting.pk, present=everyone, actor=world.chair, at=NOON)

        decision = conferring.decide(
            item_id=item.pk,
            text="Patrol passes twice a night.",
            action_agency_id=world.police_agency.pk,
            action_due_at=NOON + 3 * DAY,
            action_side="victim",
            actor=world.chair,
            at=NOON + DAY,
        )

        assert decision.task.agency == world.police_agency
        conferring.lock_minutes(conference_id=sitting.pk, actor=world.chair, at=NOON + DAY)
        with pytest.raises(Refused):
            conferring.contribute(
                item_id=item.pk, text="Late.", kind="fact", actor=world.officer, at=NOON + DAY
            )

    def test_a_recused_member_does_not_count_and_does_not_see(self, world):
        case = world.active()
        _sitting, item = conference(world, case)
        conferring.declare_conflict(item_id=item.pk, actor=world.officer, at=NOON)

        with pytest.raises(NotVisible):
            conferring.contribute(item_id=item.pk, text="x", kind="fact", actor=world.officer, at=NOON)
        assert not Case.objects.visible_to(world.officer).exists()
        assert Conference.objects.visible_to(world.officer).exists()

    def test_only_an_active_case_goes_on_the_agenda(self, world):
        with pytest.raises(Refused):
            conference(world, world.eligible())


def agree(world, plan):
    return planning.agree_plan(plan_id=plan.pk, content_id=plan.content_id, actor=world.advocate, at=NOON)


class TestPlan:
    def test_is_made_with_the_person_in_versions(self, world):
        case = world.active()
        first = planning.write_plan(
            case_id=case.pk,
            sections={"leaving": "Bag at her sister's."},
            made_with="not_yet",
            actor=world.advocate,
            at=NOON,
        )
        with pytest.raises(Refused):
            agree(world, first)
        again = planning.write_plan(
            case_id=case.pk,
            sections={"leaving": "Bag at work."},
            made_with="in_person",
            based_on=first.content_id,
            actor=world.advocate,
            at=NOON,
        )
        assert again.pk == first.pk
        agree(world, again)
        second = planning.write_plan(
            case_id=case.pk,
            sections={"wishes": "Stay in town."},
            made_with="in_person",
            based_on=again.content_id,
            actor=world.advocate,
            at=NOON,
        )

        agree(world, second)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state, second.version) == (PlanState.REPLACED, PlanState.CURRENT, 2)
        with pytest.raises(TransitionRefused):
            agree(world, first)


class TestTasks:
    def test_only_its_agency_or_the_coordinator_ends_it(self, world):
        case = world.active()
        task = tasks.add_task(
            case_id=case.pk,
            text="Change the locks.",
            side="victim",
            agency_id=world.police_agency.pk,
            due_at=NOON + DAY,
            actor=world.coordinator,
            at=NOON,
        )
        with pytest.raises(PermissionDenied):
            progressing.finish_task(task_id=task.pk, outcome="done", actor=world.nurse, at=NOON)
        progressing.finish_task(task_id=task.pk, outcome="done", actor=world.officer, at=NOON)
        with pytest.raises(Refused):
            progressing.finish_task(task_id=task.pk, outcome="done", actor=world.officer, at=NOON)

    def test_every_open_case_has_a_next_date_after_a_review(self, world):
        case = world.active()
        tasks.record_review(case_id=case.pk, text="Nothing changed.", actor=world.advocate, at=NOON)
        case.refresh_from_db()
        assert case.next_due_at > NOON


class TestLate:
    def test_rises_once_to_whoever_leads_the_case(self, world):
        case = world.accepted()
        assert deadlines.raise_late(at=NOON) == 0

        assert deadlines.raise_late(at=NOON + 10 * DAY) == 2
        assert deadlines.raise_late(at=NOON + 11 * DAY) == 0

        assert actions().count("cases.late_raised") == 2
        late = case.tasks.filter(raised_at__isnull=False, done_at__isnull=True)
        assert [task.rises_to for task in late] == [case.lead, case.lead]

    def test_what_came_late_before_anyone_led_the_case_rises_to_its_lead(self, world):
        case = world.referral().case
        assert deadlines.raise_late(at=NOON + 10 * DAY) == 1
        deadlines.set_deadline(case=case, kind="consent", at=NOON, agency=world.police_agency)
        triaging.accept_referral(
            case_id=case.pk, reason="Severe.", actor=world.coordinator, at=NOON + 10 * DAY
        )

        [task] = case.tasks.filter(agency=world.police_agency, done_at__isnull=True)
        assert task.rises_to == world.coordinator

    def test_takes_the_case_before_its_tasks_as_every_service_does(self, world):
        """The other order would have the clock and a colleague who saves wait for each other."""
        world.accepted()
        Membership.objects.filter(pk=world.coordinator.pk).update(ends_on=NOON.date() - DAY)
        with CaptureQueriesContext(connection) as captured:
            assert deadlines.raise_late(at=NOON + 10 * DAY) > 0

        steps = []
        for sql in (query["sql"] for query in captured.captured_queries):
            if sql.startswith('UPDATE "cases_task"'):
                steps.append("tasks")
            elif sql.startswith('SELECT "cases_case"."id"') and "ORDER BY" in sql:
                assert "FOR UPDATE" in sql or not connection.features.has_select_for_update
                steps.append("cases")
        # What belongs to who is gone, and what rises to them; then what is late.
        assert steps == ["cases", "tasks", "tasks", "cases", "tasks"]

    def test_a_consent_is_asked_again_before_it_ends(self, world):
        case = world.active()
        ask = case.tasks.get(kind="consent", done_at=None)
        assert ask.due_at == NOON + 166 * DAY


class TestClosure:
    def test_ends_views_and_dates_the_end_of_the_data(self, world):
        case = world.active()
        closure = closing.close_case(
            case_id=case.pk,
            reason="plan_completed",
            note="Done.",
            victim_view="given",
            victim_words="I feel safer.",
            actor=world.coordinator,
            at=NOON,
        )
        case.refresh_from_db()
        assert case.state == State.CLOSED
        # What agencies owe outlives the case: nothing else does.
        assert set(case.tasks.filter(done_at=None).values_list("kind", flat=True)) == {"acknowledgements"}
        assert closure.keep_until > NOON.date()
        assert not Case.objects.visible_to(world.officer).filter(pk=case.pk).exists()

        closing.reopen_case(case_id=case.pk, reasons="He came back.", actor=world.coordinator, at=NOON + DAY)
        with pytest.raises(Refused, match="eligibility"):
            enrolling.enrol(
                case_id=case.pk, consent=world.consent(at=NOON + DAY), actor=world.advocate, at=NOON + DAY
            )

        case.refresh_from_db()
        assert case.state == State.ACCEPTED
        assert case.next_due_at

    def test_asks_for_the_victims_view_or_why_not(self, world):
        case = world.active()
        with pytest.raises(Refused):
            closing.close_case(
                case_id=case.pk,
                reason="moved",
                note="x",
                victim_view="given",
                victim_words="",
                actor=world.coordinator,
                at=NOON,
            )


class TestDrafts:
    def test_are_kept_and_belong_to_their_writer(self, world):
        drafting.save_draft(
            form="refer-harm", subject=None, content={"incident": "à moitié"}, actor=world.officer, at=NOON
        )
        drafting.save_draft(
            form="refer-harm", subject=None, content={"incident": "à moitié é"}, actor=world.officer, at=NOON
        )

        content, saved_at = drafting.open_draft(form="refer-harm", subject=None, actor=world.officer)

        assert content["incident"] == "à moitié é"
        assert saved_at == NOON
        assert drafting.open_draft(form="refer-harm", subject=None, actor=world.nurse) is None
        drafting.drop_draft(form="refer-harm", subject=None, actor=world.officer)
        assert drafting.open_draft(form="refer-harm", subject=None, actor=world.officer) is None


class TestOpening:
    def test_gives_each_what_the_decision_allows(self, world):
        case = world.active()
        world.safe_contact(case)
        victim = entries.subject_file(case)

        own = sharing.open_file(actor=world.advocate, file=victim, purpose="case_management", at=NOON)
        police = sharing.open_file(actor=world.officer, file=victim, purpose="case_management", at=NOON)

        assert {i.text for i in own.of("location.confidential")} == {"12, rue Union"}
        assert not police.of("location.confidential")
        assert "location.confidential" in {c.category for c in police.withheld}
        assert police.of("incident.facts")

    def test_hides_the_victims_side_from_who_works_with_the_other(self, world):
        case = world.active()
        world.safe_contact(case)
        planning.write_plan(
            case_id=case.pk, sections={"leaving": "x"}, made_with="in_person", actor=world.advocate, at=NOON
        )
        victim = entries.subject_file(case)

        view = sharing.open_file(actor=world.probation, file=victim, purpose="case_management", at=NOON)

        hidden = {"location.confidential", "contact.safe", "plan.safety", "consent.record", "referral.status"}
        assert not hidden & {i.category for i in view.items}
        assert not hidden & {c.category for c in view.withheld}

    def test_is_absent_for_a_stranger(self, world):
        victim = entries.subject_file(world.eligible())
        with pytest.raises(NotVisible):
            sharing.open_file(actor=world.officer, file=victim, purpose="case_management", at=NOON)

    def test_adds_a_note_only_to_a_file_the_writer_may_know_of(self, world):
        case = world.active()
        note = noting.add_note(
            case_id=case.pk,
            file_id=entries.subject_file(case).pk,
            category="health.general",
            kind="fact",
            text="Bruises.",
            actor=world.nurse,
            at=NOON,
        )
        assert note.holder == world.health_agency
        assert "ca-nb-phipaa" in note.regimes
