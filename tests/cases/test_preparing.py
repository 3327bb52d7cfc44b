"""Before and after a conference: parts asked for and written beforehand, room for those that wait, actions followed."""

from datetime import timedelta

import pytest
import yaml
from django.urls import reverse

from egide.cases import intake
from egide.cases.models import Attendance, Case, Contribution, Entry, Task
from egide.cases.queries import capacity, following
from egide.cases.rules import protocol_file
from egide.cases.rules.protocol import ProtocolError
from egide.cases.services import closing, conferring, deadlines, enrolling, linking, progressing
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.partners.models import Notice, NoticeKind
from egide.sharing import services as sharing
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_journey import conference
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import going_on
from tests.conftest import NOON
from tests.factories import DAY, World, a_member

pytestmark = pytest.mark.django_db
WORDS = "Two calls since the last time."


def sitting_on(world, *, at, cases=(), kind="regular"):
    made = conferring.call_conference(
        programme_id=world.programme.pk,
        starts_at=at,
        kind=kind,
        seats=[(world.chair, "chair"), (world.coordinator, "coordinator"), (world.advocate, "advocate")],
        actor=world.coordinator,
        at=NOON,
    )
    for case in cases:
        conferring.put_on_agenda(conference_id=made.pk, case_id=case.pk, actor=world.coordinator, at=NOON)
    return made


def asked_of(case):
    rows = Task.objects.filter(case=case, kind="part", done_at=None)
    return set(rows.values_list("agency", flat=True))


@pytest.fixture
def there(world):
    world.case = world.active()
    world.sitting, world.item = conference(world, world.case)
    return world


class TestAPartWrittenBeforehand:
    def test_is_written_from_the_case_by_who_works_on_it_though_not_invited(self, there, client):
        colleague = a_member(there.police_agency)
        here = reverse("cases:conference-part", args=[there.case.pk])
        sign_in(client, colleague)
        assert here in client.get(there.case.get_absolute_url()).content.decode()
        assert len(queries_of(client, here)) <= MOST_QUERIES

        assert post(client, here, {"kind": "fact", "text": WORDS}).status_code == 302

        page = client.get(here).content.decode()
        assert WORDS in page
        assert reverse("cases:conference-item", args=[there.sitting.pk, there.item.pk]) not in page
        made = Contribution.objects.get()
        assert (made.agency, made.entry.holder) == (there.police_agency, there.police_agency)
        sign_in(client, there.officer)
        shown = client.get(reverse("cases:conference-item", args=[there.sitting.pk, there.item.pk]))
        assert WORDS in shown.content.decode()

    def test_is_corrected_by_its_own_agency_alone_and_keeps_its_history(self, there):
        asked = {"item_id": there.item.pk, "kind": "fact", "at": NOON}
        first = conferring.contribute(text=WORDS, actor=there.officer, **asked)
        former = first.entry_id
        with pytest.raises(NotVisible):
            conferring.contribute(text="x", actor=there.nurse, replaces_id=first.pk, **asked)

        made = conferring.contribute(text="Three calls.", actor=there.officer, replaces_id=first.pk, **asked)

        assert made.pk == first.pk
        assert Contribution.objects.get().entry.replaces_id == former
        assert not Entry.objects.get(pk=former).is_current

    def test_is_not_for_who_works_with_the_other_person_and_was_not_invited(self, there, client):
        here = reverse("cases:conference-part", args=[there.case.pk])
        sign_in(client, there.probation)
        page = client.get(here).content.decode()
        assert "no conference to come" in page
        assert "24 November" not in page
        with pytest.raises(NotVisible):
            conferring.contribute(
                item_id=there.item.pk, text=WORDS, kind="fact", actor=there.probation, at=NOON
            )
        Attendance.objects.create(
            conference=there.sitting,
            membership=there.probation,
            account=there.probation.account,
            seat="team_member",
        )
        assert post(client, here, {"kind": "fact", "text": WORDS}).status_code == 302

    def test_is_refused_to_who_is_kept_out_or_let_go(self, there, client):
        here = reverse("cases:conference-part", args=[there.case.pk])
        sharing.recuse(
            case_id=there.case.pk,
            membership=there.nurse,
            reason_code="party",
            actor=there.coordinator,
            at=NOON,
        )
        for reader in (there.nurse, there.referrer):
            sign_in(client, reader)
            assert client.get(here).status_code == 404
            with pytest.raises(NotVisible):
                conferring.contribute(item_id=there.item.pk, text="x", kind="fact", actor=reader, at=NOON)


