"""The same person in two cases: found among what the reader may read, decided by people, taken back as it was."""

import datetime
import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from egide.cases import intake
from egide.cases.models import (
    Case,
    CaseLink,
    Entry,
    File,
    NameToken,
    Plan,
    Referral,
    SamePerson,
    SamePersonAnswer,
    Task,
)  # fmt: skip
from egide.cases.queries import matching as queries
from egide.cases.queries import same_people
from egide.cases.rules.matching import Band
from egide.cases.services import entries, linking, looking, matching, referring
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry as LedgerEntry
from egide.partners.models import Role, Sector
from egide.sharing import services as sharing
from egide.sharing.models import Assignment, Consent
from egide.vault.models import FileKeys
from tests.cases.test_pages import post, sign_in
from tests.conftest import NOON
from tests.factories import DAY, World, a_member, an_agency

pytestmark = pytest.mark.django_db
BORN = datetime.date(1984, 2, 13)
LATER = NOON + DAY


def refer(world, given, family, *, born=BORN, phone="", by=None, concern=None, at=NOON, address=""):
    person = intake.Person(given, family, born, "fr", phone, address)
    content = intake.ReferralContent(victim=person, person_of_concern=concern, incident="A quarrel.")
    return referring.refer(
        programme_id=world.programme.pk, content=content, actor=by or world.referrer, at=at
    ).case


def victim(case):
    return case.files.get(role="victim")


def found(world, case, actor=None):
    asked = same_people.of_case(case=Case.objects.get(pk=case.pk), actor=actor or world.coordinator, at=NOON)
    return [line.case.pk for line in asked.asked]


def answer(world, one, other, said="not_same", *, actor=None, at=NOON, reason="I spoke with both."):
    return matching.answer_same_person(
        file_id=victim(one).pk, other_id=victim(other).pk, answer=said, reason=reason,
        actor=actor or world.coordinator, at=at,
    )  # fmt: skip


@pytest.fixture
def two(world):
    """Two cases of one person, written otherwise."""
    world.one = refer(world, "Marie-Ève", "Thériault", phone="506-555-0101")
    world.other = refer(world, "Marie Eve", "Terriault", phone="+1 506 555 0101", at=NOON)
    return world


class TestFinding:
    @pytest.mark.parametrize(
        ("given", "family"),
        [
            ("Marie-Ève", "Thériault"), ("Marie", "Theriault"), ("Marie Eve", "Terriault"), ("Ève", "Thérriault"),
            ("Marie-Ève", "Thériault-Roy"),
        ],
    )  # fmt: skip
    def test_a_name_written_otherwise_is_found(self, world, given, family):
        known = refer(world, "Marie-Ève", "Thériault")

        assert found(world, refer(world, given, family)) == [known.pk]

    @pytest.mark.parametrize(
        ("given", "family"),
        [
            ("Bill", "ONeil"),
            ("William", "O’Nail"),
            ("Will", "O Neli"),
            ("ONeil", "William"),
            ("William", "Neil"),
        ],
    )
    def test_a_misspelt_name_or_a_nickname_is_found_as_it_is_typed(self, world, given, family):
        known = refer(world, "William", "O’Neil")
        typed = intake.Person(given, family, BORN)
        sought = queries.typed(typed, role="victim", holder=world.lead, by=world.lead)

        likely = same_people.typed(people=[sought], actor=world.coordinator, at=NOON)

        assert [one.found.file.case_id for one in likely] == [known.pk]

    def test_somebody_of_the_same_name_born_another_day_is_not(self, world):
        refer(world, "Anne", "Roy", born=datetime.date(1950, 6, 7))

        assert found(world, refer(world, "Anne", "Roy")) == []

    def test_the_two_sides_never_meet(self, world):
        refer(world, "Anne", "Roy", concern=intake.Person("Luc", "Cyr", BORN))

        assert found(world, refer(world, "Luc", "Cyr")) == []

    def test_people_of_one_case_are_not_compared_with_each_other(self, world):
        case = refer(world, "Anne", "Roy", concern=intake.Person("Anne", "Roy", BORN))

        assert found(world, case) == []

    def test_each_file_read_leaves_one_trace_of_codes(self, two):
        before = LedgerEntry.objects.count()
        found(two, two.one)

        traces = [json.loads(entry.body) for entry in LedgerEntry.objects.order_by("pk")[before:]]
        subjects = [one["subject"] for one in traces]
        assert {one["action"] for one in traces} == {"sharing.opened"}
        assert sorted(subjects) == sorted(str(victim(case).pk) for case in (two.one, two.other))
        assert all(one["actor"] == str(two.coordinator.pk) for one in traces)
        assert "riault" not in str(traces)


