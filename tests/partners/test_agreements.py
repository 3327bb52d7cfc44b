"""Where an agreement stands, and how it is written down, signed and ended."""

import datetime

import pytest
from django.urls import reverse

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners import queries
from egide.partners.models import Agreement, AgreementParty, ProposedChange
from egide.partners.rules import agreements as rules
from egide.partners.services import agreements, changes
from egide.partners.services.signing import Signature
from tests.conftest import NOON
from tests.factories import DAY, an_agency

TODAY = NOON.date()


def terms(*, starts=-10, ends=None, over=None, parties=3, signed=3):
    def day(offset):
        return None if offset is None else TODAY + datetime.timedelta(days=offset)

    return rules.Terms(day(starts), day(ends), day(over), parties, signed)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "in_force"),
        ({"signed": 0}, "draft"),
        ({"signed": 1}, "signing"),
        ({"signed": 2}, "signing"),
        ({"starts": 1}, "to_come"),
        ({"starts": 0}, "in_force"),
        ({"ends": 61}, "in_force"),
        ({"ends": 60}, "expiring"),
        ({"ends": 0}, "expiring"),
        ({"ends": -1}, "expired"),
        ({"ends": -1, "signed": 0}, "expired"),
        ({"over": 1}, "expiring"),
        ({"over": 61}, "expiring"),
        ({"over": 62}, "in_force"),
        ({"over": 0}, "terminated"),
        ({"over": -1, "ends": -5}, "terminated"),
        ({"parties": 0, "signed": 0}, "draft"),
    ],
)
def test_where_an_agreement_stands(facts, state):
    assert rules.agreement_state(terms(**facts), on=TODAY) == state


@pytest.fixture
def agreement(office):
    return made(office)


def made(office, *, parties=None, **fields):
    facts = {"code": "new", "kind": "confidentiality", "title_en": "New", "title_fr": "Neuve"}
    text = agreements.Text(**{**facts, "starts_on": TODAY - DAY, **fields})
    parties = parties or [an_agency(signed=False) for _turn in range(2)]
    return agreements.create_agreement(
        text=text, agency_ids=[a.pk for a in parties], actor=office.one, at=NOON
    )


def propose(office, party, *, on=TODAY, actor=None):
    return changes.propose_signature(
        party_id=party.pk,
        signature=Signature("A. Director", on),
        reason="Seen on the paper.",
        actor=actor or office.one,
        at=NOON,
    )


def sign(office, party):
    change = propose(office, party)
    changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)
    party.refresh_from_db()
    return party


def end(office, agreement, *, on=TODAY, actor=None):
    return agreements.terminate_agreement(
        agreement_id=agreement.pk, on=on, reason="Replaced.", actor=actor or office.one, at=NOON
    )


class TestWritingDown:
    def test_binds_nobody(self, agreement):
        parties = [party.agency_id for party in agreement.parties.order_by("pk")]

        assert len(parties) == 2
        assert not queries.agreement_in_force(agency_ids=parties, on=TODAY)

    @pytest.mark.parametrize("flaw", [{"code": "new"}, {"code": "x", "ends_on": TODAY - 2 * DAY}])
    def test_refuses_a_code_taken_and_dates_the_wrong_way_round(self, office, agreement, flaw):
        with pytest.raises(Refused):
            made(office, **flaw)

    def test_takes_two_open_agencies(self, office):
        closed = an_agency()
        closed.is_active = False
        closed.save()
        with pytest.raises(Refused):
            made(office, parties=[an_agency()])
        with pytest.raises(NotVisible):
            made(office, parties=[an_agency(), closed])


class TestSigning:
    def test_binds_that_agency_from_that_day(self, office, agreement):
        first, second = agreement.parties.order_by("pk")

        sign(office, first)

        both = [first.agency_id, second.agency_id]
        assert queries.agreement_in_force(agency_ids=both, on=TODAY) == {first.agency_id}
        assert "A. Director" not in Entry.objects.order_by("-id").first().body

    def test_binds_nobody_before_a_second_administrator_confirms(self, office, agreement):
        party = agreement.parties.order_by("pk").first()

        change = propose(office, party)

        for hat in (office.one, office.again):
            with pytest.raises(PermissionDenied):
                changes.confirm_change(change_id=change.pk, actor=hat, at=NOON)
        assert not queries.agreement_in_force(agency_ids=[party.agency_id], on=TODAY)

    def test_declined_binds_nobody_and_may_be_proposed_again(self, office, agreement):
        party = agreement.parties.order_by("pk").first()

        changes.decline_change(change_id=propose(office, party).pk, actor=office.two, at=NOON)

        assert not queries.agreement_in_force(agency_ids=[party.agency_id], on=TODAY)
        assert sign(office, party).signed_on == TODAY

    def test_is_proposed_once_given_and_once(self, office, agreement):
        party = agreement.parties.order_by("pk").first()
        with pytest.raises(Refused):
            propose(office, party, on=TODAY + DAY)
        with pytest.raises(NotVisible):
            propose(office, party, actor=office.person)
        propose(office, party)
        with pytest.raises(Refused):
            propose(office, party)

    def test_is_given_once(self, office, agreement):
        party = sign(office, agreement.parties.order_by("pk").first())
        with pytest.raises(NotVisible):
            propose(office, party)

    def test_is_refused_once_the_agreement_is_over(self, office, agreement):
        party = agreement.parties.order_by("pk").first()
        waiting = propose(office, party)
        end(office, agreement)
        with pytest.raises(Refused):
            propose(office, agreement.parties.order_by("pk").last())
        with pytest.raises(Refused):
            changes.confirm_change(change_id=waiting.pk, actor=office.two, at=NOON)


