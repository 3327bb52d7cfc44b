"""Accounts, places, and their end."""

import pytest
from django.db.models import Q
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners import queries
from egide.partners.models import Account, Agency, Invitation, Membership, ProposedChange, Role
from egide.partners.permissions import SENSITIVE_ROLES
from egide.partners.services import changes, inviting, people
from egide.partners.services.placing import Place
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency, an_area

TODAY = NOON.date()


def place(agency, role=Role.TEAM_MEMBER, **fields):
    return Place(agency.pk, role, **{"starts_on": TODAY, **fields})


def give(office, where, **fields):
    facts = {"account_id": office.person.account_id, "place": where, "reason": "Named.", "at": NOON}
    return people.give_membership(**{**facts, "actor": office.one, **fields})


def hats(member):
    return list(queries.hats_of(account_id=member.account_id, on=TODAY))


class TestCreating:
    def new(self, office, **fields):
        facts = {"username": "b.roy", "full_name": "B. Roy", "email": "b@example.test", "language": "fr"}
        return people.create_account(**{**facts, **fields}, actor=fields.pop("actor", office.one), at=NOON)

    def test_makes_an_account_without_password_and_its_invitation(self, office):
        made = self.new(office)

        account = Account.objects.get(username="b.roy")
        assert made.invitation.account == account
        assert not account.has_usable_password()
        assert not account.is_staff

    @pytest.mark.parametrize(
        "flaw", [{"username": "B.ROY"}, {"username": "other", "email": "B@example.test"}]
    )
    def test_a_name_or_address_is_used_once(self, office, flaw):
        self.new(office)
        with pytest.raises(Refused):
            self.new(office, **flaw)

    def test_a_malformed_name_is_refused(self, office):
        with pytest.raises(Refused):
            self.new(office, username="b roy")


class TestGivingAPlace:
    def test_is_in_force_and_recorded(self, office):
        made = give(office, place(office.one.agency))

        assert made in hats(office.person)
        assert "partners.membership_given" in Entry.objects.get().body

    def test_says_which_places_cases_it_sees(self, office):
        here = an_area("here")

        made = give(office, place(office.one.agency, area_ids=(here.pk,)))

        assert list(made.areas.order_by("pk")) == [here]
        assert str(here.pk) in Entry.objects.get().body

    @pytest.mark.parametrize("role", SENSITIVE_ROLES)
    def test_that_decides_who_sees_what_or_reads_every_case_waits_for_a_second_person(self, office, role):
        made = give(office, place(office.one.agency, role))

        assert isinstance(made, ProposedChange)
        assert len(hats(office.person)) == 1

    def test_proposed_is_put_as_asked_once_confirmed(self, office):
        here, last = an_area("here"), TODAY + 30 * DAY
        asked = place(office.one.agency, Role.COORDINATOR, area_ids=(here.pk,), ends_on=last)

        change = give(office, asked)
        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        made = Membership.objects.get(account=office.person.account, role=Role.COORDINATOR)
        assert (made.starts_on, made.ends_on, list(made.areas.order_by("pk"))) == (TODAY, last, [here])

    def test_confirmed_late_begins_that_day_and_never_before_what_was_asked(self, office):
        change = give(office, place(office.one.agency, Role.CHAIR, starts_on=TODAY - 9 * DAY))
        later = give(office, place(office.one.agency, Role.ADVOCATE, starts_on=TODAY + 9 * DAY))

        for proposal in (change, later):
            changes.confirm_change(change_id=proposal.pk, actor=office.two, at=NOON + 3 * DAY)

        starts = dict(
            Membership.objects.filter(account=office.person.account).values_list("role", "starts_on")
        )
        assert (starts[Role.CHAIR], starts[Role.ADVOCATE]) == (TODAY + 3 * DAY, TODAY + 9 * DAY)

    def test_confirmed_when_it_would_be_over_is_refused(self, office):
        change = give(office, place(office.one.agency, Role.CHAIR, ends_on=TODAY + DAY))

        with pytest.raises(Refused):
            changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON + 9 * DAY)
        assert len(hats(office.person)) == 1

    def test_a_first_place_as_a_hat_keeps_the_own_agency_that_was_said(self, office):
        newcomer = Account.objects.create_user(username="newcomer", full_name="New Comer")
        home = an_agency("EDU")
        asked = place(office.one.agency, Role.COORDINATOR, home_id=home.pk)

        change = give(office, asked, account_id=newcomer.pk)
        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        newcomer.refresh_from_db()
        assert newcomer.home_agency == home

    def test_is_never_to_oneself_under_any_hat(self, office):
        for hat in (office.one, office.again):
            with pytest.raises(PermissionDenied):
                give(office, place(office.one.agency), account_id=office.one.account_id, actor=hat)

    def test_is_for_administrators_to_someone_active_in_an_open_agency(self, office):
        with pytest.raises(NotVisible):
            give(office, place(office.one.agency), actor=a_member(office.one.agency))
        with pytest.raises(NotVisible):
            give(office, place(office.one.agency, "emperor"))
        Agency.objects.filter(pk=office.one.agency_id).update(is_active=False)
        with pytest.raises(NotVisible):
            give(office, place(office.one.agency))

    def test_is_given_once_and_with_dates_in_order(self, office):
        with pytest.raises(Refused):
            give(office, place(office.person.agency, office.person.role))
        with pytest.raises(Refused):
            give(office, place(office.one.agency, ends_on=TODAY - DAY))
        with pytest.raises(Refused):
            give(office, place(office.one.agency, Role.CHAIR, ends_on=TODAY - DAY))