class TestAsking:
    def test_makes_a_task_and_a_neutral_mail_for_agencies_that_brought_nothing_once(self, there):
        conferring.contribute(item_id=there.item.pk, text=WORDS, kind="fact", actor=there.officer, at=NOON)
        Notice.objects.all().delete()

        assert conferring.ask_for_parts(at=NOON) == 1
        assert conferring.ask_for_parts(at=NOON) == 0

        # Probation works with the other person alone, and has no seat: nothing tells it of a conference.
        assert asked_of(there.case) == {there.health_agency.pk, there.school_agency.pk}
        task = Task.objects.filter(case=there.case, kind="part").first()
        assert task.due_at == there.sitting.starts_at
        told = Notice.objects.values_list("account_id", "kind")
        assert list(told) == [(there.nurse.account_id, NoticeKind.CONFERENCE)]

    def test_ends_with_the_part_or_with_saying_there_is_none(self, there):
        conferring.ask_for_parts(at=NOON)
        conferring.contribute(item_id=there.item.pk, text=WORDS, kind="fact", actor=there.nurse, at=NOON)
        assert there.health_agency.pk not in asked_of(there.case)
        left = Task.objects.get(case=there.case, kind="part", agency=there.school_agency)
        progressing.finish_task(
            task_id=left.pk, outcome="not_needed", words="Nothing held.", actor=there.teacher, at=NOON
        )
        assert there.school_agency.pk not in asked_of(there.case)

    def test_shows_to_the_agency_that_owes_it_and_the_programme_alone(self, there, client):
        conferring.ask_for_parts(at=NOON)
        said = "What an agency brings to the conference"
        for reader, lines in ((there.coordinator, 3), (there.nurse, 1), (there.probation, 0)):
            page = sign_in(client, reader).get(there.case.get_absolute_url()).content.decode()
            assert page.count(f'action__text">{said}') == lines, reader

    @pytest.mark.parametrize(("days", "is_asked"), [(2, True), (4, False)])
    def test_waits_for_the_delay_of_the_protocol(self, world, days, is_asked):
        case = world.active()
        sitting_on(world, at=NOON + days * DAY, cases=[case])
        assert conferring.ask_for_parts(at=NOON) == int(is_asked)
        assert bool(asked_of(case)) is is_asked


