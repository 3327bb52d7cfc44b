"""What was seen under one hat is not carried home under another, and the trace says which hat was worn."""

import json

import pytest
from django.urls import reverse

from egide.cases.models import Entry, File
from egide.cases.queries import searching
from egide.cases.services import noting
from egide.common.errors import NotVisible
from egide.ledger.models import Entry as Line
from egide.sharing import services as sharing
from egide.sharing.hats import purpose_of
from egide.sharing.services import Level
from tests.cases.test_pages import sign_in
from tests.conftest import NOON
from tests.factories import a_member

pytestmark = pytest.mark.django_db
SAID = "Truancy since September; a drawing of the house."


@pytest.fixture
def team(world):
    """A school bound by its law sits for the case; an officer sits on its team, and keeps the police's own place."""
    world.school_agency.regimes = ["us-ferpa"]
    world.school_agency.save()
    world.teacher.agency.refresh_from_db()
    world.case = world.active(agencies=[world.school_agency])
    world.file = File.objects.select_related("case__programme__lead_agency").get(
        case=world.case, role="victim"
    )
    noting.add_note(
        case_id=world.case.pk,
        file_id=world.file.pk,
        category="education.record",
        kind="fact",
        text=SAID,
        observed_on=None,
        actor=world.teacher,
        at=NOON,
    )
    world.hat = a_member(world.school_agency, account=world.officer.account)
    return world


def opened(actor, file, purpose=None):
    return sharing.open_file(actor=actor, file=file, purpose=purpose or purpose_of(actor), at=NOON)


def page(client, team, actor, name="case", **kwargs):
    return sign_in(client, actor, **kwargs).get(reverse(f"cases:{name}", args=[team.case.pk]))


class TestTheSchoolsHat:
    def test_opens_the_record_for_the_assessment_of_the_danger(self, team):
        view = opened(team.hat, team.file, "threat_assessment")

        assert [item.text for item in view.of("education.record")] == [SAID]

    @pytest.mark.parametrize("purpose", ["case_management", "law_enforcement_process", "victim_safety"])
    def test_opens_it_for_nothing_else(self, team, purpose):
        assert not opened(team.hat, team.file, purpose).of("education.record")

    def test_reads_without_a_copy(self, team):
        levels = {one.category: one.level for one in opened(team.hat, team.file).classes}

        assert levels["education.record"] == Level.VIEW

    def test_shows_it_on_the_page_with_what_stays_there(self, client, team):
        content = page(client, team, team.hat).content.decode()

        assert SAID in content
        assert "You are visiting" in content

    def test_the_schools_own_people_are_told_nothing_of_visiting(self, client, team):
        content = page(client, team, team.teacher).content.decode()

        assert SAID in content
        assert "You are visiting" not in content

    def test_what_is_written_under_it_is_the_schools(self, team):
        noting.add_note(
            case_id=team.case.pk,
            file_id=team.file.pk,
            category="education.record",
            kind="fact",
            text="Seen at the gate.",
            observed_on=None,
            actor=team.hat,
            at=NOON,
        )

        written = Entry.objects.filter(author_id=team.hat.pk).order_by().get()
        assert (written.holder_id, written.regimes) == (team.school_agency.pk, "us-ferpa")


class TestThePolicesHat:
    def test_finds_nothing_where_the_police_do_not_sit(self, client, team):
        with pytest.raises(NotVisible):
            opened(team.officer, team.file)
        assert page(client, team, team.officer).status_code == 404
        assert not searching.search(actor=team.officer, text=team.case.reference, at=NOON).rows
        assert not searching.search(actor=team.officer, text="Thériault", at=NOON).rows
        assert not team.case.__class__.objects.visible_to(team.officer).exists()

    def test_the_other_hat_finds_it(self, team):
        assert searching.search(actor=team.hat, text=team.case.reference, at=NOON).rows

    def test_where_the_police_sit_too_the_record_stays_with_the_school(self, client, team):
        sharing.assign(
            case_id=team.case.pk, agency=team.police_agency, side="both", actor=team.coordinator, at=NOON
        )

        view = opened(team.officer, team.file, "threat_assessment")

        assert not view.of("education.record")
        assert view.level("education.record") == Level.NONE
        assert SAID not in page(client, team, team.officer).content.decode()


class TestTheTrace:
    def test_names_the_hat_and_the_home(self, team):
        opened(team.hat, team.file)

        line = json.loads(Line.objects.order_by("-pk")[0].body)
        assert line["agency"] == str(team.school_agency.pk)
        assert line["home"] == str(team.police_agency.pk)

    def test_says_nothing_more_of_who_is_at_home(self, team):
        opened(team.teacher, team.file)

        assert "home" not in json.loads(Line.objects.order_by("-pk")[0].body)

    @pytest.mark.parametrize(("language", "words"), [("en", "visiting, from"), ("fr", "en visite, de")])
    def test_is_said_in_words_on_the_page(self, client, team, language, words):
        opened(team.hat, team.file)

        content = page(client, team, team.coordinator, "trace", language=language).content.decode()

        assert f"{words} {team.police_agency.short_name}" in content


def test_a_note_of_a_visitor_needs_the_side_to_be_open_to_the_hat(team):
    with pytest.raises(NotVisible):
        noting.add_note(
            case_id=team.case.pk,
            file_id=team.file.pk,
            category="incident.facts",
            kind="fact",
            text="Carried.",
            observed_on=None,
            actor=team.officer,
            at=NOON,
        )
