"""Agencies made, edited, closed; what alters who sees what takes two people."""

import pytest
from django.urls import reverse

from egide.common import regimes
from egide.common.errors import NotVisible, Refused
from egide.ledger.models import Entry
from egide.partners import queries
from egide.partners.models import Agency, Jurisdiction, Membership, ProposedChange, Role
from egide.partners.services import agencies, changes
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency, an_area

TODAY = NOON.date()


@pytest.fixture
def no_known_regime(monkeypatch):
    monkeypatch.setattr(regimes, "_known", {})


def names(**fields):
    facts = {"name_en": "Clinic", "name_fr": "Clinique", "short_en": "", "short_fr": ""}
    return agencies.Names(**{**facts, "jurisdiction_id": an_area().pk, **fields})


def edit(office, agency, *, law=None, reason="Moved.", **fields):
    law = law or agencies.Law(agency.sector, tuple(agency.regimes))
    return agencies.edit_agency(
        agency_id=agency.pk, names=names(**fields), law=law, reason=reason, actor=office.one, at=NOON
    )


def create(office, code="clinic", codes=("ca-nb-phipaa",)):
    return agencies.create_agency(
        code=code, names=names(), law=agencies.Law("HLT", codes), reason="New.", actor=office.one, at=NOON
    )


class TestRegimes:
    @pytest.mark.parametrize(
        ("code", "is_one"),
        [
            ("ca-nb-phipaa", True),
            ("us-42cfr2", True),
            ("us-vawa", True),
            ("PHIPAA", False),
            ("ca", False),
            ("ca--x", False),
            ("ca-nb phipaa", False),
            ("ca-" + "a" * 38, False),
        ],
    )
    def test_follow_the_pattern_while_none_is_known(self, no_known_regime, code, is_one):
        assert regimes.is_acceptable(code) is is_one

    def test_are_those_known_once_some_are(self, no_known_regime):
        regimes.register({"ca-nb-phipaa": "PHIPAA"})
        regimes.register(["us-vawa"])

        assert regimes.known() == {"ca-nb-phipaa": "PHIPAA", "us-vawa": ""}
        assert not regimes.is_acceptable("ca-nb-other")


class TestCreating:
    def test_leaves_it_closed_until_a_second_person_confirms(self, office):
        made = create(office)
        assert not made.is_active

        changes.confirm_change(change_id=made.proposed_changes.get().pk, actor=office.two, at=NOON)

        made.refresh_from_db()
        assert made.is_active

    def test_refuses_a_code_taken_and_a_malformed_regime(self, office, no_known_regime):
        create(office)
        with pytest.raises(Refused):
            create(office)
        with pytest.raises(Refused):
            create(office, code="other", codes=("PHIPAA",))


class TestEditing:
    def test_renames_at_once_and_proposes_the_rest(self, office):
        agency = office.person.agency

        proposal = edit(office, agency, law=agencies.Law("HLT", ("ca-nb-phipaa",)), name_en="Renamed")

        agency.refresh_from_db()
        assert (agency.name_en, agency.sector) == ("Renamed", "POL")
        assert proposal.after == {"sector": "HLT", "regimes": ["ca-nb-phipaa"]}

    def test_proposes_nothing_when_the_law_stays(self, office):
        assert edit(office, office.person.agency, reason="") is None
        assert not ProposedChange.objects.exists()

    def test_is_all_or_nothing(self, office):
        agency = office.person.agency
        with pytest.raises(Refused):
            edit(office, agency, law=agencies.Law("HLT", ()), reason="", name_en="Renamed")

        agency.refresh_from_db()
        assert agency.name_en != "Renamed"

    def test_is_for_administrators_and_of_an_agency_that_is(self, office):
        with pytest.raises(NotVisible):
            agencies.edit_agency(
                agency_id=office.one.agency_id,
                names=names(),
                law=agencies.Law("POL", ()),
                reason="",
                actor=office.person,
                at=NOON,
            )
        with pytest.raises(NotVisible):
            edit(office, Agency(sector="POL"))


class TestClosing:
    def close(self, office, agency, actor=None):
        return agencies.deactivate_agency(
            agency_id=agency.pk, reason="Merged.", actor=actor or office.one, at=NOON
        )

    def test_ends_access_at_once_and_declines_what_waits(self, office):
        agency = office.person.agency
        changes.propose_agency_change(
            agency=agency, after={"sector": "HLT"}, reason="Moved.", actor=office.one, at=NOON
        )

        self.close(office, agency)

        assert not list(queries.hats_of(account_id=office.person.account_id, on=TODAY))
        assert ProposedChange.objects.get().outcome == "declined"
        assert "partners.agency_deactivated" in Entry.objects.order_by("-id").first().body
        with pytest.raises(NotVisible):
            self.close(office, agency)

    def test_leaves_somebody_to_administer(self, office):
        Membership.objects.filter(pk=office.again.pk).update(ends_on=TODAY - DAY)
        with pytest.raises(Refused):
            self.close(office, office.one.agency)

    def test_is_for_administrators(self, office):
        with pytest.raises(NotVisible):
            self.close(office, office.person.agency, actor=office.person)

    def test_is_undone_by_two(self, office):
        agency = office.person.agency
        with pytest.raises(NotVisible):
            agencies.propose_reopening(agency_id=agency.pk, reason="Back.", actor=office.one, at=NOON)
        self.close(office, agency)

        change = agencies.propose_reopening(agency_id=agency.pk, reason="Back.", actor=office.one, at=NOON)
        changes.confirm_change(change_id=change.pk, actor=office.two, at=NOON)

        assert list(queries.hats_of(account_id=office.person.account_id, on=TODAY)) == [office.person]


