"""A withdrawal, whole or in part: what stops at once, what stays, who is told, what comes back, how it is recorded."""

import json
import re

import pytest
from django.urls import reverse

from egide.cases.models import Case, EndNotice, Task
from egide.cases.models.work import TaskKind
from egide.cases.queries import casefile
from egide.cases.services import cascading, closing, consenting, deadlines, enrolling, entries, tasks
from egide.common.errors import NotVisible, Refused
from egide.common.idempotency import new_key
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent, Disclosure, Ground
from egide.sharing.rules.levels import Level
from tests.cases.test_consenting import checked, seen
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, SHARED, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.active(agencies=[world.police_agency, world.health_agency])


def withdrawn(world, case, *, at=NOON + DAY, **part):
    return consenting.withdraw_consent(case_id=case.pk, actor=world.advocate, at=at, **part)


def in_force(case):
    return list(Consent.objects.filter(case_id=case.pk, withdrawn_at__isnull=True).order_by("pk"))


def a_task(world, case, agency, *, at=NOON, side="both"):
    return tasks.add_task(
        case_id=case.pk,
        text="Pass by at night.",
        side=side,
        agency_id=agency.pk,
        due_at=NOON + 20 * DAY,
        actor=world.coordinator,
        at=at,
    )


def address(case):
    return reverse("cases:withdrawal", args=[case.pk])


class TestAPart:
    def test_an_agency_leaves_at_once_and_the_others_stay(self, world, case):
        before = seen(world, case, world.health_agency)
        withdrawn(world, case, at=NOON, agencies=[world.police_agency.pk])

        with pytest.raises(NotVisible):
            Case.objects.fetch(case.pk, actor=world.officer)
        assert seen(world, case, world.police_agency) == {}
        assert seen(world, case, world.health_agency) == before
        case.refresh_from_db()
        assert case.state == "active"

    def test_a_kind_is_closed_to_everyone_at_once(self, world, case):
        withdrawn(world, case, at=NOON, categories=["incident.facts"])

        for agency in (world.police_agency, world.health_agency):
            left = {slug for _role, slug in seen(world, case, agency)}
            assert "incident.facts" not in left
            assert "identity.core" in left

    def test_what_stands_is_as_the_person_gave_it(self, world, case):
        former = Consent.objects.get(case_id=case.pk)
        withdrawn(world, case, agencies=[world.police_agency.pk], categories=["plan.safety"])
        former.refresh_from_db()
        (stands,) = in_force(case)

        assert (former.ended_how, former.withdrawn_at) == ("narrowed", NOON + DAY)
        assert (stands.continues, stands.ended_how) == (former, "")
        assert (stands.given_at, stands.expires_at) == (former.given_at, former.expires_at)
        assert (stands.form, stands.language, stands.explained_by) == (
            former.form,
            former.language,
            former.explained_by,
        )
        assert set(stands.categories) == set(SHARED) - {"plan.safety"}
        assert set(stands.recipients.all()) == {world.lead, world.health_agency}

    def test_discloses_nothing_anew_and_moves_the_work_of_those_who_stay(self, world, case):
        before = Disclosure.objects.count()
        withdrawn(world, case, agencies=[world.police_agency.pk])
        (stands,) = in_force(case)

        assert Disclosure.objects.count() == before
        standing = Assignment.objects.get(case_id=case.pk, ends_at__isnull=True)
        assert (standing.agency, standing.consent) == (world.health_agency, stands)

    def test_tells_only_those_who_lose(self, world, case):
        withdrawn(world, case, agencies=[world.police_agency.pk])

        told = EndNotice.objects.filter(case=case).waiting().order_by("pk")
        assert [(one.agency, one.is_partial) for one in told] == [(world.police_agency, False)]

    def test_can_be_withdrawn_further_then_whole(self, world, case):
        withdrawn(world, case, categories=["plan.safety"])
        withdrawn(world, case, at=NOON + 2 * DAY, agencies=[world.police_agency.pk])
        withdrawn(world, case, at=NOON + 3 * DAY)

        ways = list(
            Consent.objects.filter(case_id=case.pk).order_by("pk").values_list("ended_how", flat=True)
        )
        assert ways == ["narrowed", "narrowed", "withdrawn"]
        case.refresh_from_db()
        assert case.state == "consent_refused"

    @pytest.mark.parametrize("part", ["agencies", "kinds"])
    def test_that_leaves_nothing_is_the_whole(self, world, case, part):
        agencies = [world.police_agency.pk, world.health_agency.pk] if part == "agencies" else []
        withdrawn(world, case, agencies=agencies, categories=SHARED if part == "kinds" else [])

        assert Consent.objects.get(case_id=case.pk).ended_how == "withdrawn"
        case.refresh_from_db()
        assert case.state == "consent_refused"

    def test_that_it_does_not_cover_is_refused_and_nothing_ends(self, world, case):
        with pytest.raises(Refused):
            withdrawn(world, case, agencies=[world.school_agency.pk], categories=["justice.juvenile"])

        assert Consent.objects.get(case_id=case.pk).withdrawn_at is None

    def test_is_in_the_ledger_without_a_word(self, world, case):
        withdrawn(world, case, agencies=[world.police_agency.pk])
        said = [json.loads(row.body) for row in LedgerEntry.objects.order_by("-pk")[:20]]
        narrowed = next(one for one in said if one["action"] == "sharing.consent_narrowed")

        assert narrowed["details"]["agencies"] == [str(world.police_agency.pk)]
        assert "Thériault" not in json.dumps(said, ensure_ascii=False)

    def test_a_common_programme_of_who_left_ends_and_that_of_who_stays_does_not(self, world, case):
        file = entries.subject_file(case)
        for agency in (world.police_agency, world.health_agency):
            Ground.objects.create(
                file_id=file.pk, case_id=case.pk, kind="common_programme", recipient=agency,
                categories=["incident.facts"], purposes=["case_management"], statement=b"x",
                stated_by=world.advocate, stated_at=NOON, ends_at=NOON + 30 * DAY,
                decided_by=world.coordinator, decided_at=NOON, is_approved=True,
            )  # fmt: skip
        withdrawn(world, case, agencies=[world.police_agency.pk])

        standing = Ground.objects.filter(ended_at__isnull=True).order_by("pk")
        assert [one.recipient for one in standing] == [world.health_agency]