class TestRoom:
    def test_counts_what_waits_and_spreads_it_nearest_date_first(self, world, client):
        world.programme.capacity = 2
        world.programme.save()
        cases = [world.active(given=f"Anne{n}", family="Roy") for n in range(4)]
        Task.objects.filter(case=cases[3], kind="conference").update(due_at=NOON + DAY)
        first = sitting_on(world, at=NOON + 2 * DAY, cases=cases[:1])
        second = sitting_on(world, at=NOON + 9 * DAY)

        [room] = capacity.rooms(actor=world.coordinator, at=NOON)
        assert (room.waiting, room.left) == (3, 0)
        assert [(one.taken, one.holds, one.takes) for one in room.sittings] == [(1, 2, 1), (0, 2, 2)]
        sign_in(client, world.coordinator)
        page = reverse("cases:conferences")
        assert "3 cases wait for a conference" in client.get(page).content.decode()
        assert len(queries_of(client, page)) <= MOST_QUERIES

        assert post(client, reverse("cases:conference-spread", args=[world.programme.pk])).status_code == 302

        assert set(first.items.values_list("case", flat=True)) == {cases[0].pk, cases[3].pk}
        assert second.items.count() == 2
        assert capacity.rooms(actor=world.coordinator, at=NOON)[0].waiting == 0

    def test_warns_when_an_agenda_is_too_full_and_when_some_would_still_wait(self, world, client):
        world.programme.capacity = 1
        world.programme.save()
        cases = [world.active(given=f"Anne{n}", family="Roy") for n in range(3)]
        full = sitting_on(world, at=NOON + 2 * DAY, cases=cases[:2])
        sign_in(client, world.coordinator)
        assert "too full" in client.get(reverse("cases:conference", args=[full.pk])).content.decode()
        page = client.get(reverse("cases:conferences")).content.decode()
        assert "too full" in page
        assert "1 case would still wait" in page
        for other in (world.officer, world.advocate):
            page = sign_in(client, other).get(reverse("cases:conferences")).content.decode()
            assert "would still wait" not in page
        with pytest.raises(PermissionDenied):
            conferring.spread(programme_id=world.programme.pk, actor=world.officer, at=NOON)

    def test_counts_only_what_its_reader_may_see(self, world):
        case = world.active()
        sitting_on(world, at=NOON + 2 * DAY)
        sharing.recuse(
            case_id=case.pk, membership=world.second, reason_code="party", actor=world.coordinator, at=NOON
        )
        assert capacity.rooms(actor=world.coordinator, at=NOON)[0].waiting == 1
        assert capacity.rooms(actor=world.second, at=NOON)[0].waiting == 0

    @pytest.mark.parametrize("number", [0, -1, "16", True])
    def test_of_a_protocol_is_a_number_above_zero(self, number):
        data = yaml.safe_load((protocol_file.FOLDERS[0] / "ccr.yaml").read_text())
        with pytest.raises(ProtocolError, match="capacity"):
            protocol_file.parse({**data, "capacity": number})