class TestPages:
    data = {
        "name_en": "Clinic",
        "name_fr": "Clinique",
        "sector": "HLT",
        "regimes": "ca-nb-phipaa\nca-nb-rtippa",
        "reason": "New.",
    }

    def test_a_new_one_waits_and_refusals_are_shown_again(self, office, enter, send, no_known_regime):
        enter(office.one)
        url = reverse("partners:agency-new")
        data = {**self.data, "code": "clinic", "area": str(an_area().pk)}

        assert send(url, {**data, "regimes": "PHIPAA!"}).status_code == 422
        answer = send(url, data)
        assert send(url, data).status_code == 422

        made = Agency.objects.get(code="clinic")
        assert answer.url == reverse("partners:agency", args=[made.pk])
        assert made.regimes == ["ca-nb-phipaa", "ca-nb-rtippa"]
        waiting = enter(office.two, "fr").get(reverse("partners:administration")).content.decode()
        assert "ca-nb-phipaa, ca-nb-rtippa" in waiting

    def test_editing_shows_what_is_and_proposes_what_changes(self, office, enter, send):
        agency = office.person.agency
        url = reverse("partners:agency-edit", args=[agency.pk])
        assert agency.name_fr in enter(office.one).get(url).content.decode()

        assert send(url, {**self.data, "area": str(an_area().pk), "reason": ""}).status_code == 422
        assert send(url, {**self.data, "area": str(an_area().pk)}).status_code == 302

        page = enter(office.one).get(reverse("partners:agency", args=[agency.pk])).content.decode()
        assert "Waiting for a second administrator" in page

    def test_closing_says_who_loses_access_then_reopening_waits(self, office, enter, send):
        agency = office.person.agency
        url = reverse("partners:agency-close", args=[agency.pk])
        left = a_member(agency)
        Membership.objects.filter(pk=left.pk).update(ends_on=TODAY - DAY)

        page = enter(office.one).get(url).content.decode()
        assert (office.person.person_name in page, left.person_name in page) == (True, False)
        assert send(url).status_code == 422
        assert send(url, {"reason": "Merged."}).status_code == 302
        assert enter(office.one).get(url).status_code == 404
        assert (
            "Merged." in enter(office.one).get(reverse("partners:agency", args=[agency.pk])).content.decode()
        )
        reopen = reverse("partners:agency-reopen", args=[agency.pk])
        assert send(reopen, {"reason": "Back."}).status_code == 302
        assert not Agency.objects.get(pk=agency.pk).is_active

    def test_list_is_of_a_place_and_below_or_a_sector(self, office, enter):
        province, city = an_area("province"), an_area("city")
        Jurisdiction.objects.filter(pk=city.pk).update(parent=province)
        here, there = an_agency("HLT", area=city), an_agency("HLT")
        url = reverse("partners:agencies")

        def shown(**chosen):
            text = enter(office.one).get(url, chosen).content.decode()
            return [f">{agency}</a>" in text for agency in (here, there, office.person.agency)]

        assert shown() == [True, True, True]
        assert shown(area=str(province.pk)) == [True, False, False]
        assert shown(sector="HLT") == [True, True, False]
        assert shown(area="x", sector="y", page="-1") == [True, True, True]

    @pytest.mark.parametrize("language", ["en", "fr"])
    def test_are_absent_to_others_and_cost_few_queries(
        self, office, enter, language, django_assert_max_num_queries
    ):
        agency = office.person.agency
        for _turn in range(5):
            a_member(agency, Role.CHAIR)
            an_agency()
        closed = an_agency()
        Agency.objects.filter(pk=closed.pk).update(is_active=False)
        urls = [reverse("partners:agencies"), reverse("partners:agency-new")]
        urls += [
            reverse(f"partners:{n}", args=[agency.pk]) for n in ("agency", "agency-edit", "agency-close")
        ]
        urls += [reverse(f"partners:{n}", args=[closed.pk]) for n in ("agency", "agency-reopen")]
        for url in urls:
            assert enter(office.person).get(url).status_code == 404
            client = enter(office.one, language)
            with django_assert_max_num_queries(12):
                answer = client.get(url)
            assert answer.status_code == 200, url
            assert f'lang="{language}"' in answer.content.decode()