class TestNeedToKnow:
    def test_what_is_out_of_scope_gives_the_same_answer_for_the_same_work(self, world, client):
        elsewhere = World("edm")
        sign_in(client, world.officer)
        data = {"look": "1", "victim_given": "Marie", "victim_family": "Thériault"}
        client.post(reverse("cases:refer"), data)
        before, asked_before = self.looked(client, data)
        refer(elsewhere, "Marie", "Thériault")
        refer(world, "Marie", "Thériault")
        after, asked_after = self.looked(client, data)

        assert (after, asked_after) == (before, asked_before)
        assert "Nobody among the people you may read" in after

    def looked(self, client, data):
        with CaptureQueriesContext(connection) as captured:
            page = client.post(reverse("cases:refer"), data, headers={"HX-Request": "true"})
        assert page.status_code == 200
        return page.content.decode(), [q["sql"][:40] for q in captured.captured_queries]

    def test_a_recused_coordinator_sees_a_panel_as_if_the_other_case_did_not_exist(self, world, client):
        one = refer(world, "Anne", "Roy")
        sign_in(client, world.second)
        page = reverse("cases:same-people", args=[one.pk])
        client.get(page)
        before = self.panel(client, page)
        other = refer(world, "Anne", "Roy")
        looking.look_for_same_people(at=LATER)
        answer(world, one, other, "same")
        assert self.panel(client, page) != before
        sharing.recuse(
            case_id=other.pk, membership=world.second, reason_code="party", actor=world.coordinator, at=NOON
        )

        assert self.panel(client, page) == before
        waiting = client.get(reverse("cases:same-people-list")).content.decode()
        assert other.reference not in waiting
        pair = reverse("cases:same-person", args=[victim(one).pk, victim(other).pk])
        assert client.get(pair).status_code == 404
        assert post(client, pair, {"answer": "same", "reason": "x"}).status_code == 404

    def panel(self, client, page):
        with CaptureQueriesContext(connection) as captured:
            text = client.get(page, headers={"HX-Request": "true"}).content.decode()
        return text, len(captured)

    @pytest.mark.parametrize("who", ["officer", "nurse", "probation"])
    def test_partner_agencies_that_work_on_both_cases_learn_nothing_of_a_link(self, world, client, who):
        one, other = world.active(given="Anne", family="Roy"), world.active(given="Anne", family="Roy")
        page = one.get_absolute_url()
        sign_in(client, getattr(world, who))
        before = client.get(page).content.decode().count(other.reference)
        answer(world, one, other, "same")

        assert client.get(page).content.decode().count(other.reference) == before == 0
        pair = reverse("cases:same-person", args=[victim(one).pk, victim(other).pk])
        assert client.get(pair).status_code == 404
        assert client.get(reverse("cases:same-people", args=[one.pk])).status_code == 403
        assert client.get(reverse("cases:same-people-list")).status_code == 404
        assert client.get(reverse("cases:trace", args=[one.pk])).status_code == 403

    def test_a_partner_agency_looks_among_its_own_cases_only(self, world):
        mine = world.active(given="Anne", family="Roy")
        refer(world, "Anne", "Roy")
        sought = queries.typed(
            intake.Person("Anne", "Roy"), role="victim", holder=world.lead, by=world.police_agency
        )

        likely = same_people.typed(people=[sought], actor=world.officer, at=NOON)

        assert [one.found.file.case_id for one in likely] == [mine.pk]

    def test_those_who_work_with_the_person_of_concern_find_nobody_of_the_victims_side(self, world):
        world.active(given="Anne", family="Roy")
        typed = [
            queries.typed(intake.Person(*name), role=role, holder=world.lead, by=world.probation_agency)
            for name, role in ((("Anne", "Roy"), "victim"), (("Luc", "Cyr"), "person_of_concern"))
        ]

        likely = same_people.typed(people=typed, actor=world.probation, at=NOON)

        assert {one.found.file.role for one in likely} <= {"person_of_concern"}
        assert likely


