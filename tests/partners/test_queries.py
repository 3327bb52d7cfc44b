"""Who is bound by what, which hats may be worn, which areas lie within which; and what is always true."""

from pathlib import Path

import pytest
from django.db import IntegrityError, models, transaction
from django.utils import translation

from egide.partners import models as partners
from egide.partners import queries
from egide.partners.models import (
    Account,
    Agency,
    Agreement,
    AgreementParty,
    FactorReset,
    Jurisdiction,
    Membership,
    Role,
    Sector,
)
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency, an_area

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


class TestAgreementInForce:
    @pytest.fixture
    def party(self):
        return an_agency().agreements.get()

    def bound(self, party, on=TODAY):
        return party.agency_id in queries.agreement_in_force(agency_ids=[party.agency_id], on=on)

    @pytest.mark.parametrize(
        ("signature", "agreement", "is_bound"),
        [
            ({}, {}, True),
            ({"signed_on": TODAY}, {}, True),
            ({"signed_on": TODAY + DAY}, {}, False),
            ({"signed_on": None, "signed_by_name": ""}, {}, False),
            ({}, {"starts_on": TODAY}, True),
            ({}, {"starts_on": TODAY + DAY}, False),
            ({}, {"ends_on": TODAY}, True),
            ({}, {"ends_on": TODAY - DAY}, False),
            ({}, {"terminated_on": TODAY + DAY}, True),
            ({}, {"terminated_on": TODAY}, False),
            ({}, {"terminated_on": TODAY - DAY}, False),
            ({}, {"kind": "sharing"}, False),
        ],
    )
    def test_at_each_edge(self, party, signature, agreement, is_bound):
        AgreementParty.objects.filter(pk=party.pk).update(**signature)
        Agreement.objects.filter(pk=party.agreement_id).update(**agreement)

        assert self.bound(party) is is_bound

    def test_another_agreement_in_force_is_enough(self, party):
        Agreement.objects.filter(pk=party.agreement_id).update(ends_on=TODAY - 2 * DAY)
        newer = Agreement.objects.create(
            code="ccr-2", kind="confidentiality", title_en="Two", title_fr="Deux", starts_on=TODAY
        )
        AgreementParty.objects.create(
            agreement=newer, agency=party.agency, signed_by_name="B. Director", signed_on=TODAY
        )

        assert self.bound(party)
        assert not self.bound(party, on=TODAY - DAY)

    def test_answers_for_many_in_one_query(self, django_assert_num_queries):
        signed = [an_agency() for _turn in range(4)]
        unsigned = [an_agency(signed=False) for _turn in range(2)]

        with django_assert_num_queries(1):
            found = queries.agreement_in_force(agency_ids=[a.pk for a in (*signed, *unsigned)], on=TODAY)

        assert found == {agency.pk for agency in signed}

    def test_says_nothing_of_agencies_not_asked_about(self, party):
        assert queries.agreement_in_force(agency_ids=[an_agency(signed=False).pk], on=TODAY) == set()
        assert queries.agreement_in_force(agency_ids=[], on=TODAY) == set()


class TestHats:
    @pytest.mark.parametrize(
        ("dates", "is_worn"),
        [
            ({}, True),
            ({"starts_on": TODAY}, True),
            ({"starts_on": TODAY + DAY}, False),
            ({"ends_on": TODAY}, True),
            ({"ends_on": TODAY - DAY}, False),
        ],
    )
    def test_are_those_in_force_that_day(self, dates, is_worn):
        member = a_member(an_agency())
        Membership.objects.filter(pk=member.pk).update(**dates)

        assert (list(queries.hats_of(account_id=member.account_id, on=TODAY)) == [member]) is is_worn

    def test_are_not_those_of_a_closed_agency_or_account(self):
        closed, left = a_member(an_agency()), a_member(an_agency())
        Agency.objects.filter(pk=closed.agency_id).update(is_active=False)
        Account.objects.filter(pk=left.account_id).update(is_active=False)

        for member in (closed, left):
            assert not queries.hats_of(account_id=member.account_id, on=TODAY).exists()

    def test_are_ones_own_in_a_steady_order_and_one_query(self, django_assert_num_queries):
        first = a_member(an_agency())
        others = [a_member(an_agency(), role, account=first.account) for role in (Role.ADVOCATE, Role.CHAIR)]
        a_member(first.agency)

        with django_assert_num_queries(1):
            found = list(queries.hats_of(account_id=first.account_id, on=TODAY))
            shown = [(hat.agency.name_en, hat.account.full_name) for hat in found]

        assert {hat.pk for hat in found} == {first.pk, *(o.pk for o in others)}
        assert shown == sorted(shown)

    def test_read_when_the_person_was_recognised_are_not_read_again(self, django_assert_num_queries):
        member = a_member(an_agency())
        member.account.hats = [member]

        with django_assert_num_queries(0):
            assert queries.hats(account=member.account, on=TODAY) == [member]


class TestAreas:
    def test_within_one_are_itself_and_everything_below(self, django_assert_num_queries):
        def area(code, kind, parent=None):
            return Jurisdiction.objects.create(
                code=code, kind=kind, name_en=code, name_fr=code, parent=parent
            )

        country = area("country", "country")
        province, other = area("province", "state", country), area("other", "state", country)
        city = area("city", "city", province)

        with django_assert_num_queries(1):
            found = queries.areas_within(jurisdiction_id=province.pk)
        assert found == {province.pk, city.pk}
        assert queries.areas_within(jurisdiction_id=country.pk) == {
            country.pk,
            province.pk,
            other.pk,
            city.pk,
        }

    def test_a_loop_made_by_mistake_ends(self):
        one, two = an_area("one"), an_area("two")
        Jurisdiction.objects.filter(pk=one.pk).update(parent=two)
        Jurisdiction.objects.filter(pk=two.pk).update(parent=one)

        assert queries.areas_within(jurisdiction_id=one.pk) == {one.pk, two.pk}


