"""A person belongs to one agency; in the others they visit, and one administrator alone cannot change that."""

import pytest
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.partners.models import Account, Membership, ProposedChange
from egide.partners.services import changes, people
from egide.partners.services.placing import Place
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import a_member, an_agency
from tests.partners.test_queries import breaks

pytestmark = pytest.mark.django_db


def place(agency, **fields):
    return Place(agency.pk, "team_member", NOON.date(), **fields)


def give(office, account, given):
    return people.give_membership(
        account_id=account.pk, place=given, reason="Named.", actor=office.one, at=NOON
    )


@pytest.fixture
def newcomer(office):
    return Account.objects.create_user(username="newcomer", full_name="New Comer")


class TestTheFirstPlace:
    def test_is_home_unless_another_is_said(self, office, newcomer):
        made = give(office, newcomer, place(office.person.agency))

        assert not Membership.objects.get(pk=made.pk).is_visiting

    def test_may_be_a_hat_from_the_first_day(self, office, newcomer):
        school = an_agency("EDU")

        made = give(office, newcomer, place(school, home_id=office.person.agency_id))

        made = Membership.objects.get(pk=made.pk)
        assert (made.is_visiting, made.home) == (True, office.person.agency)

    def test_of_an_unknown_home_is_refused(self, office, newcomer):
        with pytest.raises(NotVisible):
            give(office, newcomer, place(office.person.agency, home_id=newcomer.pk))


class TestALaterPlace:
    def test_is_a_visit_whatever_one_administrator_says(self, office, newcomer):
        school = an_agency("EDU")
        give(office, newcomer, place(office.person.agency))

        made = give(office, newcomer, place(school, home_id=school.pk))

        assert Membership.objects.get(pk=made.pk).is_visiting


class TestAnotherHome:
    def propose(self, office, agency, account=None):
        return changes.propose_home(
            account_id=(account or office.person.account).pk,
            agency_id=agency.pk,
            reason="Hired there.",
            actor=office.one,
            at=NOON,
        )

    def test_takes_effect_when_a_second_person_confirms(self, office):
        school = an_agency("EDU")
        hat = a_member(school, account=office.person.account)
        change = self.propose(office, school)
        assert Membership.objects.get(pk=hat.pk).is_visiting

        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        assert not Membership.objects.get(pk=hat.pk).is_visiting
        assert Membership.objects.get(pk=office.person.pk).is_visiting

    def test_is_not_confirmed_by_who_proposed_it(self, office):
        change = self.propose(office, an_agency("EDU"))

        with pytest.raises(PermissionDenied):
            changes.confirm_change(change_id=change.pk, actor=office.one, at=NOON)

    def test_is_not_proposed_for_oneself(self, office):
        with pytest.raises(PermissionDenied):
            self.propose(office, an_agency("EDU"), office.one.account)

    def test_waits_once(self, office):
        self.propose(office, an_agency("EDU"))

        with pytest.raises(Refused):
            self.propose(office, an_agency("HLT"))

    def test_the_same_one_changes_nothing(self, office):
        with pytest.raises(Refused):
            self.propose(office, office.person.account.home_agency)

    def test_is_refused_when_it_changed_since(self, office):
        change = self.propose(office, an_agency("EDU"))
        Account.objects.filter(pk=office.person.account_id).update(home_agency=an_agency("HLT"))

        with pytest.raises(Refused):
            changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

    def test_the_database_keeps_one_waiting(self, office):
        change = self.propose(office, an_agency("EDU"))
        change.pk = new_id()

        breaks("partners_change_one_open_home", lambda: change.save(force_insert=True))

    def test_is_nobody_elses_to_propose(self, office):
        with pytest.raises(NotVisible):
            changes.propose_home(
                account_id=office.one.account_id,
                agency_id=office.person.agency_id,
                reason="",
                actor=office.person,
                at=NOON,
            )


def test_the_page_proposes_and_the_list_says_what_it_does(client, office):
    school = an_agency("EDU")
    sign_in(client, office.one)
    url = reverse("partners:home-change", args=[office.person.account_id])
    assert client.get(url).status_code == 200

    answer = post(client, url, {"agency": str(school.pk), "reason": "Hired there."}, follow=True)

    assert f"belongs to {school}" in answer.content.decode()
    assert ProposedChange.objects.order_by().get().kind == "home"