class TestVictimServices:
    """us-vawa-release: matching a name across agencies, hashed or not, is a disclosure."""

    def grantee(self, world):
        agency = an_agency(Sector.VICTIM_SERVICES, regimes=("us-vawa",), area=world.area)
        world.programme.partners.add(agency)
        return a_member(agency, Role.ADVOCATE)

    def test_what_two_of_them_brought_is_never_compared(self, world):
        one = refer(world, "Anne", "Roy", by=self.grantee(world))
        other = refer(world, "Anne", "Roy", by=self.grantee(world))

        before = LedgerEntry.objects.filter(subject=victim(other).pk).count()
        assert found(world, one) == [] == found(world, other)
        # The first look opened its own file, not that of the other one.
        assert LedgerEntry.objects.filter(subject=victim(other).pk).count() == before + 1
        assert looking.look_for_same_people(at=LATER) == 0
        with pytest.raises(NotVisible):
            answer(world, one, other)

    def test_nor_what_one_brought_with_what_the_police_did(self, world):
        one = refer(world, "Anne", "Roy", by=self.grantee(world))
        refer(world, "Anne", "Roy")

        assert found(world, one) == []

    def test_what_the_same_one_brought_twice_is(self, world):
        brings = self.grantee(world)
        one, other = refer(world, "Anne", "Roy", by=brings), refer(world, "Anne", "Roy", by=brings)

        assert found(world, one) == [other.pk]

    def test_a_victim_service_compares_what_it_leads_itself(self, world):
        world.lead.regimes = ["us-voca"]
        world.lead.save()
        one, other = refer(world, "Anne", "Roy"), refer(world, "Anne", "Roy")

        assert found(world, one) == [other.pk]

    def test_the_law_of_the_day_it_was_written_stays(self, world):
        brings = self.grantee(world)
        one = refer(world, "Anne", "Roy", by=brings)
        brings.agency.regimes = []
        brings.agency.save()
        refer(world, "Anne", "Roy")

        assert found(world, one) == []

    def test_what_is_typed_for_one_meets_nothing_of_another(self, world):
        refer(world, "Anne", "Roy", by=self.grantee(world))
        typed = queries.typed(
            intake.Person("Anne", "Roy"), role="victim", holder=world.lead, by=world.police_agency
        )

        assert same_people.typed(people=[typed], actor=world.coordinator, at=NOON) == []


