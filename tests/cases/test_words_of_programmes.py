"""What a page says is true of the programme it is read in."""

import pytest
from django.urls import reverse

from egide.cases.models import Case
from egide.cases.services import conferring, triaging
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import behaviour, behaviour_form, going_on
from tests.conftest import NOON
from tests.factories import DAY, World


@pytest.fixture
def team(db):
    return World("btm", protocol="btam")


def read(client, name, *args, **kwargs):
    answer = client.get(reverse(f"cases:{name}", args=args), **kwargs)
    assert answer.status_code == 200
    return answer.content.decode()


def test_where_no_consent_is_asked_triage_does_not_speak_of_any(team, client):
    sign_in(client, team.teacher)
    post(client, reverse("cases:refer"), behaviour_form(team))
    case = Case.objects.get()
    sign_in(client, team.coordinator)

    page = read(client, "triage-case", case.pk)
    assert "A. Doucet</h1>" in page
    assert "the team finds out more" in page
    assert "ask for consent" not in page
    assert "Does the person know?" not in page
    triaging.accept_referral(case_id=case.pk, reason="A date.", actor=team.coordinator, at=NOON)
    for name, args in (("case", [case.pk]), ("caseload", [])):
        assert "Accepted: to be assessed" in read(client, name, *args)


def test_where_the_person_is_reached_triage_says_so(world, client):
    case = world.referral().case
    sign_in(client, world.coordinator)

    page = read(client, "triage-case", case.pk)
    assert "ask for consent" in page
    assert "Does the person know?" in page


@pytest.mark.parametrize("protocol", ["ccr", "reentry"])
def test_a_case_closes_in_words_of_whom_it_is_about(db, client, protocol):
    world = World("oth", protocol=protocol)
    sign_in(client, world.referrer)
    told = {
        "programme": str(world.programme.pk),
        "person_family": "Roy",
        "person_language": "fr",
        "person_informed": "yes",
        "goals": "To work.",
        "victim_family": "Roy",
        "victim_language": "fr",
        "victim_informed": "yes",
        "incident": "Threats.",
    }
    post(client, reverse("cases:refer"), told)
    case = Case.objects.get()
    triaging.accept_referral(case_id=case.pk, reason="Yes.", actor=world.coordinator, at=NOON)
    sign_in(client, world.coordinator)

    page = read(client, "close", case.pk)
    assert ("The person withdrew consent" in page) == (protocol == "reentry")
    assert ("The victim withdrew consent" in page) == (protocol == "ccr")


@pytest.mark.parametrize(("protocol", "days"), [("btam", "one working day"), ("reentry", "3 working days")])
def test_who_refers_is_told_the_delay_of_the_programme(db, client, protocol, days):
    world = World("oth", protocol=protocol)
    sign_in(client, world.referrer)
    told = {**behaviour_form(world), "person_informed": "yes", "goals": "To work."}

    answer = post(client, reverse("cases:refer"), told, follow=True)
    assert f"within {days}" in answer.content.decode()


def test_a_conference_asks_for_wishes_only_where_it_decides_nothing_without_them(team, world, client):
    for there, case, asks in (
        (team, going_on(team, content=behaviour()), False),
        (world, world.active(), True),
    ):
        sitting = conferring.call_conference(
            programme_id=there.programme.pk,
            starts_at=NOON + DAY,
            kind="regular",
            seats=[(there.coordinator, "coordinator")],
            actor=there.coordinator,
            at=NOON,
        )
        item = conferring.put_on_agenda(
            conference_id=sitting.pk, case_id=case.pk, actor=there.coordinator, at=NOON
        )
        sign_in(client, there.coordinator)
        assert ("nothing is decided" in read(client, "conference-item", sitting.pk, item.pk)) == asks


def test_a_reason_in_the_file_says_of_what(world, client):
    case = world.active()
    sign_in(client, world.coordinator)

    page = read(client, "case", case.pk)
    assert "Triage, the reason" in page
    assert "Eligibility, the reason" in page


def test_the_next_consent_is_not_called_the_one_there_is(world, client):
    case = world.active()
    sign_in(client, world.coordinator)

    assert "Consent, to be asked again" in read(client, "case", case.pk)


def test_who_only_refers_is_offered_their_referrals_and_nothing_that_is_refused(world, client):
    sign_in(client, world.referrer)

    page = read(client, "refer")
    assert "Our referrals" in page
    assert reverse("cases:search") not in page
    assert reverse("partners:acting-for") not in page
    assert client.get(reverse("cases:referrals")).status_code == 200