class TestHowItEnded:
    def how(self, case):
        rows = Consent.objects.filter(case_id=case.pk).order_by("pk")
        return list(rows.values_list("ended_how", flat=True))

    def test_withdrawn(self, world, case):
        withdrawn(world, case)

        assert self.how(case) == ["withdrawn"]

    def test_replaced(self, world, case):
        consenting.renew_consent(
            case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON + DAY
        )

        assert self.how(case) == ["replaced", ""]

    def test_refused(self, world, case):
        consenting.refuse_consent(
            case_id=case.pk, words="No.", still_done=[], actor=world.advocate, at=NOON + DAY
        )

        assert self.how(case) == ["refused"]

    def test_closed(self, world, case):
        closed(world, case)

        assert self.how(case) == ["closed"]

    def test_expired_once_it_was_taken_note_of_and_nobody_withdraws_it_afterwards(self, world, case, noon):
        end = Consent.objects.get(case_id=case.pk).expires_at
        noon(end)
        cascading.record_lapses(at=end)

        assert self.how(case) == ["expired"]
        with pytest.raises(Refused):
            sharing.withdraw_consent(
                consent_id=Consent.objects.get(case_id=case.pk).pk, actor=world.advocate, at=end
            )

    @pytest.mark.parametrize(
        "language, words", [("en", "withdrew a part of it on"), ("fr", "en a retiré une partie le")]
    )
    def test_is_what_the_page_of_consents_says(self, world, case, client, language, words):
        withdrawn(world, case, at=NOON, agencies=[world.police_agency.pk])
        sign_in(client, world.advocate, language)
        content = client.get(reverse("cases:consents", args=[case.pk])).content.decode()

        assert words in content
        assert world.advocate.person_name in content


def closed(world, case, *, at=NOON + DAY):
    return closing.close_case(
        case_id=case.pk, reason="plan_completed", note="Done.", victim_view="declined", victim_words="",
        actor=world.coordinator, at=at,
    )  # fmt: skip