class TestAnswering:
    def test_two_people_see_each_others_answer_and_why(self, two, client):
        answer(two, two.one, two.other, "not_sure", reason="No birth certificate seen.")
        answer(two, two.one, two.other, "same", actor=two.second, reason="Her sister said so.")
        pair = reverse("cases:same-person", args=[victim(two.one).pk, victim(two.other).pk])
        for reader in (two.coordinator, two.second, two.advocate):
            text = sign_in(client, reader).get(pair).content.decode()

            for words in ("No birth certificate seen.", "Her sister said so.", two.coordinator.person_name, two.second.person_name):  # fmt: skip
                assert words in text

    def test_reasons_are_sealed_and_the_ledger_holds_codes(self, two):
        made = answer(two, two.one, two.other, "same", reason="Her sister said so.")

        kept = SamePersonAnswer.objects.get(pair=made)
        assert b"sister" not in bytes(kept.sealed_record().sealed)
        facts = json.loads(LedgerEntry.objects.latest("pk").body)
        assert facts["action"] == "cases.same_person_answered"
        assert facts["details"] == {"answer": "same"}
        assert "sister" not in str(facts)
        other = a_member(two.police_agency)
        with pytest.raises(NotVisible):
            sharing.open_team_words(actor=other, rows=[kept])

    @pytest.mark.parametrize(
        ("said", "reason"), [("same", " "), ("maybe", "Yes."), ("", "Yes."), ("same", "x" * 20_001)]
    )
    def test_an_answer_without_a_reason_or_a_word_of_ours_is_refused(self, two, said, reason):
        with pytest.raises(Refused):
            answer(two, two.one, two.other, said, reason=reason)
        assert not SamePersonAnswer.objects.exists()

    def test_only_a_coordinator_of_both_answers(self, two):
        for who, error in ((two.advocate, PermissionDenied), (two.officer, NotVisible)):
            with pytest.raises(error):
                answer(two, two.one, two.other, actor=who)
        with pytest.raises(NotVisible):
            answer(two, two.one, two.other, actor=World("edm").coordinator)

    def test_what_was_set_aside_is_not_asked_again_unless_who_they_are_is_written_anew(self, two):
        answer(two, two.one, two.other)
        file = victim(two.other)
        entries.write_entry(
            file=file, category="incident.facts", text="New.", actor=two.officer, at=LATER, form="note:1"
        )
        looking.look_for_same_people(at=LATER)
        assert found(two, two.one) == []

        before = Entry.objects.get(file=file, form="contact-given:1")
        entries.write_entry(
            file=file, category="contact.safe", data={"phone": "506-555-0101"}, form="contact-given:1",
            actor=two.coordinator, at=LATER, replaces=before,
        )  # fmt: skip

        assert found(two, two.one) == [two.other.pk]
        assert looking.look_for_same_people(at=LATER + DAY) == 1
        assert SamePerson.objects.get().answer == ""

    def test_the_answers_of_both_directions_are_of_one_question(self, two):
        answer(two, two.one, two.other)
        answer(two, two.other, two.one, "same")

        assert SamePerson.objects.get().answers.count() == 2


def state(*, but=()):
    """Every row linking could touch, as stored."""
    models = (
        Case,
        File,
        Entry,
        Task,
        NameToken,
        FileKeys,
        Assignment,
        Consent,
        CaseLink,
        Plan,
        Referral,
        SamePerson,
    )
    return {
        model.__name__: sorted(map(str, model.objects.order_by().values_list()))
        for model in models
        if model not in but
    }


class TestUnlinking:
    def unlink(self, world, actor=None, reason="It was her cousin."):
        matching.unlink_same_person(
            file_id=victim(world.one).pk, other_id=victim(world.other).pk, reason=reason,
            actor=actor or world.second, at=LATER,
        )  # fmt: skip

    @pytest.mark.parametrize("before", [None, "not_sure", "not_same"])
    def test_restores_everything_to_the_byte(self, two, before):
        looking.look_for_same_people(at=LATER - datetime.timedelta(hours=20))
        assert SamePerson.objects.count() == 1
        if before:
            answer(two, two.one, two.other, before, at=LATER - datetime.timedelta(hours=2))
        keys = set(FileKeys.objects.values_list("pk", flat=True))
        as_it_was = state(but=[FileKeys])
        keys_were = sorted(map(str, FileKeys.objects.order_by().values_list()))
        answer(two, two.one, two.other, "same", at=LATER - datetime.timedelta(hours=1))
        # Linked, only the question says something else.
        linked = state(but=[FileKeys])
        assert [name for name in linked if linked[name] != as_it_was[name]] == ["SamePerson"]

        self.unlink(two)

        assert state(but=[FileKeys]) == as_it_was
        assert sorted(map(str, FileKeys.objects.filter(pk__in=keys).order_by().values_list())) == keys_were

    def test_what_was_said_stays(self, two, client):
        answer(two, two.one, two.other, "same")
        self.unlink(two)
        pair = reverse("cases:same-person", args=[victim(two.one).pk, victim(two.other).pk])

        text = sign_in(client, two.coordinator).get(pair).content.decode()

        assert "It was her cousin." in text
        assert "I spoke with both." in text

    def test_refuses_what_is_not_linked_and_linking_twice(self, two):
        answer(two, two.one, two.other, "not_sure")
        with pytest.raises(Refused):
            self.unlink(two)
        answer(two, two.one, two.other, "same")
        with pytest.raises(Refused):
            answer(two, two.one, two.other, "not_same")

    def test_a_link_opens_nothing_to_anybody(self, two):
        """The decision tables, assignments and consents are not asked anything of it."""
        reader = two.advocate
        before = sharing.open_file(actor=reader, file=victim(two.one), purpose="case_management", at=NOON)
        answer(two, two.one, two.other, "same")
        after = sharing.open_file(actor=reader, file=victim(two.one), purpose="case_management", at=NOON)

        assert [(c.item_class, c.level) for c in before.classes] == [
            (c.item_class, c.level) for c in after.classes
        ]