class TestEnding:
    def test_binds_nobody_from_that_day(self, office, agreement):
        party = sign(office, agreement.parties.order_by("pk").first())

        end(office, agreement, on=TODAY + DAY)

        assert queries.agreement_in_force(agency_ids=[party.agency_id], on=TODAY)
        assert not queries.agreement_in_force(agency_ids=[party.agency_id], on=TODAY + DAY)

    def test_is_not_in_the_past_nor_twice_nor_by_others(self, office, agreement):
        with pytest.raises(Refused):
            end(office, agreement, on=TODAY - DAY)
        with pytest.raises(NotVisible):
            end(office, agreement, actor=office.person)
        end(office, agreement)
        with pytest.raises(Refused):
            end(office, agreement)


class TestPages:
    def test_from_writing_down_to_the_end(self, office, enter, send):
        enter(office.one)
        agencies = [an_agency(signed=False) for _turn in range(2)]
        data = {
            "code": "a-1",
            "kind": "confidentiality",
            "title_en": "One",
            "title_fr": "Une",
            "starts_on": "2026-11-01",
            "agencies": [str(a.pk) for a in agencies],
        }

        assert (
            send(reverse("partners:agreement-new"), {**data, "agencies": data["agencies"][:1]}).status_code
            == 422
        )
        assert send(reverse("partners:agreement-new"), data).status_code == 302
        agreement = Agreement.objects.get(code="a-1")
        page = reverse("partners:agreement", args=[agreement.pk])
        party = agreement.parties.order_by("pk").first()
        url = reverse("partners:agreement-sign", args=[party.pk])
        assert url in enter(office.one).get(page).content.decode()
        given = {"signed_by_name": "A. Director", "reason": "Seen on the paper."}
        assert send(url, {**given, "signed_on": "2027-01-01"}).status_code == 422
        assert send(url, {**given, "signed_on": "2026-11-20", "reason": ""}).status_code == 422
        assert send(url, {**given, "signed_on": "2026-11-20"}).status_code == 302
        assert "Waits for a second administrator" in enter(office.one).get(page).content.decode()
        waiting = enter(office.two).get(reverse("partners:administration")).content.decode()
        assert "Signed by A. Director on" in waiting
        change = ProposedChange.objects.get(party=party)
        assert send(reverse("partners:change-confirm", args=[change.pk])).status_code == 302
        enter(office.one)
        assert "Signed 1 of 2" in enter(office.one).get(page).content.decode()
        url = reverse("partners:agreement-terminate", args=[agreement.pk])
        shown = enter(office.one).get(url).content.decode()
        assert [str(a) in shown for a in agencies].count(True) == 1
        assert send(url, {"on": "2026-11-23", "reason": "Replaced."}).status_code == 302
        assert "Terminated" in enter(office.one).get(page).content.decode()
        assert send(url, {"on": "2026-11-23", "reason": "Replaced."}).status_code == 422

    def test_list_puts_what_ends_first_before_and_what_is_over_last(self, office, enter):
        for code, ends in (("late", 90), ("soon", 9), ("open", None), ("over", -1)):
            last = None if ends is None else TODAY + datetime.timedelta(days=ends)
            Agreement.objects.create(
                code=code,
                kind="sharing",
                title_en=f"The {code} one",
                title_fr=code,
                starts_on=TODAY - 400 * DAY,
                ends_on=last,
            )
        text = enter(office.one).get(reverse("partners:agreements")).content.decode()

        places = [text.index(f"The {code} one") for code in ("soon", "late", "open", "over")]
        assert places == sorted(places)

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_are_absent_to_others_and_cost_few_queries(
        self, office, agreement, enter, language, django_assert_max_num_queries
    ):
        for n in range(5):
            party = made(office, code=f"more-{n}").parties.order_by("pk").first()
            sign(office, party)
        waiting = AgreementParty.objects.filter(agreement=agreement).order_by("pk").first()
        urls = [reverse("partners:agreements"), reverse("partners:agreement-new")]
        urls += [reverse(f"partners:{n}", args=[agreement.pk]) for n in ("agreement", "agreement-terminate")]
        urls += [reverse("partners:agreement-sign", args=[waiting.pk])]
        for url in urls:
            assert enter(office.person).get(url).status_code == 404
            client = enter(office.one, language)
            with django_assert_max_num_queries(12):
                answer = client.get(url)
            assert answer.status_code == 200, url
            assert f'lang="{language}"' in answer.content.decode()
