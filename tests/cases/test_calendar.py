"""One's own calendar is told that something is due, and nothing else; its address is a secret that can be ended."""

import logging
import re
from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import IntegrityError
from django.urls import reverse

from egide.cases.models import AgendaItem, CalendarFeed, Conference, Task
from egide.cases.models.conference import Attendance
from egide.cases.queries import calendar as queries
from egide.cases.rules import icalendar
from egide.cases.services import calendar, tasks
from egide.common.errors import NotVisible, PermissionDenied
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role
from egide.partners.services import people
from egide.sharing import services as sharing
from egide.vault import blind
from tests.cases.test_cost import MOST_QUERIES, queries_of
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, a_member

WORDS = "Go past the house."


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("egide.common.clock.now", lambda: NOON)


def a_task(world, case, *, due_at=NOON + 3 * DAY, agency=None, side="both"):
    return tasks.add_task(
        case_id=case.pk,
        text=WORDS,
        side=side,
        agency_id=(agency or world.police_agency).pk,
        due_at=due_at,
        actor=world.coordinator,
        at=NOON,
    )


def a_sitting(world, member, *cases, at=NOON + 2 * DAY):
    sitting = Conference.objects.create(
        programme=world.programme, starts_at=at, place_en="Town hall", called_by=world.coordinator
    )
    Attendance.objects.create(
        conference=sitting, membership=member, account_id=member.account_id, seat="member"
    )
    for n, case in enumerate(cases):
        AgendaItem.objects.create(conference=sitting, case=case, position=n)
    return sitting


def read(client, member, *, at=NOON):
    """Make an address and answer what it says, unfolded, to somebody who is not signed in."""
    token = calendar.make_feed(actor=member, at=at).token
    client.logout()
    answer = client.get(reverse("cases:calendar-feed", args=[token]))
    assert answer.status_code == 200
    return answer.content.decode().replace("\r\n ", "")


class TestTheWriter:
    """No database: RFC 5545."""

    def test_folds_at_75_octets_and_splits_no_character(self):
        for n in range(60, 90):
            line = "SUMMARY:" + "a" * n + "é" * 80
            folded = icalendar.fold(line)
            assert folded.endswith(b"\r\n")
            pieces = folded[:-2].split(b"\r\n")
            assert all(len(piece) <= 75 for piece in pieces)
            assert all(piece.startswith(b" ") for piece in pieces[1:])
            assert "".join([pieces[0].decode(), *(piece[1:].decode() for piece in pieces[1:])]) == line

    @pytest.mark.parametrize("length", [74, 75])
    def test_does_not_fold_what_fits(self, length):
        assert icalendar.fold("a" * length) == b"a" * length + b"\r\n"

    def test_folds_the_seventy_sixth_octet(self):
        assert icalendar.fold("a" * 76) == b"a" * 75 + b"\r\n a\r\n"

    def test_escapes_and_lets_no_line_be_added(self):
        assert icalendar.text("a\\b;c,d\r\nBEGIN:VEVENT\x00\t") == "a\\\\b\\;c\\,d\\nBEGIN:VEVENT"

    def test_writes_days_that_keep_nobody_busy_and_times_in_utc_that_do(self):
        there = datetime(2026, 11, 23, 5, 30, tzinfo=timezone(timedelta(hours=-4)))
        text = icalendar.write(
            [
                icalendar.Event("1", date(2026, 11, 24), "One"),
                icalendar.Event("2", there, "Two", timedelta(hours=1)),
            ],
            stamp=NOON,
            name="Égide",
            language="en",
        ).decode()

        assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
        assert text.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
        assert "DTSTART;VALUE=DATE:20261124\r\nTRANSP:TRANSPARENT" in text
        assert "DTSTART:20261123T093000Z\r\nDURATION:PT60M\r\nTRANSP:OPAQUE" in text
        assert text.count("DTSTAMP:20261123T160000Z") == 2
        assert "\n" not in text.replace("\r\n", "")