class TestNames:
    def test_are_in_the_readers_language(self):
        agency = an_agency()
        agency.short_en, agency.short_fr = "", "Org."

        with translation.override("fr"):
            assert (str(agency), agency.short_name) == (agency.name_fr, "Org.")
        with translation.override("en"):
            assert (str(agency), agency.short_name) == (agency.name_en, "Org.")

    def test_of_a_membership_say_who_and_for_whom(self):
        member = a_member(an_agency(Sector.HEALTH))

        assert member.person_name in str(member)
        assert member.agency.short_name in str(member)
        assert member.sector == "HLT"


def breaks(name, act):
    with pytest.raises(IntegrityError) as said, transaction.atomic():
        act()
    words = str(said.value)
    assert name in words or ("UNIQUE" in words and "failed" in words), words


class TestWhatTheDatabaseHolds:
    def test_an_area_is_not_its_own_parent(self):
        area = an_area()
        breaks(
            "partners_jurisdiction_not_own_parent",
            lambda: Jurisdiction.objects.filter(pk=area.pk).update(parent=area),
        )

    @pytest.mark.parametrize("make", [an_area, an_agency])
    def test_a_code_is_used_once(self, make):
        first, second = (make(code) if make is an_area else make() for code in ("one", "two"))
        breaks("code", lambda: type(first).objects.filter(pk=second.pk).update(code=first.code))

    def test_a_membership_ends_after_it_starts(self):
        member = a_member(an_agency())
        breaks(
            "partners_membership_ends_after_start",
            lambda: Membership.objects.filter(pk=member.pk).update(ends_on=member.starts_on - DAY),
        )
        Membership.objects.filter(pk=member.pk).update(ends_on=member.starts_on)

    def test_a_person_holds_a_role_in_an_agency_once_at_a_time(self):
        member = a_member(an_agency())
        breaks(
            "partners_membership_one_role_per_agency",
            lambda: Membership.objects.create(
                account=member.account, agency=member.agency, role=member.role, starts_on=TODAY
            ),
        )

    def test_a_person_may_come_back_or_hold_another_role(self):
        member = a_member(an_agency())
        a_member(member.agency, Role.CHAIR, account=member.account)
        Membership.objects.filter(pk=member.pk).update(ends_on=TODAY)

        assert a_member(member.agency, member.role, account=member.account).pk

    def test_an_agreement_ends_after_it_starts(self):
        agreement = an_agency().agreements.get().agreement
        breaks(
            "partners_agreement_ends_after_start",
            lambda: Agreement.objects.filter(pk=agreement.pk).update(ends_on=agreement.starts_on - DAY),
        )

    def test_an_agency_is_in_an_agreement_once(self):
        party = an_agency().agreements.get()
        breaks(
            "partners_party_once",
            lambda: AgreementParty.objects.create(agreement=party.agreement, agency=party.agency),
        )

    @pytest.mark.parametrize("flaw", [{"signed_by_name": ""}, {"signed_on": None}])
    def test_a_signature_has_a_name_and_a_date(self, flaw):
        party = an_agency().agreements.get()
        breaks(
            "partners_signature_has_name_and_date",
            lambda: AgreementParty.objects.filter(pk=party.pk).update(**flaw),
        )

    def test_a_lost_factor_takes_two_people_and_is_asked_once(self):
        agency = an_agency()
        one, two, person = (
            a_member(agency, Role.ADMINISTRATOR),
            a_member(agency, Role.ADMINISTRATOR),
            a_member(agency),
        )

        def ask(**fields):
            return FactorReset.objects.create(
                account=person.account,
                requested_by=one,
                requested_by_account=one.account,
                requested_at=NOON,
                **fields,
            )

        other_hat = a_member(an_agency(), Role.ADMINISTRATOR, account=one.account)
        for hat in (one, other_hat):
            breaks(
                "partners_reset_two_people",
                lambda hat=hat: ask(confirmed_by=hat, confirmed_by_account=hat.account, confirmed_at=NOON),
            )
        breaks("partners_reset_two_people", lambda: ask(confirmed_by=two, confirmed_at=NOON))
        breaks("partners_reset_two_people", lambda: ask(confirmed_by=two))
        breaks("partners_reset_two_people", lambda: ask(confirmed_at=NOON))
        assert ask(confirmed_by=two, confirmed_by_account=two.account, confirmed_at=NOON).pk
        ask()
        breaks("partners_reset_one_open", ask)

    @pytest.mark.parametrize("model", [Agency, Account])
    def test_who_acted_is_not_deleted(self, model):
        member = a_member(an_agency())
        with pytest.raises(models.ProtectedError):
            (member.agency if model is Agency else member.account).delete()

    def test_each_constraint_has_its_test(self):
        source = "".join(file.read_text(encoding="utf-8") for file in Path(__file__).parent.glob("test_*.py"))
        for model in vars(partners).values():
            if (
                isinstance(model, type)
                and issubclass(model, models.Model)
                and model.__module__.startswith(partners.__name__)
            ):
                for constraint in model._meta.constraints:
                    assert f'"{constraint.name}"' in source, constraint.name


def test_sectors_are_those_of_the_decision_table():
    assert [sector.value for sector in Sector] == [
        "POL", "HLT", "BHV", "EDU", "VIC", "SOC", "JUS", "COM", "EMP", "EVA", "PUB",
    ]  # fmt: skip
