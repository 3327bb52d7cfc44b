"""When consent ends: who is told what, who answers, who has not; and that running out extends nothing."""

import json
import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.cases.models import Case, EndNotice, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import cascade
from egide.cases.services import cascading, closing, consenting, deadlines, enrolling, entries, rechecking
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role
from egide.partners.services.agencies import deactivate_agency
from egide.partners.services.agreements import terminate_agreement
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent, Ground
from egide.vault.fields import ciphertext_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, SHARED, World, a_member

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(world):
    return world.active()


def withdrawn(world, case, *, at=NOON + DAY):
    consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=at)
    case.refresh_from_db()
    return case


def notice_of(case, agency):
    return EndNotice.objects.filter(case=case, agency=agency).order_by("-made_at").first()


def answered(notice, actor, *, answer="destroyed", law="", told=True, at=NOON + 2 * DAY):
    return cascading.acknowledge(
        notice_id=notice.pk, answer=answer, law=law, has_told_others=told, actor=actor, at=at
    )


def told(case):
    return set(EndNotice.objects.filter(case=case).waiting().order_by().values_list("agency", flat=True))


def renewed(world, case, *, at=NOON + DAY, **consent):
    return consenting.renew_consent(
        case_id=case.pk, consent=world.consent(at=at, **consent), actor=world.advocate, at=at
    )


class TestWithdrawal:
    def test_tells_every_agency_that_received_but_the_one_that_leads(self, world, case):
        withdrawn(world, case)

        assert told(case) == {agency.pk for agency in world.partners}
        assert not EndNotice.objects.filter(is_partial=True).exists()

    def test_opens_nothing_any_more_and_nobody_works_on_it(self, world, case):
        withdrawn(world, case)

        for who in (world.officer, world.nurse, world.probation):
            with pytest.raises(NotVisible):
                Case.objects.fetch(case.pk, actor=who)
        assert not Assignment.objects.filter(case_id=case.pk, ends_at__isnull=True).exists()

    def test_ends_the_common_programme_that_rested_on_it_and_leaves_a_danger_standing(self, world, case):
        file = entries.subject_file(case)
        made = {
            kind: Ground.objects.create(
                file_id=file.pk, case_id=case.pk, kind=kind, recipient=world.police_agency,
                categories=["incident.facts"], purposes=["case_management"], statement=b"x",
                stated_by=world.advocate, stated_at=NOON, ends_at=NOON + 30 * DAY,
                decided_by=world.coordinator, decided_at=NOON, is_approved=True,
            )
            for kind in ("common_programme", "serious_imminent_threat")
        }  # fmt: skip
        withdrawn(world, case)
        for ground in made.values():
            ground.refresh_from_db()

        assert made["common_programme"].ended_at == NOON + DAY
        assert made["serious_imminent_threat"].ended_at is None

    def test_gives_the_lead_a_date_that_becomes_late_and_rises(self, world, case):
        withdrawn(world, case)
        task = Task.objects.get(case=case, kind=TaskKind.ACKNOWLEDGEMENTS)
        due = deadlines.due_after(NOON + DAY, case.programme.protocol.deadlines["acknowledgements"])
        assert (task.due_at, task.owner, task.agency) == (due, case.lead, world.lead)

        deadlines.raise_late(at=due)
        task.refresh_from_db()
        assert task.raised_at is None
        deadlines.raise_late(at=due + SECOND)
        task.refresh_from_db()
        assert (task.raised_at, task.rises_to) == (due + SECOND, case.lead)

    def test_is_recorded_without_a_word(self, world, case):
        withdrawn(world, case)
        entry = next(
            body
            for row in LedgerEntry.objects.order_by("-pk")
            if (body := json.loads(row.body))["action"] == "cases.recipients_told"
        )

        assert entry["counts"] == {"told": 4, "no_longer_owed": 0, "tasks_given_back": 0}
        assert set(entry["details"]["agencies"]) == {str(agency.pk) for agency in world.partners}

    def test_a_refusal_tells_them_as_much(self, world, case):
        consenting.refuse_consent(
            case_id=case.pk, words="No.", still_done=[], actor=world.advocate, at=NOON + DAY
        )

        assert told(case) == {agency.pk for agency in world.partners}

    def test_a_closure_tells_them_the_same_so_that_a_notice_does_not_say_withdrawn(self, world, case):
        closing.close_case(
            case_id=case.pk, reason="plan_completed", note="Done.", victim_view="declined", victim_words="",
            actor=world.coordinator, at=NOON + DAY,
        )  # fmt: skip

        assert told(case) == {agency.pk for agency in world.partners}
        still = Task.objects.filter(case=case, done_at__isnull=True).order_by("pk")
        assert [task.kind for task in still] == [TaskKind.ACKNOWLEDGEMENTS]