class TestTasks:
    def test_of_an_agency_that_loses_access_come_back_to_the_lead_agency(self, world, case):
        theirs = a_task(world, case, world.police_agency)
        others = a_task(world, case, world.health_agency)
        withdrawn(world, case, agencies=[world.police_agency.pk])
        for task in (theirs, others):
            task.refresh_from_db()

        assert (theirs.agency, theirs.owner, theirs.done_at) == (world.lead, case.lead, None)
        assert others.agency == world.health_agency

    def test_come_back_when_a_new_consent_names_the_agency_no_more(self, world, case):
        theirs = a_task(world, case, world.police_agency)
        consenting.renew_consent(
            case_id=case.pk,
            consent=world.consent(agencies=[world.health_agency]),
            actor=world.advocate,
            at=NOON + DAY,
        )
        theirs.refresh_from_db()

        assert theirs.agency == world.lead

    def test_stay_when_the_new_consent_names_it_again(self, world, case):
        theirs = a_task(world, case, world.police_agency)
        consenting.renew_consent(
            case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON + DAY
        )
        theirs.refresh_from_db()

        assert theirs.agency == world.police_agency

    def test_come_back_when_consent_runs_out(self, world, case, noon):
        theirs = a_task(world, case, world.police_agency)
        end = Consent.objects.get(case_id=case.pk).expires_at
        noon(end)
        cascading.record_lapses(at=end)
        theirs.refresh_from_db()

        assert theirs.agency == world.lead

    @pytest.mark.parametrize("regimes", [(), ("ca-nb-phipaa",), ("us-part2",), ("us-hipaa",)])
    def test_open_nothing_more_of_what_another_agency_wrote(self, world, regimes):
        """A withdrawal never raises a level: the lead has the work to do, and does not hold its words."""
        world.health_agency.regimes = list(regimes)
        world.health_agency.save(update_fields=["regimes"])
        world.nurse.refresh_from_db()
        case = world.active(agencies=[world.health_agency])
        task = tasks.add_task(
            case_id=case.pk, text="Methadone at nine.", side="both", agency_id=world.health_agency.pk,
            due_at=NOON + 20 * DAY, actor=world.nurse, at=NOON,
        )  # fmt: skip

        def level():
            view = casefile.open_case(case_id=case.pk, actor=world.coordinator, at=NOON).view
            record = casefile.task_record(Task.objects.get(pk=task.pk))
            return next(
                (one.level for one in view.classes if one.item_class == record.item_class), Level.NONE
            )

        before = level()
        withdrawn(world, case, at=NOON)

        task.refresh_from_db()
        assert (task.agency, task.words_of) == (world.lead, world.health_agency)
        assert level() <= before

    def test_are_read_by_the_lead_that_got_them_back(self, world, case, client):
        a_task(world, case, world.police_agency)
        withdrawn(world, case, at=NOON)

        content = sign_in(client, world.coordinator).get(case.get_absolute_url()).content.decode()
        assert "Pass by at night." in content


class TestAClosedCase:
    def test_still_waits_for_the_answers_and_they_rise(self, world, case):
        closed(world, case)
        task = Task.objects.get(case=case, done_at__isnull=True)
        assert task.kind == TaskKind.ACKNOWLEDGEMENTS

        deadlines.raise_late(at=task.due_at + DAY)
        task.refresh_from_db()
        assert (task.raised_at, task.rises_to) == (task.due_at + DAY, case.lead)

    def test_that_waited_before_it_closed_waits_on(self, world, case):
        withdrawn(world, case)
        before = Task.objects.get(case=case, kind=TaskKind.ACKNOWLEDGEMENTS)
        closed(world, case, at=NOON + 2 * DAY)
        before.refresh_from_db()

        assert before.done_at is None

    def test_shows_the_date_among_those_of_the_day(self, world, case, client, noon):
        closed(world, case)
        due = Task.objects.get(case=case, done_at__isnull=True).due_at
        noon(due)

        content = sign_in(client, world.coordinator).get(reverse("cases:my-day")).content.decode()
        assert case.reference in content

    def test_is_done_with_it_once_everybody_answered(self, world, case):
        closed(world, case)
        for notice in EndNotice.objects.filter(case=case).order_by("pk"):
            member = world.officer if notice.agency == world.police_agency else world.nurse
            cascading.acknowledge(
                notice_id=notice.pk,
                answer="destroyed",
                law="",
                has_told_others=True,
                actor=member,
                at=NOON + 2 * DAY,
            )

        assert not Task.objects.filter(case=case, done_at__isnull=True).exists()