@pytest.mark.django_db
class TestWhatItTells:
    def test_a_day_once_whatever_there_is_to_do_and_a_time_one_sits(self, world, client):
        case = world.active()
        for hour in range(3):
            a_task(world, case, due_at=NOON + 3 * DAY + timedelta(hours=hour))
        a_sitting(world, world.officer, case)

        text = read(client, world.officer)

        assert text.count("DTSTART;VALUE=DATE:20261126") == 1
        assert set(re.findall(r"SUMMARY:(.*)\r", text)) == {"Égide: something is due", "Égide: busy"}
        assert "DTSTART:20261125T160000Z" in text

    def test_the_same_in_french(self, world, client):
        a_task(world, world.active())
        world.officer.account.language = "fr"
        world.officer.account.save()

        assert "SUMMARY:Égide\u202f: une échéance" in read(client, world.officer).replace("\u00a0", "\u202f")

    def test_nothing_of_any_case_place_programme_or_person(self, world, client):
        case = world.active()
        task = a_task(world, case)
        sitting = a_sitting(world, world.officer, case)

        text = read(client, world.officer)

        named = ("Thériault", "Marie", WORDS, case.reference, "Town hall", world.programme.name_en)
        named += (world.lead.name_en, world.police_agency.name_en, world.officer.account.full_name)
        for said in (*named, *(str(one.pk) for one in (case, task, sitting, world.officer))):
            assert said not in text, said
        properties = {line.split(":")[0].split(";")[0] for line in text.split("\r\n") if line}
        assert properties == {
            "BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME",
            "REFRESH-INTERVAL", "UID", "DTSTAMP", "DTSTART", "DURATION", "TRANSP", "SUMMARY", "CLASS",
        }  # fmt: skip

    def test_names_that_stay_the_same_and_meet_nobody_elses(self, world, client):
        case = world.active()
        a_task(world, case)
        colleague = a_member(world.police_agency)
        uids = re.compile(r"UID:(\w{32})\r")

        first, again = read(client, world.officer), read(client, world.officer)
        others = read(client, colleague)

        assert uids.findall(first) and uids.findall(first) == uids.findall(again)
        assert not set(uids.findall(first)) & set(uids.findall(others))

    def test_what_is_late_on_today(self, world):
        task = a_task(world, world.active())
        Task.objects.filter(pk=task.pk).update(due_at=NOON - 9 * DAY)

        assert queries.days_due(actor=world.officer, at=NOON) == [date(2026, 11, 23)]

    def test_neither_what_is_done_nor_what_is_far(self, world):
        case = world.active()
        done, far = a_task(world, case), a_task(world, case, due_at=NOON + 90 * DAY)
        Task.objects.filter(pk=done.pk).update(done_at=NOON, done_by=world.officer, outcome="done")

        assert queries.days_due(actor=world.officer, at=NOON) == []
        assert queries.days_due(actor=world.officer, at=NOON + timedelta(seconds=1)) != []
        assert far.due_at == NOON + 90 * DAY

    def test_nothing_to_an_agency_that_is_not_on_the_case(self, world):
        a_task(world, world.active())

        assert queries.days_due(actor=a_member(world.school_agency), at=NOON) == []
        assert queries.days_due(actor=world.teacher, at=NOON) == []

    def test_nothing_of_the_victims_side_to_probation(self, world):
        case = world.active(agencies=[world.probation.agency])
        task = a_task(world, case, agency=world.probation.agency)
        assert queries.days_due(actor=world.probation, at=NOON)

        Task.objects.filter(pk=task.pk).update(side="victim")

        assert queries.days_due(actor=world.probation, at=NOON) == []

    def test_nothing_of_a_case_one_is_kept_out_of_nor_a_sitting_of_it_alone(self, world):
        case = world.active()
        a_task(world, case)
        alone = a_sitting(world, world.officer, case)
        empty = a_sitting(world, world.officer, at=NOON + 5 * DAY)
        assert queries.sittings(actor=world.officer, at=NOON) == [alone, empty]

        sharing.recuse(
            case_id=case.pk,
            membership=world.officer,
            reason_code="relative",
            actor=world.coordinator,
            at=NOON,
        )

        assert queries.days_due(actor=world.officer, at=NOON) == []
        assert queries.sittings(actor=world.officer, at=NOON) == [empty]

    def test_no_sitting_of_others_nor_one_that_was_called_off(self, world):
        case = world.active()
        off = a_sitting(world, world.officer, case)
        Conference.objects.filter(pk=off.pk).update(state="cancelled")
        a_sitting(world, world.coordinator, case)

        assert queries.sittings(actor=world.officer, at=NOON) == []


