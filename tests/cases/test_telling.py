"""May I tell them? One line first, from the decisions that serve pages; nothing in it the one who asks may not know."""

import re

import pytest
from django.urls import reverse

from egide.cases.models import Entry
from egide.cases.queries import sharing as queries
from egide.cases.queries import telling
from egide.cases.services import consenting, entries
from egide.sharing import services as sharing
from egide.sharing.rules.levels import Level
from tests.cases.test_consenting import seen
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import SHARED, World, an_agency

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world):
    return world.active(agencies=[world.police_agency])


def found(world, case, agency, *, category="", actor=None):
    lines = queries.possibilities(case=case, agency=agency, actor=actor or world.coordinator, at=NOON)
    return telling.answer(telling.only(lines, category))


def page(client, world, case, *, who=None, language="en", **asked):
    sign_in(client, who or world.coordinator, language)
    return client.get(reverse("cases:sharing", args=[case.pk]), asked)


def titles(told):
    return {title for one in told for title in one.titles}


class TestTheAnswer:
    def test_is_no_to_an_agency_no_consent_names_and_says_why_and_what_else(self, world, case):
        answer = found(world, case, world.school_agency)

        assert answer.verdict == "no"
        assert answer.reasons
        assert all(why for why, _titles in answer.reasons)
        assert answer.consent_opens

    def test_is_yes_but_only_where_a_part_is_open(self, world, case):
        answer = found(world, case, world.police_agency)

        assert answer.verdict == "only"
        assert answer.reasons
        assert titles(answer.told) | titles(answer.shown)

    def test_is_yes_of_one_kind_they_get_whole(self, world, case):
        Entry.objects.filter(file__case=case).update(regimes="")
        lines = queries.possibilities(case=case, agency=world.police_agency, actor=world.coordinator, at=NOON)
        whole = next(
            line.category
            for one in lines
            for line in one.lines
            if line.least == Level.SHARE
            and not any(
                other.category == line.category and other.least < Level.SHARE
                for f in lines
                for other in f.lines
            )
        )

        assert found(world, case, world.police_agency, category=whole).verdict == "yes"

    def test_is_that_there_is_nothing_of_a_kind_nobody_wrote(self, world, case):
        assert found(world, case, world.police_agency, category="justice.juvenile").verdict == "nothing"

    @pytest.mark.parametrize("who", ["police", "health", "school", "probation"])
    def test_says_what_they_read(self, world, case, who):
        agency = getattr(world, f"{who}_agency")
        reads = {slug for _role, slug in seen(world, case, agency)}
        lines = queries.possibilities(case=case, agency=agency, actor=world.coordinator, at=NOON)

        told = {line.category for one in lines for line in one.lines if line.today >= Level.VIEW}
        assert told == reads & {line.category for one in lines for line in one.lines}

    def test_never_says_all_of_what_a_law_closes_in_part(self, world, case):
        """Said aloud, a consent opens what the police wrote, and not what a law wants in writing."""
        file = entries.subject_file(case)
        consenting.renew_consent(
            case_id=case.pk,
            consent=world.consent(agencies=[world.police_agency, world.health_agency], form="verbal"),
            actor=world.coordinator,
            at=NOON,
        )
        entries.write_entry(
            file=file,
            category="incident.facts",
            text="A broken wrist.",
            form="note:1",
            actor=world.nurse,
            at=NOON,
        )
        Entry.objects.filter(file=file, agency=world.health_agency).update(regimes="us-hipaa")
        asked = {"category": "incident.facts"}
        # Whoever wrote it reads it; to a coordinator it is closed too, and changes nothing in their answer.
        assert found(world, case, world.police_agency, **asked).verdict == "yes"
        answer = found(world, case, world.police_agency, actor=world.nurse, **asked)

        assert answer.verdict == "only"
        assert titles(answer.some) == {"Facts"}

    def test_of_who_is_kept_out_is_no(self, world, case):
        sharing.recuse(
            case_id=case.pk, agency=world.police_agency, reason_code="party", actor=world.coordinator, at=NOON
        )

        answer = found(world, case, world.police_agency)
        assert answer.verdict == "no"
        assert not answer.consent_opens


