"""Ways a case could fail the people in it, each found once and kept shut."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from egide.cases.models import File, Task
from egide.cases.queries import casefile, day, foreseeing
from egide.cases.services import closing, conferring, consenting, deadlines, enrolling, levels, linking, tasks
from egide.common import idempotency
from egide.common.errors import Refused
from egide.common.ids import new_id
from egide.common.text import localized
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.rules.categories import CATEGORIES
from tests.conftest import NOON
from tests.factories import DAY

HOUR = timedelta(hours=1)


@pytest.fixture
def w(world, noon):
    return world


def close(w, case):
    closing.close_case(
        case_id=case.pk, reason="plan_completed", note="Done.", victim_view="given", victim_words="Safe now.",
        actor=w.coordinator, at=NOON,
    )  # fmt: skip


def a_sitting(w, case, *people):
    seats = [(one, str(one.role)) for one in (w.chair, w.coordinator, w.advocate, *people)]
    made = conferring.call_conference(
        programme_id=w.programme.pk,
        starts_at=NOON + HOUR,
        kind="regular",
        seats=seats,
        actor=w.coordinator,
        at=NOON,
    )
    item = conferring.put_on_agenda(conference_id=made.pk, case_id=case.pk, actor=w.coordinator, at=NOON)
    conferring.open_conference(conference_id=made.pk, actor=w.coordinator, at=NOON + HOUR)
    conferring.record_attendance(
        conference_id=made.pk,
        present=[a.pk for a in made.attendances.all()],
        actor=w.coordinator,
        at=NOON + HOUR,
    )
    return made, item


def in_day(member, case, at):
    found = day.my_day(actor=Membership.objects.select_related("agency").get(pk=member.pk), at=at)
    return [t for t in found.late + found.today + found.soon + found.waiting if t.case.pk == case.pk]


class TestLevels:
    def test_an_old_proposal_never_undoes_a_raise(self, w):
        case = w.active()
        levels.set_level(case_id=case.pk, level="high", reasons="x", actor=w.coordinator, at=NOON)
        lower = levels.set_level(case_id=case.pk, level="lower", reasons="x", actor=w.coordinator, at=NOON)
        levels.set_level(
            case_id=case.pk, level="extreme", reasons="He bought a gun.", actor=w.advocate, at=NOON
        )

        with pytest.raises(Refused):
            levels.answer_level(decision_id=lower.pk, is_confirmed=True, actor=w.second, at=NOON)
        case.refresh_from_db()
        assert case.level == "extreme"
        assert not Task.objects.filter(case=case, kind="level_confirmation", done_at=None).exists()

    def test_one_proposal_at_a_time_and_it_keeps_its_date(self, w):
        case = w.active()
        levels.set_level(case_id=case.pk, level="extreme", reasons="x", actor=w.coordinator, at=NOON)
        first = levels.set_level(case_id=case.pk, level="high", reasons="x", actor=w.coordinator, at=NOON)
        with pytest.raises(Refused):
            levels.set_level(case_id=case.pk, level="lower", reasons="x", actor=w.advocate, at=NOON)
        levels.answer_level(decision_id=first.pk, is_confirmed=False, actor=w.second, at=NOON)

        assert levels.set_level(case_id=case.pk, level="lower", reasons="x", actor=w.advocate, at=NOON)
        assert Task.objects.filter(case=case, kind="level_confirmation", done_at=None).count() == 1

    def test_raising_again_leaves_no_proposal_behind(self, w):
        case = w.active()
        for level in ("raised", "high", "extreme"):
            levels.set_level(case_id=case.pk, level=level, reasons="x", actor=w.coordinator, at=NOON)

        assert levels.open_proposals(case) == []


class TestConsentAndClosure:
    def test_a_consent_ends_with_the_case_and_never_widens_the_next(self, w):
        case = w.active()
        close(w, case)
        closing.reopen_case(case_id=case.pk, reasons="She called.", actor=w.coordinator, at=NOON)
        enrolling.decide_eligibility(
            case_id=case.pk,
            is_eligible=True,
            doors=["judgement"],
            reasons="Again.",
            actor=w.coordinator,
            at=NOON + HOUR,
        )
        narrow = {**w.consent(agencies=[w.police_agency]), "categories": ["identity.core"]}
        enrolling.enrol(case_id=case.pk, consent=narrow, actor=w.advocate, at=NOON)

        file = File.objects.get(case=case, role="victim")
        view = sharing.open_file(actor=w.officer, file=file, purpose="case_management", at=NOON)
        assert {item.category for item in view.items} == {"identity.core"}

    def test_a_closed_case_takes_no_work(self, w):
        case = w.active()
        _made, item = a_sitting(w, case, w.officer, w.nurse)
        close(w, case)

        works = (
            lambda: tasks.record_review(case_id=case.pk, text="t", actor=w.coordinator, at=NOON),
            lambda: tasks.add_task(
                case_id=case.pk, text="t", side="both", agency_id=w.lead.pk, due_at=NOON + DAY, actor=w.coordinator, at=NOON
            ),
            lambda: conferring.decide(item_id=item.pk, text="t", actor=w.coordinator, at=NOON + HOUR),
            lambda: conferring.record_wishes(item_id=item.pk, words="t", actor=w.advocate, at=NOON),
        )  # fmt: skip
        for work in works:
            with pytest.raises(Refused):
                work()
        # What agencies still owe alone is waited for.
        left = Task.objects.filter(case=case, done_at=None).order_by("pk").values_list("kind", flat=True)
        assert list(left) == ["acknowledgements"]

    def test_wishes_are_final_with_the_minutes(self, w):
        case = w.active()
        made, item = a_sitting(w, case)
        conferring.lock_minutes(conference_id=made.pk, actor=w.coordinator, at=NOON + 2 * HOUR)

        with pytest.raises(Refused):
            conferring.record_wishes(
                item_id=item.pk, words="Other words.", actor=w.advocate, at=NOON + 9 * DAY
            )


class TestNobodyIsForgotten:
    def test_a_recused_leads_tasks_come_back_to_the_agency(self, w):
        case = w.active()
        sharing.recuse(
            case_id=case.pk, membership=w.coordinator, reason_code="declared", actor=w.coordinator, at=NOON
        )
        deadlines.raise_late(at=NOON + 5 * DAY)

        assert in_day(w.second, case, NOON + 5 * DAY)
        assert not in_day(w.coordinator, case, NOON + 5 * DAY)
        case.refresh_from_db()
        assert case.lead is None

    def test_so_do_those_of_somebody_who_left(self, w):
        case = w.active()
        Membership.objects.filter(pk=w.coordinator.pk).update(ends_on=NOON.date() - DAY)
        deadlines.raise_late(at=NOON + 5 * DAY)

        assert in_day(w.second, case, NOON + 5 * DAY)

    def test_whoever_stays_keeps_theirs(self, w):
        case = w.active()
        deadlines.raise_late(at=NOON + 5 * DAY)

        assert in_day(w.coordinator, case, NOON + 5 * DAY)
        case.refresh_from_db()
        assert case.lead == w.coordinator

    def test_declaring_a_conflict_gives_them_back_at_once(self, w, client):
        case = w.active()
        client.force_login(w.coordinator.account)
        client.post(reverse("cases:recuse", args=[case.pk]), {idempotency.FIELD: str(new_id())})

        assert in_day(w.second, case, NOON)

    def test_what_serves_the_victim_is_never_given_to_the_other_side(self, w):
        case = w.active()
        with pytest.raises(Refused):
            tasks.add_task(
                case_id=case.pk, text="Drive by her house.", side="victim", agency_id=w.probation_agency.pk,
                due_at=NOON + DAY, actor=w.coordinator, at=NOON,
            )  # fmt: skip
        _made, item = a_sitting(w, case, w.officer, w.nurse)
        with pytest.raises(Refused):
            conferring.decide(
                item_id=item.pk, text="x", actor=w.coordinator, at=NOON + HOUR, action_agency_id=w.probation_agency.pk,
                action_due_at=NOON + DAY, action_side="victim",
            )  # fmt: skip


def shape(answer):
    """The page less what changes by itself: tokens."""
    import re

    return re.sub(r"[A-Za-z0-9_-]{20,}", "", answer.content.decode())


class TestTheOtherSide:
    def test_a_decision_for_the_victim_changes_nothing_they_see(self, w, client):
        case = w.active()
        made, item = a_sitting(w, case, w.officer, w.nurse, w.probation)
        client.force_login(w.probation.account)
        page = reverse("cases:conference-item", args=[made.pk, item.pk])
        before = shape(client.get(page))
        conferring.record_wishes(
            item_id=item.pk, words="Not my mother's house.", actor=w.advocate, at=NOON + HOUR
        )
        conferring.decide(
            item_id=item.pk, text="Move her to the shelter.", actor=w.coordinator, at=NOON + HOUR,
            action_agency_id=w.health_agency.pk, action_due_at=NOON + DAY, action_side="victim",
        )  # fmt: skip

        assert shape(client.get(page)) == before
        assert str(w.health_agency) not in before

    def test_neither_her_advocate_nor_the_shelter_is_named(self, w, client):
        made, _item = a_sitting(w, w.active(), w.officer, w.nurse, w.probation)
        client.force_login(w.probation.account)
        text = client.get(reverse("cases:conference", args=[made.pk])).content.decode()

        assert w.advocate.person_name not in text
        assert w.probation.person_name in text

    def test_a_case_has_one_name_there(self, w, client):
        made, item = a_sitting(w, w.active(), w.officer, w.nurse, w.probation)
        client.force_login(w.probation.account)
        text = client.get(reverse("cases:conference-item", args=[made.pk, item.pk])).content.decode()

        assert "Thériault" not in text


def test_a_link_to_a_case_one_is_kept_out_of_is_not_there(w, client):
    one, other = w.referral().case, w.referral().case
    linking.link_cases(case_id=one.pk, other_id=other.pk, kind="related", actor=w.second, at=NOON)
    client.force_login(w.coordinator.account)
    page = reverse("cases:same-people", args=[one.pk])
    assert other.reference in client.get(page).content.decode()
    sharing.recuse(
        case_id=other.pk, membership=w.coordinator, reason_code="declared", actor=w.second, at=NOON
    )

    assert other.reference not in client.get(page).content.decode()


def test_withheld_wishes_are_not_said_to_be_missing(w, client):
    case = w.active()
    made, item = a_sitting(w, case, w.officer, w.nurse)
    conferring.record_wishes(item_id=item.pk, words="Stay.", actor=w.advocate, at=NOON)
    narrow = {**w.consent(), "categories": ["identity.core"]}
    consenting.renew_consent(case_id=case.pk, consent=narrow, actor=w.advocate, at=NOON)
    client.force_login(w.nurse.account)
    text = client.get(reverse("cases:conference-item", args=[made.pk, item.pk])).content.decode()

    assert "Their words are not for your agency" in text
    assert "nothing is decided" not in text


def test_what_will_they_see_names_what_only_a_task_says(w):
    case = w.active()
    tasks.add_task(
        case_id=case.pk, text="Check the conditions.", side="management", agency_id=w.police_agency.pk,
        due_at=NOON + DAY, actor=w.coordinator, at=NOON,
    )  # fmt: skip
    told = {
        line.category
        for one in foreseeing.Foresight(case=case, actor=w.coordinator, at=NOON).of(w.officer)
        for line in one.lines or []
    }
    served = casefile.open_case(case_id=case.pk, actor=w.officer, at=NOON).view.classes

    assert {localized(CATEGORIES[one.category], "title") for one in served} <= told


class TestHostileInput:
    @pytest.mark.parametrize("before", ["²", "9" * 40, "-1", "1e3", "٣", " 1"])
    def test_a_place_in_a_trace(self, w, client, before):
        case = w.active()
        client.force_login(w.coordinator.account)

        for page in (reverse("cases:trace", args=[case.pk]), reverse("partners:my-access")):
            assert client.get(page, {"before": before}).status_code == 200

    @pytest.mark.parametrize("present", ["x" * 36, "", "²" * 36])
    def test_who_is_there(self, w, client, present):
        made, _item = a_sitting(w, w.active())
        client.force_login(w.coordinator.account)
        answer = client.post(
            reverse("cases:conference-run", args=[made.pk]),
            {"do": "attendance", "present": present, idempotency.FIELD: str(new_id())},
        )
        assert answer.status_code < 500

    @pytest.mark.parametrize(
        "due", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-01-01", "now", 7]
    )
    def test_a_place_in_a_list(self, w, client, due):
        client.force_login(w.coordinator.account)
        place = base64.urlsafe_b64encode(json.dumps([due, str(uuid4()), 0]).encode()).decode().rstrip("=")

        assert client.get(reverse("cases:caseload"), {"from": place}).status_code == 200
