"""Finished work is read by somebody else and returned with reasons; who did it makes it anew, or stands by it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from egide.assessments import services as assessments
from egide.cases.lifecycle import SUPERVISION, SupervisionState
from egide.cases.models import Case, Closure, Entry, Plan, Supervision, Task
from egide.cases.models.work import TaskKind
from egide.cases.services import closing, planning, supervising
from egide.cases.services.entries import subject_file
from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, Refused
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry as Line
from egide.partners.models import Role
from egide.sharing import services as sharing
from egide.vault.fields import ciphertext_of
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
WHY, BECAUSE = "Nothing says how she leaves at night.", "She asked that it stay unwritten."


@pytest.fixture
def planned(world):
    """A case whose advocate agreed a plan with the person."""
    world.case = world.active()
    world.plan = agreed(world, at=NOON - DAY)
    return world


def agreed(world, *, at, based_on=None, author=None):
    author = author or world.advocate
    plan = planning.write_plan(
        case_id=world.case.pk,
        sections={"leaving": "Bag at her sister’s."},
        made_with="in_person",
        based_on=based_on,
        actor=author,
        at=at,
    )
    return planning.agree_plan(plan_id=plan.pk, content_id=plan.content_id, actor=author, at=at)


def returned(world, *, actor=None, reasons=WHY, kind="plan", work=None, at=NOON):
    return supervising.return_work(
        case_id=world.case.pk,
        kind=kind,
        work_id=(work or world.plan).pk,
        reasons=reasons,
        actor=actor or world.coordinator,
        at=at,
    )


def answered(world, row, *, how="stands", text=BECAUSE, actor=None, at=NOON):
    return supervising.answer(
        case_id=world.case.pk, return_id=row.pk, how=how, text=text, actor=actor or world.advocate, at=at
    )


def settled(world, row, service=supervising.accept, *, actor=None, **said):
    return service(case_id=world.case.pk, return_id=row.pk, actor=actor or world.coordinator, at=NOON, **said)


def page(client, world, member, name="supervision", *args, language="en"):
    sign_in(client, member, language)
    return client.get(reverse(f"cases:{name}", args=[world.case.pk, *args]))


def finished(client, world, member):
    address = reverse("cases:supervision", args=[world.case.pk]) + "?list=finished"
    return sign_in(client, member).get(address).content.decode()


class TestReturning:
    def test_makes_it_due_to_who_did_it_within_the_days_of_the_protocol(self, planned):
        row = returned(planned)

        task = Task.objects.get(kind=TaskKind.WORK_RETURNED)
        assert row.state == SupervisionState.WAITING
        assert (task.owner, task.agency, task.done_at) == (planned.advocate, planned.lead, None)
        assert task.due_at == row.due_at == add_working_days(NOON, 5)

    def test_seals_the_reasons_with_the_category_of_the_work_and_under_its_holder(self, planned):
        row = returned(planned)

        assert row.reasons.category == planned.plan.content.category
        assert row.reasons.holder_id == planned.plan.content.holder_id
        assert WHY.encode() not in ciphertext_of(Entry.objects.get(pk=row.reasons_id).content)

    def test_leaves_one_line_in_the_ledger_without_a_word_of_it(self, planned):
        row = returned(planned)

        line = Line.objects.get(body__contains="cases.work_returned")
        assert str(row.pk) in line.body
        assert "night" not in line.body

    def test_changes_nothing_of_the_work(self, planned):
        returned(planned)

        plan = Plan.objects.get()
        assert (plan.state, plan.content_id) == ("current", planned.plan.content_id)

    def test_is_for_the_chair_of_the_programme_too(self, planned):
        assert returned(planned, actor=planned.chair).returned_by == planned.chair

    @pytest.mark.parametrize("who", ["advocate", "officer"])
    def test_is_for_nobody_else(self, planned, who):
        with pytest.raises(PermissionDenied):
            returned(planned, actor=getattr(planned, who))

    def test_looks_absent_to_another_programme(self, planned):
        with pytest.raises(NotVisible):
            returned(planned, actor=World("edm").coordinator)

    def test_looks_absent_to_who_is_kept_out_of_the_case(self, planned):
        sharing.recuse(
            case_id=planned.case.pk,
            membership=planned.second,
            reason_code="relative",
            actor=planned.coordinator,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            returned(planned, actor=planned.second)

    def test_is_never_of_ones_own_work(self, planned):
        own = agreed(planned, at=NOON, based_on=planned.plan.content_id, author=planned.coordinator)

        with pytest.raises(PermissionDenied, match="your own work"):
            returned(planned, work=own)
        assert returned(planned, work=own, actor=planned.second).author == planned.coordinator

    def test_is_never_of_ones_own_work_under_another_hat(self, planned):
        hat = a_member(planned.lead, Role.CHAIR, account=planned.advocate.account, areas=[planned.area])

        with pytest.raises(PermissionDenied):
            returned(planned, actor=hat)

    def test_needs_reasons(self, planned):
        with pytest.raises(Refused):
            returned(planned, reasons="  ")
        assert not Supervision.objects.exists()

    def test_waits_for_the_answer_before_it_is_returned_anew(self, planned):
        returned(planned)

        with pytest.raises(Refused, match="already"):
            returned(planned, actor=planned.second)

    def test_is_of_finished_work_alone(self, planned):
        draft = planning.write_plan(
            case_id=planned.case.pk,
            sections={"leaving": "By the back door."},
            made_with="in_person",
            based_on=planned.plan.content_id,
            actor=planned.advocate,
            at=NOON,
        )

        with pytest.raises(NotVisible):
            returned(planned, work=draft)
        with pytest.raises(NotVisible):
            returned(planned, kind="anything")

    def test_says_that_who_did_it_is_gone(self, planned):
        planned.advocate.ends_on = (NOON - DAY).date()
        planned.advocate.save()

        with pytest.raises(Refused, match="no longer works"):
            returned(planned)


class TestTheClosing:
    @pytest.fixture
    def closed(self, planned):
        closing.close_case(
            case_id=planned.case.pk,
            reason="plan_completed",
            note="Done.",
            victim_view="declined",
            victim_words="",
            actor=planned.coordinator,
            at=NOON,
        )
        planned.end = Closure.objects.get()
        return planned

    def test_is_returned_though_the_case_is_closed_and_stays_closed(self, closed):
        row = returned(closed, kind="closure", work=closed.end, actor=closed.second)

        assert row.author == closed.coordinator
        assert not Case.objects.get(pk=closed.case.pk).is_open
        assert row.reasons.category == "conference.record"

    def test_is_found_on_the_day_of_who_closed_it(self, closed, client):
        returned(closed, kind="closure", work=closed.end, actor=closed.second)
        Task.objects.filter(kind=TaskKind.WORK_RETURNED).update(due_at=NOON)

        text = sign_in(client, closed.coordinator).get(reverse("cases:my-day")).content.decode()

        assert f'href="{reverse("cases:supervision", args=[closed.case.pk])}"' in text

    def test_takes_a_new_closing_or_reasons(self, closed):
        row = returned(closed, kind="closure", work=closed.end, actor=closed.second)

        with pytest.raises(Refused, match="no new version"):
            answered(closed, row, how="new_version", actor=closed.coordinator)
        assert answered(closed, row, actor=closed.coordinator).state == SupervisionState.ANSWERED

    def test_ends_no_return_that_still_waits(self, planned):
        row = returned(planned, actor=planned.second)
        closing.close_case(
            case_id=planned.case.pk,
            reason="plan_completed",
            note="Done.",
            victim_view="declined",
            victim_words="",
            actor=planned.coordinator,
            at=NOON,
        )

        assert Task.objects.get(pk=row.task_id).done_at is None


class TestAnswering:
    def test_with_reasons_ends_the_task_and_gives_one_to_who_returned_it(self, planned):
        row = answered(planned, returned(planned))

        first = Task.objects.get(kind=TaskKind.WORK_RETURNED)
        second = Task.objects.get(kind=TaskKind.WORK_ANSWERED)
        assert (first.outcome, first.done_by) == ("done", planned.advocate)
        assert (second.owner, second.done_at) == (planned.coordinator, None)
        assert (row.state, row.how) == ("answered", "stands")

    def test_with_a_new_version_asks_that_there_is_one(self, planned):
        row = returned(planned)
        with pytest.raises(Refused, match="no new version"):
            answered(planned, row, how="new_version", text="")

        agreed(planned, at=NOON + DAY, based_on=planned.plan.content_id)

        assert answered(planned, row, how="new_version", text="", at=NOON + DAY).answer is None

    def test_needs_reasons_to_stand_by_it(self, planned):
        with pytest.raises(Refused):
            answered(planned, returned(planned), text=" ")

    def test_is_for_who_did_it_alone(self, planned):
        row = returned(planned)

        with pytest.raises(PermissionDenied):
            answered(planned, row, actor=planned.second)
        with pytest.raises(NotVisible):
            answered(planned, row, actor=planned.officer)

    def test_is_under_the_hat_they_wore(self, planned):
        row = returned(planned)
        hat = a_member(planned.police_agency, account=planned.advocate.account)

        with pytest.raises(NotVisible):
            answered(planned, row, actor=hat)

    def test_comes_once(self, planned):
        row = answered(planned, returned(planned))

        with pytest.raises(TransitionRefused):
            answered(planned, row)


class TestSettling:
    def test_accepts_and_ends_what_waited(self, planned):
        row = settled(planned, answered(planned, returned(planned)))

        assert (row.state, row.settled_by) == ("accepted", planned.coordinator)
        assert not Task.objects.filter(
            kind__in=[TaskKind.WORK_RETURNED, TaskKind.WORK_ANSWERED], done_at=None
        ).exists()

    def test_returns_again_with_another_round_and_keeps_every_text(self, planned):
        row = answered(planned, returned(planned))

        again = settled(planned, row, supervising.return_again, reasons="And in winter?")

        row.refresh_from_db()
        assert (row.state, again.state, again.former) == ("again", "waiting", row)
        assert Entry.objects.filter(form__startswith="supervision", is_current=True).count() == 3
        assert Task.objects.get(kind=TaskKind.WORK_RETURNED, done_at=None).owner == planned.advocate

    def test_returning_again_without_reasons_ends_nothing(self, planned):
        row = answered(planned, returned(planned))

        with pytest.raises(Refused):
            settled(planned, row, supervising.return_again, reasons="")
        row.refresh_from_db()
        assert row.state == "answered"

    def test_takes_back_what_nobody_answered(self, planned):
        row = settled(planned, returned(planned), supervising.take_back, actor=planned.second)

        assert row.state == "taken_back"
        assert Task.objects.get(pk=row.task_id).outcome == "not_needed"

    def test_is_never_by_who_did_the_work(self, planned):
        own = agreed(planned, at=NOON, based_on=planned.plan.content_id, author=planned.coordinator)
        row = returned(planned, work=own, actor=planned.second)
        answered(planned, row, actor=planned.coordinator)

        for service, said in (
            (supervising.accept, {}),
            (supervising.return_again, {"reasons": WHY}),
        ):
            with pytest.raises(PermissionDenied):
                settled(planned, row, service, actor=planned.coordinator, **said)

    def test_is_for_who_supervises(self, planned):
        row = answered(planned, returned(planned))

        with pytest.raises(NotVisible):
            settled(planned, row, actor=planned.officer)

    @pytest.mark.parametrize("name", ["accept", "return_again"])
    @pytest.mark.parametrize("state", sorted(set(SupervisionState) - {SupervisionState.ANSWERED}))
    def test_starts_only_from_an_answer(self, name, state):
        with pytest.raises(TransitionRefused):
            SUPERVISION.next_state(name, state=state)


@pytest.mark.parametrize(
    "broken",
    [
        {"returned_by_account": "author_account"},
        {"how": "stands"},
        {"kind": "closure"},
        {"state": "accepted"},
    ],
)
def test_the_database_refuses_what_must_never_be(planned, broken):
    row = returned(planned)
    values = {name: getattr(row, value, value) for name, value in broken.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Supervision.objects.filter(pk=row.pk).update(**values)


class TestThePage:
    def test_shows_who_did_it_the_reasons_and_the_way_to_answer(self, planned, client):
        row = returned(planned)

        text = page(client, planned, planned.advocate).content.decode()

        assert WHY in text
        assert reverse("cases:supervision-answer", args=[planned.case.pk, row.pk]) in text
        assert "Accept the answer" not in text

    @pytest.mark.parametrize(
        ("language", "said"), [("en", "stands by the work"), ("fr", "maintient son travail")]
    )
    def test_shows_who_supervises_the_answer_in_their_language(self, planned, client, language, said):
        answered(planned, returned(planned))

        text = page(client, planned, planned.coordinator, language=language).content.decode()

        assert BECAUSE in text
        assert said in text

    @pytest.mark.parametrize("who", ["officer", "probation", "nurse"])
    def test_is_absent_for_partners_who_did_none_of_it(self, planned, client, who):
        returned(planned)

        assert page(client, planned, getattr(planned, who)).status_code == 404

    @pytest.mark.parametrize("who", ["officer", "probation", "nurse"])
    def test_tells_partners_nothing_on_the_page_of_the_case(self, planned, client, who):
        before = page(client, planned, getattr(planned, who), "case").content.decode()
        returned(planned)
        after = page(client, planned, getattr(planned, who), "case").content.decode()

        assert "Work returned" not in after
        assert WHY not in after
        assert after.count('class="action') == before.count('class="action')

    def test_offers_the_work_of_others_and_not_ones_own(self, planned, client):
        to_return = reverse("cases:supervision-new", args=[planned.case.pk, "plan", planned.plan.pk])

        assert to_return in finished(client, planned, planned.coordinator)
        own = agreed(planned, at=NOON, based_on=planned.plan.content_id, author=planned.coordinator)
        assert str(own.pk) not in finished(client, planned, planned.coordinator)

    def test_lists_finished_work_without_opening_any_in_twelve_queries_at_most(self, planned, client):
        sign_in(client, planned.coordinator)
        address = reverse("cases:supervision", args=[planned.case.pk]) + "?list=finished"
        opened = Line.objects.filter(body__contains='"sharing.opened"').count()

        asked = queries_of(client, address)

        assert len(asked) <= MOST_QUERIES
        assert Line.objects.filter(body__contains='"sharing.opened"').count() == opened

    def test_keeps_the_list_of_finished_work_from_who_does_not_supervise(self, planned, client):
        returned(planned)
        address = reverse("cases:supervision", args=[planned.case.pk]) + "?list=finished"

        assert sign_in(client, planned.advocate).get(address).status_code == 404

    def test_says_when_there_is_nothing(self, world, client):
        world.case = world.active()

        text = page(client, world, world.coordinator).content.decode()

        assert "No work of this case was returned." in text

    def test_walks_from_the_return_to_the_acceptance(self, planned, client):
        sign_in(client, planned.coordinator)
        new = reverse("cases:supervision-new", args=[planned.case.pk, "plan", planned.plan.pk])
        assert post(client, new).status_code == 422
        assert post(client, new, {"reasons": WHY}).status_code == 302
        row = Supervision.objects.get()

        sign_in(client, planned.advocate)
        to_answer = reverse("cases:supervision-answer", args=[planned.case.pk, row.pk])
        assert post(client, to_answer, {"how": "new_version"}).status_code == 422
        assert post(client, to_answer, {"how": "stands", "text": BECAUSE}).status_code == 302

        sign_in(client, planned.coordinator)
        settle = reverse("cases:supervision-settle", args=[planned.case.pk, row.pk])
        assert post(client, settle, {"do": "accept"}).status_code == 302
        row.refresh_from_db()
        assert row.state == "accepted"


def test_my_day_leads_who_did_the_work_to_the_page(planned, client):
    returned(planned)
    Task.objects.filter(kind=TaskKind.WORK_RETURNED).update(due_at=NOON)

    text = sign_in(client, planned.advocate).get(reverse("cases:my-day")).content.decode()

    assert f'href="{reverse("cases:supervision", args=[planned.case.pk])}"' in text


def test_the_programmes_list_shows_where_it_stands_and_no_words(planned, client):
    returned(planned)

    text = sign_in(client, planned.second).get(reverse("cases:quality-returned")).content.decode()
    elsewhere = sign_in(client, World("edm").coordinator).get(reverse("cases:quality-returned"))

    assert planned.case.reference in text
    assert WHY not in text
    assert planned.case.reference not in elsewhere.content.decode()
    assert sign_in(client, planned.advocate).get(reverse("cases:quality-returned")).status_code == 404


class TestAnAssessment:
    @pytest.fixture
    def assessed(self, planned):
        admin = a_member(planned.lead, Role.ADMINISTRATOR)
        assessments.record_right(instrument="ODARA", note="Fictional right.", actor=admin, at=NOON)
        planned.sheet = self.scored(planned, at=NOON - DAY)
        return planned

    def scored(self, world, **more):
        return assessments.record_assessment(
            file=subject_file(world.case),
            case_id=world.case.pk,
            instrument="ODARA",
            answers={str(n): "no" for n in range(1, 14)},
            actor=world.officer,
            **more,
        )

    def test_goes_to_the_partner_who_scored_it_and_who_reads_why(self, assessed, client):
        row = returned(assessed, kind="assessment", work=assessed.sheet)

        text = page(client, assessed, assessed.officer).content.decode()

        assert row.author == assessed.officer
        assert row.reasons.holder_id == assessed.police_agency.pk
        assert WHY in text
        assert "Assessment: ODARA" in text
        assert "Finished work" not in text

    def test_is_corrected_by_a_new_one(self, assessed):
        row = returned(assessed, kind="assessment", work=assessed.sheet)
        self.scored(assessed, at=NOON + DAY, replaces=assessed.sheet.pk)

        made = answered(assessed, row, how="new_version", text="", actor=assessed.officer, at=NOON + DAY)

        assert made.state == "answered"

    def test_that_was_replaced_is_returned_no_more(self, assessed):
        self.scored(assessed, at=NOON, replaces=assessed.sheet.pk)

        with pytest.raises(NotVisible):
            returned(assessed, kind="assessment", work=assessed.sheet)

    def test_keeps_its_words_from_another_partner(self, assessed, client):
        returned(assessed, kind="assessment", work=assessed.sheet)

        for member in (assessed.nurse, assessed.probation):
            assert page(client, assessed, member).status_code == 404
            assert WHY not in page(client, assessed, member, "case").content.decode()