class TestThePage:
    def test_asks_what_is_withdrawn_and_nothing_is_ticked(self, world, case, client):
        form = sign_in(client, world.advocate).get(address(case)).context["form"]

        assert not any(form[name].value() for name in form.fields)
        assert {value for value, _label in form.fields["recipients"].choices} == {
            str(world.police_agency.pk),
            str(world.health_agency.pk),
        }
        assert {value for value, _label in form.fields["categories"].choices} == set(SHARED)

    @pytest.mark.parametrize(
        "language, words",
        [("en", "What stays lawful without consent"), ("fr", "Ce qui reste permis sans consentement")],
    )
    def test_says_what_stops_for_whom_and_what_stays_and_records_nothing(
        self, world, case, client, language, words
    ):
        a_task(world, case, world.police_agency)
        Ground.objects.create(
            file_id=entries.subject_file(case).pk, case_id=case.pk, kind="serious_imminent_threat",
            recipient=world.police_agency, categories=["incident.facts"], purposes=["emergency_response"],
            statement=b"x", stated_by=world.advocate, stated_at=NOON, ends_at=NOON + 3 * DAY,
            decided_by=world.coordinator, decided_at=NOON, is_approved=True,
        )  # fmt: skip
        sign_in(client, world.advocate, language)
        answer = post(client, address(case), {"how_much": "all"})
        content = answer.content.decode()

        assert answer.status_code == 200
        assert {one.agency for one in answer.context["effect"].losers} == {
            world.police_agency,
            world.health_agency,
        }
        assert all(one.leaves and one.is_told for one in answer.context["effect"].losers)
        assert words in content
        assert [one.kind for one in answer.context["effect"].standing] == ["serious_imminent_threat"]
        assert answer.context["given_back"] == [(world.police_agency, 1)]
        assert in_force(case)

    def test_then_it_is_recorded(self, world, case, client):
        sign_in(client, world.advocate)
        sent = checked(post(client, address(case), {"how_much": "all"}))
        answer = post(client, address(case), sent)

        assert (answer.status_code, answer.url) == (302, reverse("cases:consents", args=[case.pk]))
        assert Consent.objects.get(case_id=case.pk).ended_how == "withdrawn"

    def test_a_part_is_recorded_as_a_part(self, world, case, client):
        sign_in(client, world.advocate)
        part = {
            "how_much": "part",
            "recipients": [str(world.police_agency.pk)],
            "categories": ["plan.safety"],
        }
        answer = post(client, address(case), part)
        assert [one.agency for one in answer.context["effect"].changes if one.leaves] == [world.police_agency]

        assert post(client, address(case), checked(answer)).status_code == 302
        (stands,) = in_force(case)
        assert world.police_agency not in stands.recipients.all()
        assert "plan.safety" not in stands.categories

    def test_what_is_ticked_below_does_not_make_the_whole_a_part(self, world, case, client):
        sign_in(client, world.advocate)
        data = {"how_much": "all", "recipients": [str(world.police_agency.pk)]}
        post(client, address(case), checked(post(client, address(case), data)))

        assert not in_force(case)

    @pytest.mark.parametrize("data", [{}, {"how_much": "part"}, {"how_much": "part", "recipients": ["x"]}])
    def test_that_says_nothing_is_asked_again(self, world, case, client, data):
        answer = post(sign_in(client, world.advocate), address(case), data)

        assert answer.status_code == 422
        assert "error-summary" in answer.content.decode()
        assert in_force(case)

    def test_gives_back_what_was_ticked_to_change_it(self, world, case, client):
        sign_in(client, world.advocate)
        sent = checked(post(client, address(case), {"how_much": "part", "categories": ["plan.safety"]}))
        answer = post(client, address(case), {**sent, "edit": "1"})

        assert answer.status_code == 200
        assert answer.context["form"]["categories"].value() == ["plan.safety"]
        assert "error-summary" not in answer.content.decode()
        assert in_force(case)

    def test_does_not_record_what_it_did_not_show(self, world, case, client):
        sign_in(client, world.advocate)
        sent = checked(post(client, address(case), {"how_much": "part", "categories": ["plan.safety"]}))
        answer = post(client, address(case), {**sent, "how_much": "all"})
        assert answer.status_code == 422

        consenting.renew_consent(case_id=case.pk, consent=world.consent(), actor=world.coordinator, at=NOON)
        assert post(client, address(case), sent).status_code == 422
        assert len(in_force(case)) == 1

    def test_a_double_click_withdraws_once_and_answers_twice(self, world, case, client):
        sign_in(client, world.advocate)
        sent = {**checked(post(client, address(case), {"how_much": "all"})), "submission": new_key()}
        first, second = (client.post(address(case), sent) for _n in range(2))

        assert (first.status_code, second.status_code) == (302, 302)
        assert first.url == second.url
        assert Consent.objects.filter(case_id=case.pk).count() == 1

    def test_with_nothing_in_force_says_so(self, world, case, client):
        withdrawn(world, case, at=NOON)
        sign_in(client, world.advocate)

        assert "there is nothing to withdraw" in client.get(address(case)).content.decode()
        assert post(client, address(case), {"how_much": "all"}).status_code == 200
        assert post(client, address(case), {"how_much": "all", "shown": "x"}).status_code == 409

    def test_offers_no_way_to_undo(self, world, case, client):
        withdrawn(world, case, at=NOON)
        content = (
            sign_in(client, world.advocate).get(reverse("cases:consents", args=[case.pk])).content.decode()
        )

        assert not re.search(r"<form[^>]*consent", content)

    def test_is_not_for_partners_nor_strangers(self, world, case, client):
        other = World("edm")
        for who, status in ((world.officer, 403), (other.coordinator, 404)):
            sign_in(client, who)
            assert client.get(address(case)).status_code == status
            assert post(client, address(case), {"how_much": "all"}).status_code == status
        assert in_force(case)

    def test_of_an_enrolled_person_waits_for_her_decision(self, world, case):
        withdrawn(world, case)
        enrolling.enrol(case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON + 2 * DAY)

        assert [one.ended_how for one in Consent.objects.filter(case_id=case.pk).order_by("pk")] == [
            "withdrawn",
            "",
        ]