class TestReplacement:
    def test_with_fewer_agencies_tells_those_left_out(self, world, case):
        renewed(world, case, agencies=[world.police_agency, world.health_agency])

        assert told(case) == {world.school_agency.pk, world.probation_agency.pk}

    def test_with_fewer_kinds_tells_those_who_could_read_them(self, world, case):
        renewed(world, case, categories=[c for c in SHARED if c != "incident.facts"])

        assert world.police_agency.pk in told(case)
        assert notice_of(case, world.police_agency).is_partial

    def test_does_not_tell_the_other_side_that_she_changed_what_it_never_saw(self, world, case):
        renewed(world, case, categories=[c for c in SHARED if c not in ("plan.safety", "contact.safe", "location.confidential")])  # fmt: skip

        assert world.probation_agency.pk not in told(case)

    def test_with_as_much_tells_nobody(self, world, case):
        renewed(world, case)

        assert told(case) == set()
        assert not Task.objects.filter(kind=TaskKind.ACKNOWLEDGEMENTS).exists()

    def test_given_again_for_all_of_it_no_answer_is_owed(self, world, case):
        withdrawn(world, case)
        enrolling.enrol(
            case_id=case.pk,
            consent=world.consent(at=NOON + 2 * DAY, agencies=[world.police_agency]),
            actor=world.advocate,
            at=NOON + 2 * DAY,
        )

        assert world.police_agency.pk not in told(case)
        assert world.school_agency.pk in told(case)
        with pytest.raises(NotVisible):
            answered(notice_of(case, world.police_agency), world.officer)

    def test_ended_again_the_newer_notice_takes_the_place_of_the_older(self, world, case):
        renewed(world, case, categories=["identity.core"])
        withdrawn(world, case, at=NOON + 2 * DAY)

        waiting = EndNotice.objects.filter(case=case, agency=world.police_agency).waiting()
        assert [notice.is_partial for notice in waiting.order_by("pk")] == [False]


class TestRunningOut:
    @pytest.fixture
    def end(self, case):
        return Consent.objects.get(case_id=case.pk).expires_at

    @pytest.mark.parametrize("after, is_open", [(-SECOND, True), (timedelta(), False), (SECOND, False)])
    def test_opens_nothing_from_the_very_second(self, world, case, end, noon, after, is_open):
        noon(end + after)

        assert Case.objects.visible_to(world.officer).filter(pk=case.pk).exists() is is_open
        if is_open:
            file = entries.subject_file(case)
            assert sharing.open_file(
                actor=world.officer, file=file, purpose="case_management", at=end + after
            )
        else:
            with pytest.raises(NotVisible):
                sharing.open_file(
                    actor=world.officer,
                    file=entries.subject_file(case),
                    purpose="case_management",
                    at=end + after,
                )

    def test_is_told_once_however_often_the_job_runs(self, world, case, end):
        assert cascading.record_lapses(at=end - SECOND) == 0
        assert cascading.record_lapses(at=end) == 1
        made = list(EndNotice.objects.order_by("pk").values_list("pk", flat=True))
        count = LedgerEntry.objects.count()

        assert cascading.record_lapses(at=end) == cascading.record_lapses(at=end + DAY) == 0
        assert list(EndNotice.objects.order_by("pk").values_list("pk", flat=True)) == made
        assert LedgerEntry.objects.count() == count
        assert told(case) == {agency.pk for agency in world.partners}

    def test_extends_nothing_and_says_when_it_ended(self, world, case, end):
        cascading.record_lapses(at=end + DAY)

        consent = Consent.objects.get(case_id=case.pk)
        assert (consent.expires_at, consent.withdrawn_at) == (end, None)
        assert notice_of(case, world.police_agency).ended_on == end.date()
        assert set(Assignment.objects.filter(case_id=case.pk).values_list("ends_at", flat=True)) == {end}

    def test_was_announced_to_the_lead_two_weeks_before_and_still_asks_after(self, world, case, end):
        ask = Task.objects.get(case=case, kind=TaskKind.CONSENT, done_at__isnull=True)
        assert ask.due_at == end - 14 * DAY
        Task.objects.filter(pk=ask.pk).update(done_at=NOON, done_by=world.advocate, outcome="not_done")

        cascading.record_lapses(at=end)
        assert Task.objects.get(case=case, kind=TaskKind.CONSENT, done_at__isnull=True).due_at == end

    def test_while_another_consent_covers_it_nobody_is_told(self, world, case, end):
        file = entries.subject_file(case)
        sharing.give_consent(
            actor=world.advocate,
            file_id=file.pk,
            case_id=case.pk,
            at=NOON,
            **world.consent(expires_at=end + DAY),
        )
        cascading.record_lapses(at=end)

        assert told(case) == set()

    def test_the_scheduler_knows_the_job(self):
        from egide.jobs import periodic

        assert {"cases.record_lapses", "cases.recheck_consents"} <= {p.name for p in periodic.registered()}