class TestEndingAPlace:
    @pytest.mark.parametrize("started", [TODAY - 30 * DAY, TODAY, TODAY + DAY])
    def test_is_over_at_once(self, office, started):
        Membership.objects.filter(pk=office.person.pk).update(starts_on=started)

        people.end_membership(membership_id=office.person.pk, actor=office.one, at=NOON)

        assert not hats(office.person)
        assert not Membership.objects.in_force(TODAY + 9 * DAY).filter(pk=office.person.pk).exists()
        with pytest.raises(NotVisible):
            people.end_membership(membership_id=office.person.pk, actor=office.one, at=NOON)

    def test_leaves_somebody_to_administer(self, office):
        for hat in (office.two, office.again):
            people.end_membership(membership_id=hat.pk, actor=office.one, at=NOON)

        with pytest.raises(Refused):
            people.end_membership(membership_id=office.one.pk, actor=office.one, at=NOON)

        assert office.one in hats(office.one)

    def test_of_another_role_is_never_held_back(self, office):
        Membership.objects.filter(~Q(pk=office.one.pk), role=Role.ADMINISTRATOR).update(ends_on=TODAY - DAY)

        assert people.end_membership(membership_id=office.person.pk, actor=office.one, at=NOON)

    def test_is_for_administrators(self, office):
        with pytest.raises(NotVisible):
            people.end_membership(membership_id=office.two.pk, actor=office.person, at=NOON)


class TestClosingAnAccount:
    def close(self, office, actor=None, who=None):
        account_id = (who or office.person).account_id
        return people.deactivate_account(account_id=account_id, actor=actor or office.one, at=NOON)

    def test_ends_sessions_places_codes_and_what_waits(self, office, enter):
        inviting.invite(account_id=office.person.account_id, actor=office.one, at=NOON)
        changes.propose_sensitive_role(
            account=office.person.account,
            agency=office.one.agency,
            place=Place(office.one.agency_id, Role.ADMINISTRATOR, NOON.date()),
            reason="Named.",
            actor=office.one,
            at=NOON,
        )
        inside = enter(office.person)
        assert inside.get(reverse("partners:my-access")).status_code == 200

        self.close(office)

        assert inside.get(reverse("partners:my-access")).status_code == 302
        office.person.refresh_from_db()
        assert office.person.ends_on == TODAY - DAY
        assert Invitation.objects.get().cancelled_at == NOON
        assert ProposedChange.objects.get().outcome == "declined"

    def test_is_not_of_oneself_nor_for_others(self, office):
        for hat in (office.one, office.again):
            with pytest.raises(PermissionDenied):
                self.close(office, actor=hat, who=office.one)
        with pytest.raises(NotVisible):
            self.close(office, actor=office.person, who=office.two)

    def test_leaves_somebody_to_administer(self, office):
        Membership.objects.exclude(account=office.two.account).filter(role=Role.ADMINISTRATOR).update(
            ends_on=TODAY - DAY
        )
        with pytest.raises(Refused):
            self.close(office, who=office.two)

    def test_is_done_once(self, office):
        self.close(office)
        with pytest.raises(NotVisible):
            self.close(office)


