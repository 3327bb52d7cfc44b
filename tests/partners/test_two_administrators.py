"""What alters who may see what takes two people; two hats of one person are one person."""

import pytest
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners.models import (
    Agreement,
    AgreementParty,
    FactorReset,
    Membership,
    Outcome,
    ProposedChange,
    Role,
)
from egide.partners.services import changes, factors
from egide.partners.services.placing import Place
from tests.conftest import NOON
from tests.factories import a_member, an_agency
from tests.partners.conftest import PASSWORD
from tests.partners.test_queries import breaks


def actions():
    return [entry.body.split('"action":"')[1].split('"')[0] for entry in Entry.objects.order_by("id")]


def proposed(office, **after):
    agency = office.person.agency
    return changes.propose_agency_change(
        agency=agency, after=after or {"sector": "HLT"}, reason="Moved.", actor=office.one, at=NOON
    )


def role_for(office, role=Role.PRIVACY_OFFICER):
    place = Place(office.person.agency_id, role, NOON.date())
    return changes.propose_sensitive_role(
        account=office.person.account,
        agency=office.person.agency,
        place=place,
        reason="Named.",
        actor=office.one,
        at=NOON,
    )


class TestAgencyChange:
    def test_takes_effect_when_a_second_person_confirms(self, office):
        change = proposed(office, sector="HLT", regimes=["ca-nb-phipaa"])
        office.person.agency.refresh_from_db()
        assert office.person.agency.sector == "POL"

        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        office.person.agency.refresh_from_db()
        change.refresh_from_db()
        assert (office.person.agency.sector, office.person.agency.regimes) == ("HLT", ["ca-nb-phipaa"])
        assert (change.outcome, change.decided_by_account) == (Outcome.CONFIRMED, office.two.account)
        assert actions() == ["partners.change_proposed", "partners.change_confirmed"]

    @pytest.mark.parametrize("hat", ["one", "again"])
    def test_is_not_confirmed_by_who_proposed_it_under_any_hat(self, office, hat):
        change = proposed(office)

        with pytest.raises(PermissionDenied):
            changes.confirm_change(change_id=change.pk, actor=getattr(office, hat), at=NOON)

        office.person.agency.refresh_from_db()
        assert office.person.agency.sector == "POL"

    def test_is_invisible_to_others_and_once_decided(self, office):
        change = proposed(office)
        with pytest.raises(NotVisible):
            changes.confirm_change(change_id=change.pk, actor=office.person, at=NOON)
        changes.decline_change(change_id=change.pk, actor=office.one, at=NOON)

        for act in (changes.confirm_change, changes.decline_change):
            with pytest.raises(NotVisible):
                act(change_id=change.pk, actor=office.two, at=NOON)

    def test_is_refused_when_the_agency_changed_since(self, office):
        change = proposed(office)
        office.person.agency.sector = "EDU"
        office.person.agency.save()

        with pytest.raises(Refused):
            changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

    def test_waits_once_and_says_something(self, office):
        with pytest.raises(Refused):
            proposed(office, sector="POL")
        proposed(office)
        with pytest.raises(Refused):
            proposed(office, sector="EDU")


class TestSensitiveRole:
    def test_is_held_once_confirmed(self, office):
        change = role_for(office)
        held = Membership.objects.filter(account=office.person.account, role=Role.PRIVACY_OFFICER)
        assert not held.exists()

        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        assert held.get().starts_on == NOON.date()

    def test_is_not_for_who_proposes_or_confirms_it(self, office):
        office.person.role = Role.ADMINISTRATOR
        office.person.save()
        with pytest.raises(PermissionDenied):
            changes.propose_sensitive_role(
                account=office.one.account,
                agency=office.one.agency,
                place=Place(office.one.agency_id, Role.PRIVACY_OFFICER, NOON.date()),
                reason="Me.",
                actor=office.again,
                at=NOON,
            )
        change = role_for(office)
        with pytest.raises(PermissionDenied):
            changes.confirm_change(change_id=change.pk, actor=office.person, at=NOON)

    def test_is_not_given_to_a_closed_account(self, office):
        change = role_for(office)
        office.person.account.is_active = False
        office.person.account.save()

        with pytest.raises(Refused):
            changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

    def test_waits_once(self, office):
        role_for(office)
        with pytest.raises(Refused):
            role_for(office)


class TestWhatTheDatabaseHolds:
    def change(self, office, **fields):
        return ProposedChange.objects.create(
            agency=office.person.agency,
            kind=fields.pop("kind", "agency"),
            reason="Why.",
            proposed_by=office.one,
            proposed_by_account=office.one.account,
            proposed_at=NOON,
            **fields,
        )

    def confirmed_by(self, hat):
        return {
            "outcome": "confirmed",
            "decided_by": hat,
            "decided_by_account": hat.account,
            "decided_at": NOON,
        }

    def test_two_people_and_not_two_hats(self, office):
        for hat in (office.one, office.again):
            breaks("partners_change_two_people", lambda h=hat: self.change(office, **self.confirmed_by(h)))
        assert self.change(office, **self.confirmed_by(office.two)).pk

    def test_nobody_gives_a_role_to_themselves(self, office):
        for person, hat in ((office.one, office.two), (office.two, office.two)):
            breaks(
                "partners_change_not_for_oneself",
                lambda p=person, h=hat: self.change(
                    office, kind="membership", account=p.account, role="administrator", **self.confirmed_by(h)
                ),
            )

    def test_a_decision_is_whole(self, office):
        for flaw in ({"outcome": "declined"}, {"decided_at": NOON}, {"decided_by": office.two}):
            breaks("partners_change_decided_whole", lambda f=flaw: self.change(office, **f))

    def test_one_waits_for_an_agency_and_for_a_role(self, office):
        self.change(office)
        breaks("partners_change_one_open_agency", lambda: self.change(office))
        role = {"kind": "membership", "account": office.person.account, "role": "administrator"}
        self.change(office, **role)
        breaks("partners_change_one_open_role", lambda: self.change(office, **role))

    def test_a_signature_names_its_party_nothing_else_does_and_one_waits(self, office):
        agreement = Agreement.objects.create(
            code="a", kind="sharing", title_en="A", title_fr="A", starts_on=NOON.date()
        )
        party = AgreementParty.objects.create(agreement=agreement, agency=office.person.agency)
        breaks("partners_change_signature_has_party", lambda: self.change(office, kind="signature"))
        breaks("partners_change_signature_has_party", lambda: self.change(office, party=party))
        self.change(office, kind="signature", party=party)
        breaks(
            "partners_change_one_open_signature", lambda: self.change(office, kind="signature", party=party)
        )


