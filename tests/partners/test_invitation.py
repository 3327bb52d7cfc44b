"""A code told once, by which a person sets a password nobody else has known."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners.models import Invitation
from egide.partners.services import factors, inviting
from tests.conftest import NOON
from tests.partners.conftest import PASSWORD
from tests.partners.test_queries import breaks

MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def invited(office):
    return inviting.invite(account_id=office.person.account_id, actor=office.one, at=NOON)


def accept(office, code, *, password=PASSWORD, at=NOON):
    return inviting.accept_invitation(
        username=office.person.account.username, code=code, password=password, at=at
    )


class TestMaking:
    def test_keeps_only_a_hash(self, invited):
        row = Invitation.objects.values().get()
        plain = invited.code.replace("-", "")

        assert len(plain) == 20
        assert all(plain not in str(value) and invited.code not in str(value) for value in row.values())
        assert all(plain not in e.body and invited.code not in e.body for e in Entry.objects.order_by("id"))
        assert row["expires_at"] - row["made_at"] == datetime.timedelta(hours=72)

    def test_ends_an_earlier_code(self, office, invited):
        second = inviting.invite(account_id=office.person.account_id, actor=office.two, at=NOON)

        assert not accept(office, invited.code)
        assert accept(office, second.code)

    def test_is_for_administrators_and_not_for_oneself(self, office):
        with pytest.raises(NotVisible):
            inviting.invite(account_id=office.two.account_id, actor=office.person, at=NOON)
        with pytest.raises(PermissionDenied):
            inviting.invite(account_id=office.one.account_id, actor=office.again, at=NOON)

    def test_is_no_way_into_the_account_of_someone_who_signs_in(self, office):
        account = office.person.account
        account.set_password(PASSWORD)
        account.last_login = NOON - MINUTE
        account.save()
        with pytest.raises(Refused):
            inviting.invite(account_id=account.pk, actor=office.one, at=NOON)
        account.set_unusable_password()
        account.save()
        with pytest.raises(Refused):
            inviting.invite(account_id=account.pk, actor=office.one, at=NOON)

        reset = factors.request_factor_reset(username=account.username, actor=office.one, at=NOON)
        factors.confirm_factor_reset(reset_id=reset.pk, actor=office.two, at=NOON)

        assert inviting.invite(account_id=account.pk, actor=office.one, at=NOON).code


class TestUsing:
    def test_sets_the_password_once_and_is_recorded(self, office, invited):
        assert accept(office, f" {invited.code.lower()} ")
        assert not accept(office, invited.code, password="another-password-2")

        office.person.account.refresh_from_db()
        assert office.person.account.check_password(PASSWORD)
        assert "partners.invitation_used" in Entry.objects.order_by("-id").first().body

    @pytest.mark.parametrize(("hours", "works"), [(71.99, True), (72, False), (73, False)])
    def test_ends_after_72_hours(self, office, invited, hours, works):
        assert accept(office, invited.code, at=NOON + datetime.timedelta(hours=hours)) is works

    def test_pauses_after_five_wrong_codes(self, office, invited):
        for _turn in range(inviting.TRIES):
            assert not accept(office, "WRONG")
        assert not accept(office, invited.code, at=NOON + 14 * MINUTE)

        assert accept(office, invited.code, at=NOON + 15 * MINUTE)

    def test_a_weak_password_leaves_the_code(self, office, invited):
        with pytest.raises(ValidationError):
            accept(office, invited.code, password="short")

        assert accept(office, invited.code)

    def test_a_closed_account_has_no_code(self, office, invited):
        office.person.account.is_active = False
        office.person.account.save()

        assert not accept(office, invited.code)


class TestWhatTheDatabaseHolds:
    def made(self, office, **fields):
        facts = {
            "account": office.person.account,
            "code_hash": "x",
            "made_by": office.one,
            "made_at": NOON,
            "expires_at": NOON + MINUTE,
            **fields,
        }
        return Invitation.objects.create(**facts)

    def test_a_code_ends_after_it_is_made_and_is_used_in_time(self, office):
        breaks("partners_invitation_expires_after_made", lambda: self.made(office, expires_at=NOON))
        for flaw in ({"used_at": NOON + 2 * MINUTE}, {"used_at": NOON, "cancelled_at": NOON}):
            breaks("partners_invitation_used_in_time", lambda f=flaw: self.made(office, **f))

    def test_a_person_holds_one(self, office):
        self.made(office)
        breaks("partners_invitation_one_open", lambda: self.made(office, code_hash="y"))


class TestPage:
    url = "/account/invitation/"

    def typed(self, office, code, password=PASSWORD):
        return {
            "username": office.person.account.username,
            "code": code,
            "password": password,
            "again": password,
        }

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_is_open_without_signing_in(self, client, db, language):
        client.cookies["egide_language"] = language
        text = client.get(self.url).content.decode()

        assert f'lang="{language}"' in text
        assert "style=" not in text

    def test_leads_to_signing_in_and_a_double_click_does_too(self, office, invited, client):
        data = {**self.typed(office, invited.code), "submission": "k" * 24}

        answers = [client.post(self.url, data) for _turn in range(2)]

        assert [a.status_code for a in answers] == [302, 302]
        assert answers[0].url == reverse("account_login")
        assert client.login(username=office.person.account.username, password=PASSWORD)

    def test_says_the_same_of_everything_wrong(self, office, invited, send):
        unknown = send(self.url, {**self.typed(office, invited.code), "username": "nobody"})
        wrong = send(self.url, self.typed(office, "WRONG"))

        said = [a.context["form"].errors.as_json() for a in (unknown, wrong)]
        assert [a.status_code for a in (unknown, wrong)] == [422, 422]
        assert said[0] == said[1]
        assert 'class="error-summary"' in wrong.content.decode()
        assert Invitation.objects.get().failures == 1

    @pytest.mark.parametrize(("language", "said"), [("en", "Missing: Code"), ("fr", "Il manque\u00a0: Code")])
    def test_each_field_left_empty_is_named(self, client, db, language, said):
        client.cookies["egide_language"] = language

        assert said in client.post(self.url, {}).content.decode()

    def test_a_weak_password_and_two_that_differ_are_said(self, office, invited, send):
        weak = send(self.url, self.typed(office, invited.code, password="short"))
        differ = send(self.url, {**self.typed(office, invited.code), "again": "other-password-3"})

        assert (weak.status_code, differ.status_code) == (422, 422)
        assert "short" not in weak.content.decode().split("<main")[1].replace("too short", "")
        assert Invitation.objects.get().used_at is None