class TestLinksOfCases:
    def test_unlinking_takes_back_only_what_the_link_marked(self, world):
        a, b, c = (refer(world, "Anne", "Roy", at=NOON + n * DAY) for n in range(3))

        def repeats():
            return [Case.objects.get(pk=one.pk).is_repeat for one in (a, b, c)]

        def link(one, other):
            return linking.link_cases(
                case_id=one.pk, other_id=other.pk, kind="repeat", actor=world.coordinator, at=NOON
            )

        def unlink(one):
            linking.unlink_cases(link_id=one.pk, actor=world.coordinator, at=NOON)

        first, second, third = link(a, b), link(b, c), link(a, c)
        assert repeats() == [False, True, True]
        unlink(second)
        assert repeats() == [False, True, True], "the third says so of c still"
        unlink(third)
        assert repeats() == [False, True, False]
        fourth = link(b, c)
        unlink(first)
        assert repeats() == [False, False, True], "b is the earlier of what is left"
        unlink(fourth)
        assert repeats() == [False, False, False]

    def test_a_case_that_came_again_before_any_link_stays_one(self, world):
        one, other = refer(world, "Anne", "Roy"), refer(world, "Anne", "Roy", at=LATER)
        Case.objects.filter(pk=other.pk).update(is_repeat=True)
        link = linking.link_cases(
            case_id=one.pk, other_id=other.pk, kind="repeat", actor=world.coordinator, at=NOON
        )
        linking.unlink_cases(link_id=link.pk, actor=world.coordinator, at=NOON)

        assert Case.objects.get(pk=other.pk).is_repeat


class TestWorker:
    def test_finds_within_one_programme_and_opens_nothing(self, two):
        elsewhere = World("edm")
        refer(elsewhere, "Marie-Ève", "Thériault")
        before = LedgerEntry.objects.count()

        assert looking.look_for_same_people(at=LATER) == 1
        assert looking.look_for_same_people(at=LATER + DAY) == 0

        pair = SamePerson.objects.get()
        assert {pair.first_case_id, pair.second_case_id} == {two.one.pk, two.other.pk}
        assert LedgerEntry.objects.count() == before

    def test_goes_on_where_it_stopped(self, world, monkeypatch):
        monkeypatch.setattr(looking, "AT_ONCE", 2)
        for _n in range(5):
            refer(world, "Anne", "Roy")

        made = [looking.look_for_same_people(at=LATER + n * DAY) for n in range(4)]

        assert made == [1, 2 + 3, 4, 0]