class TestWhoAsks:
    def test_is_told_nothing_of_what_they_may_not_read(self, world, case):
        """The answer is the same whether something they may not read is there or not."""
        before = found(world, case, world.school_agency, actor=world.officer)
        entries.write_entry(
            file=entries.subject_file(case),
            category="reporter.identity",
            text="A neighbour.",
            form="note:1",
            actor=world.coordinator,
            at=NOON,
        )
        assert found(world, case, world.school_agency, actor=world.officer) == before
        assert (
            found(world, case, world.school_agency, actor=world.officer, category="reporter.identity").verdict
            == "nothing"
        )

    def test_offers_every_kind_whatever_is_there(self, world, case, client):
        empty = page(client, world, case).context["form"].fields["category"].choices
        entries.write_entry(
            file=entries.subject_file(case), category="health.mental", text="x", form="note:1",
            actor=world.nurse, at=NOON,
        )  # fmt: skip

        assert page(client, world, case).context["form"].fields["category"].choices == empty

    def test_is_neither_a_partner_nor_a_stranger(self, world, case, client):
        other = World("edm")
        assert (
            page(client, world, case, who=world.officer, agency=str(world.school_agency.pk)).status_code
            == 403
        )
        assert page(client, world, case, who=other.coordinator).status_code == 404


class TestThePage:
    @pytest.mark.parametrize(
        "language, words",
        [
            ("en", "No, because:"),
            ("fr", "Non, parce que"),
        ],
    )
    def test_says_no_first_then_what_to_do_instead(self, world, case, client, language, words):
        answer = page(client, world, case, language=language, agency=str(world.school_agency.pk))
        content = answer.content.decode()

        assert words in content
        assert content.index(words) < content.index("<table")
        assert f"{reverse('cases:consent', args=[case.pk])}?add={world.school_agency.pk}" in content

    @pytest.mark.parametrize("language, words", [("en", "Yes, but only:"), ("fr", "Oui, mais seulement")])
    def test_says_yes_and_of_what(self, world, case, client, language, words):
        content = page(
            client, world, case, language=language, agency=str(world.police_agency.pk)
        ).content.decode()

        assert words in content

    def test_leads_to_a_consent_with_that_agency_ticked(self, world, case, client):
        sign_in(client, world.coordinator)
        url = f"{reverse('cases:consent', args=[case.pk])}?add={world.school_agency.pk}"
        ticked = client.get(url).context["form"]["recipients"].value()

        assert {str(world.school_agency.pk), str(world.police_agency.pk)} <= set(ticked)

    @pytest.mark.parametrize("add", ["x", "00000000-0000-7000-8000-000000000000"])
    def test_ticks_nobody_who_is_no_partner(self, world, case, client, add):
        sign_in(client, world.coordinator)
        form = client.get(f"{reverse('cases:consent', args=[case.pk])}?add={add}").context["form"]

        assert add not in form["recipients"].value()

    def test_offers_no_consent_to_an_agency_that_is_no_partner(self, world, case, client):
        stranger = an_agency(area=world.area)
        content = page(client, world, case, agency=str(stranger.pk)).content.decode()

        assert "?add=" not in content

    def test_one_kind_keeps_the_table_to_it(self, world, case, client):
        answer = page(client, world, case, agency=str(world.police_agency.pk), category="incident.facts")

        assert {line.category for one in answer.context["files"] for line in one.lines} == {"incident.facts"}

    def test_an_unknown_kind_is_everything(self, world, case, client):
        one = page(client, world, case, agency=str(world.police_agency.pk), category="x")
        every = page(client, world, case, agency=str(world.police_agency.pk))

        assert one.context["answer"] == every.context["answer"]
        assert set(SHARED)

    def test_names_no_rule_by_its_code(self, world, case, client):
        for agency in world.partners:
            content = page(client, world, case, agency=str(agency.pk)).content.decode()
            assert not re.search(r">\s*(table|closed-[a-z-]+|ca-nb-[a-z-]+)\s*<", content)

    def test_says_each_way_once(self, world, case, client):
        answer = page(client, world, case, agency=str(world.school_agency.pk))

        for one in answer.context["files"]:
            for line in one.lines:
                said = [(way.kind, way.reason) for way in line.open_ways]
                assert len(said) == len(set(said))
                with_law = {kind for kind, reason in said if reason}
                assert not [kind for kind, reason in said if not reason and kind in with_law]