class TestPages:
    def test_a_new_person_is_made_and_the_code_shown_once(self, office, enter, client):
        enter(office.one)
        data = {
            "submission": "n" * 24,
            "username": "b.roy",
            "full_name": "B. Roy",
            "email": "",
            "language": "fr",
        }

        shown = client.post(reverse("partners:person-new"), data)
        again = client.post(reverse("partners:person-new"), data)

        assert (shown.status_code, again.status_code) == (200, 302)
        invitation = Invitation.objects.get()
        code = shown.content.decode().split('<code class="nowrap">')[1].split("<")[0]
        assert inviting.accept_invitation(username="b.roy", code=code, password="a-long-password-1", at=NOON)
        assert again.url == reverse("partners:person", args=[invitation.account_id])

    def test_a_code_is_made_again_from_the_page_of_the_person(self, office, enter, send):
        enter(office.one)
        url = reverse("partners:person-invite", args=[office.person.account_id])

        page = enter(office.one).get(reverse("partners:person", args=[office.person.account_id]))
        shown = send(url)

        assert url in page.content.decode()
        assert shown.status_code == 200
        assert shown.headers["Cache-Control"] == "no-store"

    def test_a_place_is_given_ended_and_refusals_are_shown_again(self, office, enter, send):
        enter(office.one)
        url = reverse("partners:membership-new", args=[office.person.account_id])
        data = {
            "agency": str(office.one.agency_id),
            "role": "team_member",
            "starts_on": "2026-11-23",
            "areas": [str(an_area("here").pk)],
            "reason": "Named.",
        }

        assert send(url, data).status_code == 302
        assert send(url, data).status_code == 422
        assert send(url, {**data, "agency": "nowhere"}).status_code == 422
        assert send(url, {**data, "role": "coordinator"}).url == reverse("partners:administration")
        waiting = enter(office.two).get(reverse("partners:administration")).content.decode()
        assert "becomes: Coordinator" in waiting
        assert "Cases they see: Here" in waiting
        enter(office.one)
        made = Membership.objects.get(account=office.person.account, agency=office.one.agency)
        page = enter(office.one).get(reverse("partners:person", args=[office.person.account_id]))
        assert "Here" in page.content.decode()
        assert send(reverse("partners:membership-end", args=[made.pk])).status_code == 302
        assert made not in hats(office.person)

    def test_closing_says_what_ends_and_asks_to_have_read_it(self, office, enter, send):
        url = reverse("partners:person-deactivate", args=[office.person.account_id])
        page = enter(office.one).get(url)

        assert str(office.person.agency) in page.content.decode()
        assert send(url).status_code == 422
        assert send(url, {"is_sure": "on"}).status_code == 302
        assert enter(office.one).get(url).status_code == 404
        assert "Closed" in enter(office.one).get(reverse("partners:people")).content.decode()

    def test_ones_own_page_offers_nothing(self, office, enter):
        page = enter(office.one).get(reverse("partners:person", args=[office.one.account_id]))
        text = page.content.decode()

        assert reverse("partners:membership-new", args=[office.one.account_id]) not in text
        assert (
            enter(office.one)
            .get(reverse("partners:membership-new", args=[office.one.account_id]))
            .status_code
            == 403
        )

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_are_absent_to_others_and_cost_few_queries(
        self, office, enter, language, django_assert_max_num_queries
    ):
        for _turn in range(6):
            a_member(an_agency(), account=office.person.account)
        account = office.person.account_id
        urls = [reverse("partners:people"), reverse("partners:people") + "?q=person&page=1"]
        urls += [
            reverse(f"partners:{n}", args=[account])
            for n in ("person", "membership-new", "person-deactivate")
        ]
        for url in urls:
            assert enter(office.person).get(url).status_code == 404
            client = enter(office.one, language)
            with django_assert_max_num_queries(12):
                answer = client.get(url)
            assert answer.status_code == 200
            assert f'lang="{language}"' in answer.content.decode()

    def test_the_list_is_searched_and_paged(self, office, enter):
        Account.objects.bulk_create(Account(username=f"z{n:03}", full_name=f"Zoé {n:03}") for n in range(60))
        page = enter(office.one).get(reverse("partners:people"), {"q": "zoé"}).content.decode()
        rest = enter(office.one).get(reverse("partners:people"), {"q": "zoé", "page": "2"}).content.decode()

        assert ("Zoé 049" in page, "Zoé 050" in page) == (True, False)
        assert "Zoé 059" in rest
        assert enter(office.one).get(reverse("partners:people"), {"page": "x"}).status_code == 200