class TestLostFactor:
    def asked(self, office):
        return factors.request_factor_reset(
            username=office.person.account.username, actor=office.one, at=NOON
        )

    def test_takes_two_people_and_leaves_no_password(self, office):
        office.person.account.set_password(PASSWORD)
        office.person.account.save()
        reset = self.asked(office)
        for hat in (office.one, office.again):
            with pytest.raises(PermissionDenied):
                factors.confirm_factor_reset(reset_id=reset.pk, actor=hat, at=NOON)

        factors.confirm_factor_reset(reset_id=reset.pk, actor=office.two, at=NOON)

        office.person.account.refresh_from_db()
        reset.refresh_from_db()
        assert not office.person.account.has_usable_password()
        assert reset.confirmed_by_account == office.two.account

    def test_is_asked_once_by_an_administrator_and_not_for_oneself(self, office):
        self.asked(office)
        with pytest.raises(Refused):
            self.asked(office)
        with pytest.raises(NotVisible):
            factors.request_factor_reset(username="x", actor=office.person, at=NOON)
        with pytest.raises(PermissionDenied):
            factors.request_factor_reset(username=office.one.account.username, actor=office.again, at=NOON)

    def test_nobody_chooses_the_password_of_another(self):
        assert not hasattr(factors, "set_password")


class TestPages:
    @pytest.mark.parametrize("name", ["administration", "factor-resets", "people", "person-new"])
    def test_are_absent_to_others_and_open_in_both_languages(self, office, enter, send, name):
        url = reverse(f"partners:{name}")
        for role in set(Role) - {Role.ADMINISTRATOR}:
            enter(a_member(office.one.agency, role))
            absent = enter(a_member(office.one.agency, role)).get("/administration/nowhere/").content
            assert enter(office.person).get(url).status_code == 404
            assert send(url).status_code == 404
            assert b"Administration" not in absent

        for language in ("en", "fr"):
            answer = enter(office.one, language).get(url)
            assert answer.status_code == 200
            assert f'lang="{language}"' in answer.content.decode()
            assert "style=" not in answer.content.decode()

    def test_navigation_shows_it_to_administrators_only(self, office, enter):
        url = f'href="{reverse("partners:administration")}"'

        assert url in enter(office.one).get(reverse("partners:my-access")).content.decode()
        assert url not in enter(office.person).get(reverse("partners:my-access")).content.decode()

    def test_the_proposer_sees_no_button_to_confirm(self, office, enter):
        change = proposed(office)
        confirm = reverse("partners:change-confirm", args=[change.pk])

        assert confirm not in enter(office.again).get(reverse("partners:administration")).content.decode()
        assert confirm in enter(office.two).get(reverse("partners:administration")).content.decode()

    def test_confirming_twice_with_one_form_is_once(self, office, enter, client):
        change = proposed(office)
        url = reverse("partners:change-confirm", args=[change.pk])
        enter(office.two)

        answers = [client.post(url, {"submission": "a" * 24}) for _turn in range(2)]

        assert [a.status_code for a in answers] == [302, 302]
        assert actions().count("partners.change_confirmed") == 1

    def test_forcing_it_alone_is_refused(self, office, enter, send):
        change = proposed(office)
        enter(office.again)

        assert send(reverse("partners:change-confirm", args=[change.pk])).status_code == 403
        assert send(reverse("partners:change-decline", args=[change.pk])).status_code == 302

    def test_costs_few_queries_whatever_waits(self, office, enter, django_assert_max_num_queries):
        for _turn in range(5):
            change = changes.propose_agency_change(
                agency=an_agency(), after={"sector": "HLT"}, reason="Moved.", actor=office.one, at=NOON
            )
        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)
        client = enter(office.one)

        with django_assert_max_num_queries(12):
            client.get(reverse("partners:administration"))

    def test_a_lost_factor_goes_from_asking_to_an_invitation(self, office, enter, send):
        enter(office.one)
        url = reverse("partners:factor-resets")
        assert send(url, {"username": "nobody"}).status_code == 422
        assert send(url, {"username": office.person.account.username}).status_code == 302
        reset = FactorReset.objects.get()
        confirm = reverse("partners:factor-reset-confirm", args=[reset.pk])
        assert send(confirm).status_code == 403

        enter(office.two)
        assert confirm in enter(office.two).get(url).content.decode()
        answer = send(confirm)

        assert answer.url == reverse("partners:person", args=[office.person.account_id])
