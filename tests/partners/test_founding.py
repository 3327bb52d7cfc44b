"""The first two administrators of a deployment."""

import io

import pytest
from django.core.management import CommandError, call_command

from egide.partners.models import Account, Agency, Invitation, Membership, Role
from egide.partners.services import inviting
from tests.factories import a_member, an_agency

pytestmark = pytest.mark.django_db
PEOPLE = ("a.roy=Anne Roy", "b.cyr=Bo Cyr")


def found(*people, area="here=Here", agency="victims=Victim services"):
    out = io.StringIO()
    call_command("first_administrators", *(people or PEOPLE), area=area, agency=agency, stdout=out)
    return out.getvalue()


def test_are_two_people_who_set_their_own_passwords(monkeypatch):
    said = found()

    members = Membership.objects.filter(role=Role.ADMINISTRATOR).select_related("account")
    assert {m.account.full_name for m in members} == {"Anne Roy", "Bo Cyr"}
    assert all(i.account_id != i.made_by.account_id for i in Invitation.objects.select_related("made_by"))
    for line in said.splitlines()[:2]:
        username, code = line.split()
        at = Invitation.objects.get(account__username=username).made_at
        assert inviting.accept_invitation(username=username, code=code, password="a-long-password-1", at=at)


def test_are_made_only_while_nobody_administers():
    a_member(an_agency(), Role.ADMINISTRATOR)
    with pytest.raises(CommandError):
        found()


@pytest.mark.parametrize("people", [("a=A", "A=B"), ("a", "b=B"), ("taken=A", "b=B")])
def test_are_refused_whole(people):
    Account.objects.create_user(username="taken")
    with pytest.raises(CommandError):
        found(*people)
    assert not Agency.objects.exists()
    assert Account.objects.count() == 1


def test_act_for_an_agency_that_exists_as_it_is():
    agency = an_agency()
    found(agency=f"{agency.code}=Other name")

    agency.refresh_from_db()
    assert agency.name_en != "Other name"
    assert agency.memberships.count() == 2
