"""A former version of a plan is read as it was; two versions are compared in words, for who may read both."""

import pytest
from django.urls import reverse

from egide.cases.models import Plan
from egide.cases.queries import planning as planned
from egide.cases.rules.plan_changes import MOST_SENTENCES, Change, part_changes
from egide.cases.services import entries, planning
from egide.ledger.models import Entry as LedgerEntry
from tests.cases.test_pages import post, sign_in
from tests.cases.test_protocols import going_on
from tests.conftest import NOON
from tests.factories import DAY, World

pytestmark = pytest.mark.django_db

FIRST = {"leaving": "Zbag by the door. Zcall Marie.", "pets": "Zcat to Anne.", "wishes": "Zstay."}
SECOND = {"leaving": "Zbag at work. Zcall Marie.", "children": "Zschool knows.", "wishes": "Zstay."}


def agreed(world, case, sections, *, based_on=None, at=NOON, why="", made_with="in_person"):
    made = planning.write_plan(
        case_id=case.pk,
        sections=sections,
        made_with=made_with,
        based_on=based_on and based_on.content_id,
        why=why,
        actor=world.advocate,
        at=at,
    )
    return planning.agree_plan(plan_id=made.pk, content_id=made.content_id, actor=world.advocate, at=at)


@pytest.fixture
def case(world):
    return world.active()


@pytest.fixture
def two(world, case):
    first = agreed(world, case, FIRST)
    return first, agreed(world, case, SECOND, based_on=first, at=NOON + DAY, why="Zlocks changed.")


def main_of(answer):
    return answer.content.decode().split("<main")[1].split("</main>")[0]