@pytest.mark.django_db
class TestTheAddress:
    def url(self, member):
        return reverse("cases:calendar-feed", args=[calendar.make_feed(actor=member, at=NOON).token])

    def test_is_kept_nowhere_and_said_in_no_ledger(self, world):
        token = calendar.make_feed(actor=world.officer, at=NOON).token

        row = CalendarFeed.objects.get()
        assert len(token) == 32  # 192 bits
        assert bytes(row.digest) == blind.digest("calendar-feed", token)
        assert token not in str(row.__dict__)
        assert not LedgerEntry.objects.filter(body__contains=token).exists()
        assert LedgerEntry.objects.filter(body__contains='"cases.calendar_made"').count() == 1

    def test_is_one_for_each_place(self, world):
        calendar.make_feed(actor=world.officer, at=NOON)
        with pytest.raises(IntegrityError):
            CalendarFeed.objects.create(membership=world.officer, digest=b"x", made_at=NOON)

    def test_is_refused_to_roles_without_dates(self, world):
        with pytest.raises(PermissionDenied):
            calendar.make_feed(actor=a_member(world.lead, Role.EVALUATOR), at=NOON)

    def test_made_anew_ends_the_earlier(self, world, client):
        first, second = self.url(world.officer), self.url(world.officer)

        assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)

    def test_ended_wrong_and_of_somebody_who_left_are_one_answer_without_a_cookie(self, world, client):
        def said(url):
            answer = client.get(url)
            assert answer.status_code == 404
            assert not answer.cookies
            return answer.content.decode().replace(url, ""), sorted(answer.headers.items())

        ended, left, closed, moved = (a_member(world.police_agency) for _n in range(4))
        urls = [self.url(one) for one in (ended, left, closed, moved)]
        assert [client.get(url).status_code for url in urls] == [200] * 4
        calendar.end_feed(actor=ended, at=NOON)
        keeper = a_member(world.lead, Role.ADMINISTRATOR)
        people.end_membership(membership_id=left.pk, actor=keeper, at=NOON)
        people.deactivate_account(account_id=closed.account_id, actor=keeper, at=NOON)
        moved.role = Role.EVALUATOR
        moved.save()

        wrong = said(reverse("cases:calendar-feed", args=["a" * 32]))
        assert [said(url) for url in urls] == [wrong] * 4

    def test_answers_without_a_cookie_and_is_kept_by_no_cache(self, world, client):
        answer = client.get(self.url(world.officer))

        assert not answer.cookies
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert client.post(self.url(world.officer)).status_code == 405

    def test_is_read_with_one_line_in_the_ledger_a_day(self, world, client, monkeypatch):
        url = self.url(world.officer)
        lines = LedgerEntry.objects.filter(body__contains='"cases.calendar_read"')
        for _n in range(3):
            client.get(url)
        assert lines.count() == 1
        assert CalendarFeed.objects.get().read_on == NOON.date()

        monkeypatch.setattr("egide.common.clock.now", lambda: NOON + DAY)
        client.get(url)
        assert lines.count() == 2

    @pytest.mark.parametrize("fails", [False, True])
    def test_is_in_no_log(self, world, client, caplog, monkeypatch, fails):
        url = self.url(world.officer)
        if fails:
            monkeypatch.setattr(queries, "days_due", lambda **_k: 1 / 0)
            client.raise_request_exception = False
        else:
            calendar.end_feed(actor=world.officer, at=NOON)
        with caplog.at_level(logging.DEBUG):
            assert client.get(url).status_code == (500 if fails else 404)

        lines = [record.getMessage() for record in caplog.records]
        assert any("/feed/…" in line for line in lines)
        assert not any(url.rsplit("/", 1)[1][:32] in line for line in lines)

    def test_ended_twice_is_not_there(self, world):
        with pytest.raises(NotVisible):
            calendar.end_feed(actor=world.officer, at=NOON)


@pytest.mark.django_db
class TestThePage:
    page = "/my/calendar/"

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_says_what_the_address_tells_and_shows_it_once(self, world, client, language):
        sign_in(client, world.officer, language)
        before = client.get(self.page).content.decode()
        assert {"en": "something is due", "fr": "une échéance"}[language] in before
        assert "/feed/" not in before

        made = post(client, self.page).content.decode()
        address = re.search(r"http://testserver(/feed/[\w-]{32}\.ics)", made)[1]
        assert client.get(address).status_code == 200

        assert address not in client.get(self.page).content.decode()
        assert address[6:38] not in str(dict(client.session.items()))

    def test_a_double_click_makes_one(self, world, client):
        sign_in(client, world.officer)
        sent = {"submission": "0" * 32}
        client.post(self.page, sent)
        feed = CalendarFeed.objects.get()
        client.post(self.page, sent)

        assert CalendarFeed.objects.get().digest == feed.digest

    def test_ends_it(self, world, client):
        sign_in(client, world.officer)
        post(client, self.page)
        answer = post(client, reverse("cases:calendar-end"), follow=True)

        assert "Ended." in answer.content.decode()
        assert not CalendarFeed.objects.exists()


@pytest.mark.django_db
def test_a_feed_costs_the_same_however_much_waits(world, client):
    case = world.active()
    url = reverse("cases:calendar-feed", args=[calendar.make_feed(actor=world.officer, at=NOON).token])
    client.get(url)
    few = len(queries_of(client, url))
    for n in range(5):
        a_task(world, case, due_at=NOON + (n + 2) * DAY)
        a_sitting(world, world.officer, case, at=NOON + (n + 2) * DAY)

    assert len(queries_of(client, url)) == few <= MOST_QUERIES
