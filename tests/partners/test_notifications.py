"""Mails say that something waits, in the reader's language, and nothing about anyone."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import IntegrityError, transaction

from egide.jobs import periodic
from egide.partners import notifications
from egide.partners.models import Notice, NoticeKind, Role
from egide.partners.services import changes
from egide.partners.services.placing import Place
from tests.conftest import NOON
from tests.factories import a_member, an_agency

MINUTE = timedelta(minutes=1)


@pytest.fixture
def member(db):
    made = a_member(an_agency())
    made.account.email = "someone@example.test"
    made.account.save(update_fields=["email"])
    return made


def told(member, kind=NoticeKind.EMERGENCY_OPENED):
    notifications.tell(accounts=[member.account_id], kind=kind, at=NOON)
    return Notice.objects.get()


@pytest.fixture
def broken(monkeypatch):
    """A mail server that hangs up, quoting the address."""

    def refuse(self, messages):
        raise SMTPServerDisconnected("someone@example.test: not today")

    monkeypatch.setattr(locmem.EmailBackend, "send_messages", refuse)


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "Something waits for you"), ("fr", "Quelque chose vous attend")]
)
@pytest.mark.parametrize("kind", NoticeKind.values)
def test_is_written_in_the_language_of_who_reads_it_with_no_link(member, language, subject, kind):
    member.account.language = language
    member.account.save(update_fields=["language"])
    told(member, kind)

    assert notifications.send_waiting(NOON) == 1
    [message] = mail.outbox
    assert message.to == ["someone@example.test"]
    assert message.subject == f"Égide: {subject}"
    assert "http" not in message.body
    assert member.account.full_name not in message.body


def test_goes_once(member):
    told(member)

    assert notifications.send_waiting(NOON) == 1
    assert notifications.send_waiting(NOON + MINUTE) == 0
    assert len(mail.outbox) == 1


def test_is_sent_by_the_scheduler():
    assert "partners.send_notices" in [one.name for one in periodic.registered()]


def test_one_person_with_several_hats_is_told_once(member):
    assert notifications.tell(accounts=[member.account_id] * 3, kind=NoticeKind.CHANGE_PROPOSED, at=NOON) == 1


def test_a_failure_puts_it_off_and_logs_no_address(member, broken, caplog):
    notice = told(member)

    assert notifications.send_waiting(NOON) == 0
    notice.refresh_from_db()
    assert (notice.tries, notice.due_at, notice.sent_at) == (1, NOON + MINUTE, None)
    assert notifications.send_waiting(NOON + MINUTE / 2) == 0
    assert "example.test" not in caplog.text
    assert str(notice.pk) in caplog.text


def test_after_the_last_failure_it_is_given_up(member, broken):
    notice, at = told(member), NOON
    for _turn in range(len(notifications.PUT_OFF) + 1):
        notifications.send_waiting(at)
        notice.refresh_from_db()
        at = notice.due_at

    assert notice.dropped_at is not None
    assert notice.tries == len(notifications.PUT_OFF) + 1


@pytest.mark.parametrize("field", ["email", "is_active"])
def test_without_an_address_or_an_account_it_is_given_up(member, field):
    notice = told(member)
    setattr(member.account, field, "" if field == "email" else False)
    member.account.save(update_fields=[field])

    notifications.send_waiting(NOON)
    notice.refresh_from_db()
    assert notice.dropped_at == NOON
    assert not mail.outbox


def test_is_not_kept_when_what_it_tells_of_is_undone(member):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        told(member)
        raise ZeroDivisionError

    assert not Notice.objects.exists()


def test_cannot_be_both_sent_and_given_up(member):
    notice = told(member)
    with pytest.raises(IntegrityError, match="partners_notice_ends_one_way"), transaction.atomic():
        Notice.objects.filter(pk=notice.pk).update(sent_at=NOON, dropped_at=NOON)


def test_officers_of_the_agency_are_told_and_those_of_others_only_when_it_has_none(db):
    here, there = an_agency(), an_agency()
    other = a_member(there, Role.PRIVACY_OFFICER)

    def asked():
        return notifications.accounts_in(role=Role.PRIVACY_OFFICER, agency_id=here.pk, at=NOON)

    assert asked() == [other.account_id]
    own = a_member(here, Role.PRIVACY_OFFICER)
    assert asked() == [own.account_id]


def test_a_change_that_takes_two_is_told_to_the_others(office):
    changes.propose_sensitive_role(
        account=office.person.account,
        agency=office.person.agency,
        place=Place(office.person.agency_id, Role.PRIVACY_OFFICER, NOON.date()),
        reason="Was chosen.",
        actor=office.one,
        at=NOON,
    )

    assert {n.account_id for n in Notice.objects.all()} == {office.two.account_id}