class TestWhatChanged:
    def test_is_said_part_by_part_in_the_order_of_the_plan(self):
        found = part_changes(FIRST, SECOND, order=("wishes", "leaving", "children", "pets", "orders"))

        assert [(one.code, one.change) for one in found] == [
            ("wishes", Change.SAME),
            ("leaving", Change.CHANGED),
            ("children", Change.ADDED),
            ("pets", Change.REMOVED),
        ]

    def test_of_a_text_is_said_by_the_sentence(self):
        one = part_changes({"a": "One. Two. Three."}, {"a": "One.\nFour! Three. Five."}, order="a")[0]

        assert [(p.change, p.text) for p in one.before] == [
            (Change.SAME, "One."), (Change.REMOVED, "Two."), (Change.SAME, "Three."),
        ]  # fmt: skip
        assert [(p.change, p.text) for p in one.after] == [
            (Change.SAME, "One."), (Change.ADDED, "Four!"), (Change.SAME, "Three."), (Change.ADDED, "Five."),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("sentences", "is_cut"), [(MOST_SENTENCES // 2, True), (MOST_SENTENCES // 2 + 1, False)]
    )
    def test_of_a_text_too_long_is_the_whole_of_it(self, sentences, is_cut):
        old = " ".join(["Same."] * sentences)
        new = " ".join(["Same."] * (sentences - 1) + ["Other."])

        one = part_changes({"a": old}, {"a": new}, order="a")[0]

        assert (one.before[0].change == Change.SAME) == is_cut

    def test_of_spaces_alone_is_nothing(self):
        assert part_changes({"a": " One. "}, {"a": "One."}, order="a")[0].change == Change.SAME
        assert part_changes({"a": " "}, {}, order="a") == []


class TestAFormerVersion:
    def test_is_read_as_it_was_after_others_were_agreed(self, world, case, two, client):
        agreed(world, case, {"wishes": "Zmove."}, based_on=two[1], at=NOON + 2 * DAY)
        sign_in(client, world.coordinator)

        page = main_of(client.get(reverse("cases:plan-version", args=[case.pk, two[0].pk])))

        assert all(words in page for words in FIRST.values())
        assert "This version was replaced." in page
        assert "Zmove." not in page and "Zschool" not in page

    def test_is_a_link_away_on_the_page_of_the_plan(self, world, case, two, client):
        sign_in(client, world.advocate)

        page = main_of(client.get(reverse("cases:plan", args=[case.pk])))

        assert reverse("cases:plan-version", args=[case.pk, two[0].pk]) in page
        assert "Zcat to Anne." not in page
        assert "Zlocks changed." in page

    def test_leaves_a_trace_of_its_reading(self, world, case, two, client):
        sign_in(client, world.coordinator)
        before = LedgerEntry.objects.count()

        client.get(reverse("cases:plan-version", args=[case.pk, two[0].pk]))

        assert LedgerEntry.objects.count() == before + 1

    def test_of_another_case_is_absent(self, world, two, client):
        other = world.active(given="Anne", family="Roy")
        sign_in(client, world.coordinator)

        assert client.get(reverse("cases:plan-version", args=[other.pk, two[0].pk])).status_code == 404

    @pytest.mark.parametrize("reader", ["officer", "nurse"])
    def test_is_refused_to_who_does_not_support_the_person(self, world, case, two, client, reader):
        sign_in(client, getattr(world, reader))

        for page in (
            reverse("cases:plan-version", args=[case.pk, two[0].pk]),
            reverse("cases:plan-compare", args=[case.pk]),
        ):
            assert client.get(page).status_code == 403

    def test_looks_absent_from_the_other_side(self, world, case, two, client):
        sign_in(client, world.probation)

        for page in (
            reverse("cases:plan-version", args=[case.pk, two[0].pk]),
            reverse("cases:plan-compare", args=[case.pk]),
        ):
            assert client.get(page).status_code in (403, 404)

    def test_opens_to_an_uninvolved_team_not_at_all(self, world, case, two, client):
        sign_in(client, World("x").coordinator)

        assert client.get(reverse("cases:plan-compare", args=[case.pk])).status_code == 404


class TestTwoVersions:
    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("en", ("Changed", "Added", "Removed", "Who, when and why", "1 part added, 1 part removed, 1 part changed")),
            ("fr", ("Modifié", "Ajouté", "Retiré", "Qui, quand et pourquoi", "1 partie ajoutée, 1 partie retirée")),
        ],
    )  # fmt: skip
    def test_are_compared_in_words_with_who_when_and_why(self, world, case, two, client, language, said):
        sign_in(client, world.advocate, language)

        page = main_of(client.get(reverse("cases:plan-compare", args=[case.pk])))

        for words in said:
            assert words in page
        assert "Zlocks changed." in page
        assert str(world.advocate.person_name) in page
        assert page.count("<del>") == 2 and page.count("<ins>") == 2, "what stayed is not marked"

    def test_are_taken_in_their_order_whichever_is_asked_first(self, world, case, two, client):
        sign_in(client, world.advocate)
        page = reverse("cases:plan-compare", args=[case.pk])

        one = main_of(client.get(page, {"before": 1, "after": 2}))
        other = main_of(client.get(page, {"before": 2, "after": 1}))

        assert one.split("Who, when")[1] == other.split("Who, when")[1]

    @pytest.mark.parametrize(
        "asked", [{"before": 1, "after": 1}, {"before": 1, "after": 9}, {"before": "x", "after": 1}]
    )
    def test_that_are_not_two_are_refused_at_their_field(self, world, case, two, client, asked):
        sign_in(client, world.advocate)

        answer = client.get(reverse("cases:plan-compare", args=[case.pk]), asked)

        assert answer.status_code == 422
        assert "Zbag" not in main_of(answer)

    def test_are_not_compared_while_there_is_one(self, world, case, client):
        agreed(world, case, FIRST)
        sign_in(client, world.advocate)

        assert "nothing to compare" in main_of(client.get(reverse("cases:plan-compare", args=[case.pk])))

    def test_whose_words_may_not_be_read_say_so_and_nothing_else(self, world, case, two):
        file = entries.subject_file(case)

        opened = planned.open_versions(file=file, plans=two, actor=world.probation, at=NOON + DAY)

        assert [one.sections for one in opened] == [None, None]
        assert {one.why for one in opened} == {""}

    def test_of_a_management_plan_are_compared_too(self, db, client):
        team = World("btm", protocol="btam")
        team.advocate = team.coordinator
        case = going_on(team)
        first = agreed(team, case, {"goals": "Zone."}, made_with="with_team")
        agreed(team, case, {"goals": "Ztwo."}, based_on=first, made_with="with_team")
        sign_in(client, team.coordinator)

        page = main_of(client.get(reverse("cases:plan-compare", args=[case.pk])))

        assert "Zone." in page and "Ztwo." in page


class TestWhy:
    def test_is_asked_once_a_version_is_agreed(self, world, case, client):
        sign_in(client, world.advocate)
        page = reverse("cases:plan-write", args=[case.pk])
        assert "Why is it written again?" not in client.get(page).content.decode()
        first = agreed(world, case, FIRST)

        assert "Why is it written again?" in client.get(page).content.decode()
        sent = post(
            client,
            page,
            {**SECOND, "made_with": "in_person", "based_on": str(first.content_id), "why": "Znew job."},
        )

        assert sent.status_code == 302
        assert "Znew job." in client.get(page).content.decode(), "a draft keeps it"
        plan = Plan.objects.get(version=2)
        planning.agree_plan(plan_id=plan.pk, content_id=plan.content_id, actor=world.advocate, at=NOON)
        assert "Znew job." not in client.get(page).content.decode(), "the next version has its own"

    def test_of_a_first_version_is_not_kept(self, world, case):
        first = agreed(world, case, FIRST, why="Zno.")

        opened = planned.open_versions(
            file=entries.subject_file(case), plans=[first], actor=world.advocate, at=NOON
        )
        assert opened[0].why == ""