class TestPages:
    def test_the_list_is_oldest_first_paged_and_shrinks_as_one_answers(self, world, client, monkeypatch):
        sign_in(client, world.coordinator)
        page = reverse("cases:same-people-list")
        assert "No two people of your programmes wait" in client.get(page).content.decode()
        names = [("Anne", "Roy"), ("Luc", "Cormier"), ("Zoé", "Doucet")]
        cases = []
        for n, name in enumerate(names):
            cases.append((refer(world, *name), refer(world, *name)))
            looking.look_for_same_people(at=LATER + n * DAY)
        monkeypatch.setattr(same_people, "PAGE", 2)

        text = client.get(page).content.decode()
        assert text.index("Anne Roy") < text.index("Luc Cormier")
        assert "Zoé" not in text
        following = text.split("?from=")[1].split('"')[0]
        assert "Zoé Doucet" in client.get(f"{page}?from={following}").content.decode()
        answer(world, *cases[0])
        assert "Anne Roy" not in client.get(page).content.decode()

    def test_those_whose_names_meet_and_nothing_else_are_counted_not_shown(self, world, client):
        refer(world, "Anne", "Roy")
        refer(world, "Anne", "Roy", born=datetime.date(1950, 7, 8))
        looking.look_for_same_people(at=LATER)

        text = sign_in(client, world.coordinator).get(reverse("cases:same-people-list")).content.decode()

        assert "1 pair of this page is not shown" in text
        assert "Anne Roy" not in text

    def test_a_whole_journey_answer_then_unlink(self, two, client):
        sign_in(client, two.coordinator)
        panel = client.get(reverse("cases:same-people", args=[two.one.pk])).content.decode()
        assert "Very likely the same person" in panel
        assert "Same last figures of the phone number." in panel
        pair = reverse("cases:same-person", args=[victim(two.one).pk, victim(two.other).pk])
        assert pair in panel
        assert post(client, pair, {"answer": "same"}).status_code == 422
        assert post(client, pair, {"answer": "same", "reason": "Same card."}).status_code == 302
        sign_in(client, two.second)
        assert "The same person, in another case" in client.get(
            reverse("cases:same-people", args=[two.other.pk])
        ).content.decode()  # fmt: skip
        assert post(client, pair, {"reason": "Her cousin."}).status_code == 302

        assert SamePerson.objects.get().answer == ""

    def test_nothing_typed_is_lost_when_one_looks_before_sending(self, two, client):
        sign_in(client, two.coordinator)
        said = {
            "look": "1", "victim_given": "Marie-Ève", "victim_family": "Theirault", "incident": "Shouted at the door.",
            "victim_born_on": "1984-02-13", "indicators": ["weapon", "stalking"], "programme": str(two.programme.pk),
        }  # fmt: skip
        text = client.post(reverse("cases:refer"), said).content.decode()

        assert two.one.reference in text
        assert "Very likely the same person" in text
        assert "Shouted at the door." in text
        assert text.count('value="weapon" checked') == text.count('value="stalking" checked') == 1
        assert "There is a problem" not in text
        assert Case.objects.count() == 2
        fragment = client.post(reverse("cases:refer"), said, headers={"HX-Request": "true"}).content.decode()
        assert two.one.reference in fragment
        assert "<html" not in fragment

    @pytest.mark.parametrize("word", ["percent", "score", "%"])
    def test_no_figure_is_shown_of_how_alike_they_are(self, two, client, word):
        sign_in(client, two.coordinator)
        panel = client.get(reverse("cases:same-people", args=[two.one.pk]), headers={"HX-Request": "true"})

        assert word not in panel.content.decode().replace("%3A", "")

    def test_each_page_costs_twelve_queries_at_most(self, two, client):
        for n in range(6):
            refer(two, "Marie-Ève", "Thériault", at=NOON + n * DAY)
        looking.look_for_same_people(at=LATER + 9 * DAY)
        answer(two, two.one, two.other, "same")
        sign_in(client, two.coordinator)
        for url in (
            reverse("cases:same-people", args=[two.one.pk]),
            reverse("cases:same-people-list"),
            reverse("cases:same-person", args=[victim(two.one).pk, victim(two.other).pk]),
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            sql = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
            assert len(sql) <= 12, "\n".join([url, *(one[:150] for one in sql)])


def broken(**changed):
    with pytest.raises(IntegrityError), transaction.atomic():
        SamePerson.objects.filter(pk=SamePerson.objects.get().pk).update(**changed)


def test_the_database_holds_what_must_be_true(two):
    looking.look_for_same_people(at=LATER)
    pair = SamePerson.objects.get()

    broken(first=pair.second_id, second=pair.first_id)
    broken(first_case=pair.second_case_id)
    broken(answer="same")
    broken(answered_at=NOON)
    broken(answer="maybe", answered_by=two.coordinator, answered_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        SamePerson.objects.create(
            agency=two.lead, first=pair.first, second=pair.second, asked_at=NOON,
            first_case=pair.first_case, second_case=pair.second_case,
        )  # fmt: skip
    answer(two, two.one, two.other)
    with pytest.raises(IntegrityError), transaction.atomic():
        SamePersonAnswer.objects.update(answer="undone")


def test_bands_of_a_case_come_closest_first(two):
    refer(two, "Marie-Ève", "Thériault", born=None)
    likely = same_people.of_case(case=two.one, actor=two.coordinator, at=NOON).asked

    assert [line.comparison.band for line in likely] == [Band.VERY_LIKELY, Band.POSSIBLE]
