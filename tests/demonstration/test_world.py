"""The world of the demonstration: two areas, their partners, a sign-in for each role; all fictional."""

import pytest
from django.contrib.auth import authenticate

from egide.assessments.models import InstrumentRight
from egide.cases.models import Programme
from egide.common.errors import Refused
from egide.demonstration import generate, world
from egide.partners.models import Account, Agency, AgreementParty, Jurisdiction, Membership, Role
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def test_holds_the_two_pilot_areas_of_the_programme(made):
    response = Programme.objects.filter(protocol_code="ccr").select_related("area").order_by("code")
    assert {p.prefix: p.area.name_fr for p in response} == {"FRE": "Fredericton", "EDM": "Nord-Ouest"}
    assert {"edmundston", "grand-sault", "fredericton"} <= set(
        Jurisdiction.objects.values_list("code", flat=True)
    )


def test_holds_the_four_protocols_in_both_languages(made):
    codes = Programme.objects.values_list("protocol_code", flat=True)
    assert set(codes) == {"ccr", "btam", "bias", "reentry"}
    assert not Programme.objects.filter(partners__code__in=["inclusion-fre", "return-edm"]).exists()


def test_has_a_sign_in_for_every_role_and_one_person_with_two_hats(made):
    roles = set(Membership.objects.values_list("role", flat=True))
    hats = [account.memberships.count() for account in Account.objects.order_by("username")]

    assert roles == set(Role.values)
    assert sorted(hats)[-2:] == [1, 2]
    assert Account.objects.filter(language="fr").count() >= 10


def test_every_sign_in_works_with_the_one_password(made, rf):
    for one in world.description()["people"]:
        user = authenticate(rf.post("/"), username=one["username"], password=world.PASSWORD)
        assert user is not None
        assert user.full_name == one["name"]


def test_one_partner_has_not_signed_yet(made):
    unsigned = AgreementParty.objects.filter(signed_on=None).values_list("agency__code", flat=True)

    assert list(unsigned.order_by("agency__code")) == ["newcomers-fre"]


def test_says_that_each_agency_is_fictional_and_puts_none_under_a_law_of_elsewhere(made):
    for agency in Agency.objects.order_by("code"):
        assert "fictional" in agency.name_en
        assert "ficti" in agency.name_fr
        assert set(agency.regimes) <= {"ca-nb-rtippa", "ca-nb-phipaa"}


def test_the_right_to_the_instruments_is_recorded(made):
    assert InstrumentRight.objects.count() == len(world.INSTRUMENTS)


def test_reads_itself_back(made):
    again = world.load()

    assert again.programmes == made.programmes
    assert again.agencies == made.agencies
    assert again.people == made.people


def test_goes_only_where_everything_is_fictional(made, settings):
    settings.EGIDE_FICTIONAL = False

    with pytest.raises(Refused):
        world.build(at=NOON)
    with pytest.raises(Refused):
        generate.generate(made, at=NOON)