class TestActions:
    @pytest.fixture
    def agreed(self, there):
        there.everyone = list(there.sitting.attendances.values_list("pk", flat=True))
        conferring.record_attendance(
            conference_id=there.sitting.pk, present=there.everyone, actor=there.coordinator, at=NOON
        )
        conferring.open_conference(conference_id=there.sitting.pk, actor=there.coordinator, at=NOON)
        there.decisions = [
            conferring.decide(
                item_id=there.item.pk,
                text=text,
                action_agency_id=agency.pk,
                action_due_at=NOON + days * DAY,
                action_side=side,
                actor=there.coordinator,
                at=NOON,
            )
            for text, agency, days, side in (
                ("Zpatrol.", there.police_agency, 5, "both"),
                ("Zlocks.", there.lead, 1, "victim"),
                ("Zreport.", there.probation_agency, 3, "management"),
            )
        ]
        return there

    def test_are_followed_late_ones_first_and_those_ended_last(self, agreed, client):
        progressing.finish_task(
            task_id=agreed.decisions[2].task_id, outcome="done", actor=agreed.probation, at=NOON
        )
        found = following.actions(conference=agreed.sitting, actor=agreed.coordinator, at=NOON + 2 * DAY)
        assert [(one.text, one.state) for one in found] == [
            ("Zlocks.", "late"), ("Zpatrol.", "todo"), ("Zreport.", "done"),
        ]  # fmt: skip
        sign_in(client, agreed.coordinator)
        page = reverse("cases:conference-actions", args=[agreed.sitting.pk])
        assert "1 of 3 done" in client.get(page).content.decode()
        assert len(queries_of(client, page)) <= MOST_QUERIES

    def say(self, agreed, number, outcome, words, member):
        task_id = agreed.decisions[number].task_id
        if outcome == "blocked":
            return progressing.block_task(task_id=task_id, words=words, actor=member, at=NOON)
        return progressing.finish_task(task_id=task_id, outcome=outcome, words=words, actor=member, at=NOON)

    def test_show_what_was_said_of_them_to_who_may_read_it(self, agreed, client):
        self.say(agreed, 0, "blocked", "Zno car.", agreed.officer)
        self.say(agreed, 1, "done", "Zinvoice.", agreed.coordinator)
        self.say(agreed, 2, "not_done", "Zmoved.", agreed.coordinator)
        sign_in(client, agreed.coordinator)

        page = client.get(reverse("cases:conference-actions", args=[agreed.sitting.pk])).content.decode()

        assert "1 of 3 done" in page, "what was not done is not counted as done"
        for label, words in (
            ("What stands in the way:", "Zno car."), ("What shows it:", "Zinvoice."), ("Why it ended:", "Zmoved."),
        ):  # fmt: skip
            assert f"<b>{label}</b> {words}" in page
        assert "cannot go on for now" in page

    def test_keep_what_was_said_for_the_victim_from_the_other_side(self, agreed, client):
        Attendance.objects.create(
            conference=agreed.sitting,
            membership=agreed.probation,
            account=agreed.probation.account,
            seat="team_member",
        )
        self.say(agreed, 1, "done", "Zinvoice.", agreed.coordinator)
        sign_in(client, agreed.probation)

        page = client.get(reverse("cases:conference-actions", args=[agreed.sitting.pk])).content.decode()

        assert "Zinvoice." not in page
        assert "What shows it:" not in page

    def test_that_are_late_rise_to_who_leads_the_case(self, agreed):
        deadlines.raise_late(at=NOON + 6 * DAY)
        task = Task.objects.get(pk=agreed.decisions[0].task_id)
        assert task.raised_at is not None
        assert task.rises_to == agreed.coordinator

    def test_of_the_victim_s_side_are_in_no_page_of_the_other(self, agreed, client):
        Attendance.objects.create(
            conference=agreed.sitting,
            membership=agreed.probation,
            account=agreed.probation.account,
            seat="team_member",
        )
        sign_in(client, agreed.probation)
        page = client.get(reverse("cases:conference-actions", args=[agreed.sitting.pk])).content.decode()
        assert "Zlocks." not in page
        assert "A decision whose words are not for you" not in page
        assert agreed.lead.short_name not in page.split("<main")[1]

    def test_of_a_case_one_is_kept_out_of_are_not_there(self, agreed, client):
        sharing.recuse(
            case_id=agreed.case.pk,
            membership=agreed.nurse,
            reason_code="party",
            actor=agreed.coordinator,
            at=NOON,
        )
        sign_in(client, agreed.nurse)
        page = client.get(reverse("cases:conference-actions", args=[agreed.sitting.pk])).content.decode()
        assert agreed.case.reference not in page
        sign_in(client, agreed.teacher)
        assert client.get(reverse("cases:conference-actions", args=[agreed.sitting.pk])).status_code == 404