class TestAnswering:
    def test_any_member_who_works_on_cases_answers_for_the_agency(self, world, case):
        withdrawn(world, case)
        notice = answered(notice_of(case, world.police_agency), a_member(world.police_agency))

        assert (notice.answer, notice.answered_at) == ("destroyed", NOON + 2 * DAY)
        assert world.police_agency.pk not in told(case)

    @pytest.mark.parametrize("who", ["nurse", "referrer", "elsewhere"])
    def test_looks_absent_to_another_agency_and_to_a_role_that_works_on_no_case(self, world, case, who):
        withdrawn(world, case)
        actor = World("edm").coordinator if who == "elsewhere" else getattr(world, who)

        with pytest.raises(NotVisible):
            answered(notice_of(case, world.police_agency), actor)

    def test_looks_absent_to_who_is_kept_out(self, world, case):
        withdrawn(world, case)
        sharing.recuse(
            case_id=case.pk,
            membership=world.officer,
            reason_code="relative",
            actor=world.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            answered(notice_of(case, world.police_agency), world.officer)
        assert cascade.to_answer(world.officer).rows == cascade.answered(world.officer).rows == []

    def test_what_a_law_keeps_names_the_law_and_only_that(self, world, case):
        withdrawn(world, case)
        notice = notice_of(case, world.police_agency)
        with pytest.raises(Refused):
            answered(notice, world.officer, answer="kept")
        answered(notice, world.officer, answer="kept", law="Police Act, s. 12")

        notice.refresh_from_db()
        assert b"Police" not in ciphertext_of(notice.law)
        assert "Police Act" not in "".join(LedgerEntry.objects.values_list("body", flat=True))
        lines = cascade.notice_lines(
            case=case, file=entries.subject_file(case), actor=world.advocate, at=NOON + 2 * DAY
        )
        assert next(line.law for line in lines if line.notice.pk == notice.pk) == "Police Act, s. 12"

    @pytest.mark.parametrize("flaw", [{"answer": ""}, {"answer": "lost"}, {"told": False}])
    def test_asks_for_a_whole_answer(self, world, case, flaw):
        withdrawn(world, case)
        with pytest.raises(Refused):
            answered(notice_of(case, world.police_agency), world.officer, **flaw)

    def test_is_given_once(self, world, case):
        withdrawn(world, case)
        notice = answered(notice_of(case, world.police_agency), world.officer)
        with pytest.raises(Refused):
            answered(notice, world.officer)

    def test_the_programme_writes_down_what_it_was_told(self, world, case):
        withdrawn(world, case)
        answered(notice_of(case, world.police_agency), world.advocate)

        lines = cascade.notice_lines(
            case=case, file=entries.subject_file(case), actor=world.advocate, at=NOON + 2 * DAY
        )
        assert [line.is_relayed for line in lines if line.state == "answered"] == [True]

    def test_the_chair_does_not(self, world, case):
        withdrawn(world, case)
        with pytest.raises(PermissionDenied):
            answered(notice_of(case, world.police_agency), world.chair)

    def test_the_last_answer_ends_the_date(self, world, case):
        withdrawn(world, case)
        members = [world.officer, world.nurse, world.teacher, world.probation]
        for member in members:
            assert Task.objects.filter(kind=TaskKind.ACKNOWLEDGEMENTS, done_at__isnull=True).exists()
            answered(notice_of(case, member.agency), member)

        assert not Task.objects.filter(kind=TaskKind.ACKNOWLEDGEMENTS, done_at__isnull=True).exists()

    def test_who_has_not_answered_comes_first(self, world, case):
        withdrawn(world, case)
        answered(notice_of(case, world.nurse.agency), world.nurse)
        lines = cascade.notice_lines(
            case=case, file=entries.subject_file(case), actor=world.advocate, at=NOON + 60 * DAY
        )

        assert [line.state for line in lines] == ["late", "late", "late", "answered"]


class TestPages:
    def test_the_agency_reads_what_to_do_and_neither_a_name_nor_why(self, world, case, client):
        withdrawn(world, case)
        url = reverse("cases:end-notice", args=[notice_of(case, world.police_agency).pk])
        page = sign_in(client, world.officer).get(url).content.decode()

        assert "Consent for reference" in page and case.reference in page
        assert "withdr" not in page.partition("<main")[2]
        assert "Thériault" not in page and not re.search(r"\bCyr\b", page)  # a token may hold the letters

    @pytest.mark.parametrize("end", ["withdrawn", "closed", "lapsed"])
    def test_the_other_side_reads_the_same_whatever_ended_it_and_not_of_consent(
        self, world, case, client, noon, end
    ):
        when = Consent.objects.get(case_id=case.pk).expires_at
        if end == "withdrawn":
            withdrawn(world, case, at=when - SECOND)
        elif end == "closed":
            closing.close_case(
                case_id=case.pk, reason="death", note="…", victim_view="declined", victim_words="",
                actor=world.coordinator, at=when - SECOND,
            )  # fmt: skip
        else:
            cascading.record_lapses(at=when)
        notice = notice_of(case, world.probation_agency)
        url = reverse("cases:end-notice", args=[notice.pk])
        main = sign_in(client, world.probation).get(url).content.decode().partition("<main")[2]

        assert "may no longer be used" in main
        assert [word for word in ("onsent", "withdr", "victim", "closed on") if word in main] == []

    def test_the_answer_is_posted_and_typed_words_are_kept(self, world, case, client):
        withdrawn(world, case)
        url = reverse("cases:end-notice", args=[notice_of(case, world.police_agency).pk])
        sign_in(client, world.officer)
        again = post(client, url, {"answer": "kept", "law": "", "has_told_others": "on"})
        assert again.status_code == 422 and "Name the law" in again.content.decode()

        done = post(client, url, {"answer": "returned", "law": "", "has_told_others": "on"})
        assert done.status_code == 302
        assert "We returned every copy" in client.get(reverse("cases:received")).content.decode()

    def test_the_case_shows_who_has_not_answered(self, world, case, client):
        withdrawn(world, case)
        answered(notice_of(case, world.nurse.agency), world.nurse)
        page = sign_in(client, world.advocate).get(reverse("cases:consents", args=[case.pk])).content.decode()

        assert page.count("Not answered yet.") == 3
        assert "We destroyed every copy" in page

    def test_an_agency_kept_out_whole_is_reached_another_way(self, world, case, client):
        withdrawn(world, case)
        sharing.recuse(
            case_id=case.pk, agency=world.police_agency, reason_code="party", actor=world.coordinator, at=NOON
        )
        page = sign_in(client, world.advocate).get(reverse("cases:consents", args=[case.pk])).content.decode()

        assert "Reach it another way" in page
        assert cascade.to_answer(world.officer).rows == cascade.answered(world.officer).rows == []


class TestAnAgencyThatLeaves:
    def checks(self, case):
        return Task.objects.filter(case=case, kind=TaskKind.CONSENT_CHECK, done_at__isnull=True)

    @pytest.fixture
    def admin(self, world):
        a_member(world.lead, Role.ADMINISTRATOR)
        return a_member(world.lead, Role.ADMINISTRATOR)

    def test_closed_the_lead_checks_the_consents_that_name_it(self, world, case, admin):
        other = world.active(given="Anne", family="Roy", agencies=[world.police_agency])
        deactivate_agency(agency_id=world.health_agency.pk, reason="Merged.", actor=admin, at=NOON)

        task = self.checks(case).get()
        assert (task.owner, task.agency) == (case.lead, world.lead)
        assert not self.checks(other).exists()

    def test_whose_agreement_ends_today_at_once_and_on_a_day_to_come_that_day(self, world, case, admin, noon):
        agreement = world.police_agency.agreements.get().agreement
        terminate_agreement(
            agreement_id=agreement.pk, on=(NOON + 3 * DAY).date(), reason="Ended.", actor=admin, at=NOON
        )
        assert not self.checks(case).exists()
        noon(NOON + 2 * DAY)
        assert rechecking.ask_to_check(at=NOON + 2 * DAY) == 0
        noon(NOON + 3 * DAY)

        assert rechecking.ask_to_check(at=NOON + 3 * DAY) == 1
        assert self.checks(case).count() == 1

    def test_is_asked_about_once(self, world, case, admin):
        deactivate_agency(agency_id=world.health_agency.pk, reason="Merged.", actor=admin, at=NOON)
        from egide.cases.services import progressing

        progressing.finish_task(
            task_id=self.checks(case).get().pk, outcome="done", actor=world.coordinator, at=NOON
        )

        assert rechecking.ask_to_check(at=NOON) == 0
        assert not self.checks(case).exists()

    def test_a_new_consent_answers_the_question(self, world, case, admin):
        deactivate_agency(agency_id=world.health_agency.pk, reason="Merged.", actor=admin, at=NOON)
        renewed(world, case, agencies=[world.police_agency])

        assert not self.checks(case).exists()


@pytest.mark.parametrize(
    "flaw",
    [
        {"answer": "destroyed"},
        {"answer": "kept", "answered_at": NOON, "by": True},
        {"law": b"x"},
    ],
)
def test_the_database_refuses_half_an_answer(world, case, flaw):
    withdrawn(world, case)
    changes = dict(flaw)
    if changes.pop("by", False):
        changes["answered_by"] = world.officer
    with pytest.raises(IntegrityError), transaction.atomic():
        EndNotice.objects.filter(agency=world.police_agency).update(**changes)


def test_the_database_refuses_two_notices_that_wait(world, case):
    withdrawn(world, case)
    notice = notice_of(case, world.police_agency)
    consent = sharing.give_consent(
        actor=world.advocate, file_id=notice.file_id, case_id=case.pk, at=NOON, **world.consent()
    )
    notice.pk, notice.consent, notice._state.adding = None, consent, True
    from egide.common.ids import new_id

    notice.id = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        notice.save(force_insert=True)


class TestTheProgrammesOwnDates:
    """A partner still on the case learns neither that consent changed for others nor that somebody was kept out."""

    WORDS = ("must stop using", "Check consent", "before being kept out")

    @pytest.fixture
    def narrowed(self, world, case):
        renewed(world, case, agencies=[world.police_agency])
        Task.objects.filter(case=case).exclude(kind=TaskKind.ACKNOWLEDGEMENTS).update(
            done_at=NOON, done_by=world.advocate, outcome="done"
        )
        case.refresh_from_db()
        deadlines.refresh_next_due(case, at=NOON)
        assert case.next_due_kind == TaskKind.ACKNOWLEDGEMENTS
        return case

    @pytest.mark.parametrize("who, is_told", [("officer", False), ("coordinator", True)])
    def test_show_to_its_team_alone(self, world, narrowed, client, noon, who, is_told):
        noon(NOON + DAY)
        sign_in(client, getattr(world, who))
        for url in (reverse("cases:case", args=[narrowed.pk]), reverse("cases:caseload")):
            page = client.get(url).content.decode().partition("<main")[2]
            assert narrowed.reference in page
            assert any(words in page for words in self.WORDS) is is_told