class TestARepeat:
    def ended(self, world, *, at=NOON, **people):
        case = world.active(**people)
        closing.close_case(
            case_id=case.pk, reason="plan_completed", note="x", victim_view="declined", victim_words="",
            actor=world.coordinator, at=at,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(received_at=NOON - 400 * DAY)
        return case

    @pytest.mark.parametrize(
        ("months_ago", "is_one"), [(timedelta(days=364), True), (timedelta(days=367), False)]
    )
    def test_is_told_to_the_coordinator_within_the_months_of_the_protocol(
        self, world, client, months_ago, is_one
    ):
        former = self.ended(world, given="Zoélie", family="Arsenault")
        Case.objects.filter(pk=former.pk).update(closed_at=NOON - months_ago)
        again = world.referral(given="Zoélie", family="Arsenault").case
        sign_in(client, world.coordinator)
        here = reverse("cases:repeats", args=[again.pk])
        page = client.get(here).content.decode()
        assert ("It is a repeat" in page) is is_one
        assert (former.reference in page) is is_one
        assert len(queries_of(client, here)) <= MOST_QUERIES
        if not is_one:
            return
        assert not Case.objects.get(pk=again.pk).is_repeat, "nobody has decided"

        link = reverse("cases:link", args=[again.pk])
        assert post(client, link, {"other": str(former.pk), "kind": "repeat"}).status_code == 302

        assert Case.objects.get(pk=again.pk).is_repeat
        assert "It is a repeat" not in client.get(here).content.decode()

    def test_is_not_told_of_what_one_may_not_see_nor_of_another_person(self, world, client):
        former = self.ended(world, given="Zoélie", family="Arsenault")
        # The same person of concern, another victim: not a repeat of hers.
        other = world.referral(given="Rose", family="Comeau").case
        again = world.referral(given="Zoélie", family="Arsenault").case
        sharing.recuse(
            case_id=former.pk, membership=world.second, reason_code="party", actor=world.coordinator, at=NOON
        )
        for reader, case in ((world.coordinator, other), (world.second, again)):
            sign_in(client, reader)
            page = client.get(reverse("cases:repeats", args=[case.pk])).content.decode()
            assert "It is a repeat" not in page
            assert former.reference not in page
        for reader in (world.officer, world.advocate):
            sign_in(client, reader)
            assert client.get(reverse("cases:repeats", args=[again.pk])).status_code in (403, 404)

    def test_shows_as_one_in_the_lists_of_the_programme_alone(self, world, client):
        former = self.ended(world, given="Zoélie", family="Arsenault")
        again = world.active(given="Zoélie", family="Arsenault")
        linking.link_cases(
            case_id=again.pk, other_id=former.pk, kind="repeat", actor=world.coordinator, at=NOON
        )
        for reader, shows in ((world.coordinator, True), (world.officer, False), (world.probation, False)):
            page = sign_in(client, reader).get(reverse("cases:caseload")).content.decode()
            assert again.reference in page
            assert (">again<" in page) is shows, reader


class TestThePersonIsHeard:
    """No decision without an advocate in the room or the person's recorded wishes, where the protocol says so."""

    @pytest.mark.parametrize("protocol", ["ccr", "btam", "bias", "reentry"])
    def test_or_nothing_is_decided(self, db, protocol):
        world = World("hrd", protocol=protocol)
        case = world.active() if protocol == "ccr" else going_on_any(world, protocol)
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
        conferring.open_conference(conference_id=sitting.pk, actor=world.coordinator, at=NOON)
        present = sitting.attendances.exclude(seat="advocate").values_list("pk", flat=True)
        conferring.record_attendance(
            conference_id=sitting.pk, present=list(present), actor=world.coordinator, at=NOON
        )
        asked = {"item_id": item.pk, "text": "Zagreed.", "actor": world.coordinator, "at": NOON}
        hears = world.programme.protocol.hears_the_person
        assert hears is (protocol != "btam")
        needs_advocate = any("advocate" in seat.roles for seat in world.programme.protocol.quorum)
        if not hears:
            assert conferring.decide(**asked)
            return
        with pytest.raises(Refused, match="No decision without"):
            conferring.decide(**asked)
        conferring.record_wishes(item_id=item.pk, words="To stay.", actor=world.advocate, at=NOON)
        if needs_advocate:
            with pytest.raises(Refused, match="not quorate"):
                conferring.decide(**asked)
        else:
            assert conferring.decide(**asked)


def going_on_any(world, protocol):
    """An active case of another programme than the coordinated response, by its own form and consent."""
    if protocol == "btam":
        return going_on(world)
    person = intake.Person("Sam", "Arseneau", language="fr")
    content = {
        "bias": lambda: intake.BiasContent(person=person, incident="A symbol on the door."),
        "reentry": lambda: intake.ReturnContent(person=person, goals="To work again."),
    }[protocol]()
    case = going_on(world, content=content)
    enrolling.enrol(case_id=case.pk, consent=world.consent(), actor=world.advocate, at=NOON)
    return Case.objects.get(pk=case.pk)
