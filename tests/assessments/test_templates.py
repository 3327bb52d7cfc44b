"""The fragments as readers get them: every variable defined, nothing preselected, both languages."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from egide.assessments import presentation
from egide.assessments.presentation import Door
from egide.assessments.queries import history, open_assessment
from egide.assessments.services import record_second_score
from tests.assessments.sheets import answers, odara_with
from tests.assessments.test_forms import data_of
from tests.conftest import NOON

DOOR = Door(label="7: one of three doors", low=7, high=13)
LANGUAGES = pytest.mark.parametrize("language", ["en", "fr"])


def render(name, context):
    request = RequestFactory().get("/")
    request.htmx = False
    return render_to_string(f"assessments/{name}", context, request=request)


def sheet(definition, **form):
    bound = presentation.sheet_form(definition, **form)
    if bound.is_bound:
        bound.is_valid()
    return render(
        "_sheet.html",
        presentation.sheet_context(
            definition, bound, action="/record/", doors=[DOOR], preview_url="/so-far/", autosave_url="/draft/"
        ),
    )


class TestSheet:
    @LANGUAGES
    def test_an_untouched_sheet_selects_nothing(self, odara, danger, language):
        for definition in (odara, danger):
            with translation.override(language):
                html = sheet(definition)

            assert " checked" not in html
            for item in definition.items:
                assert f'name="answer_{item.code}"' in html
                assert f'name="note_{item.code}"' in html

    def test_says_that_the_score_does_not_decide(self, odara):
        assert "The score does not decide. You do." in sheet(odara)
        with translation.override("fr"):
            assert "Le score ne décide pas. C’est vous qui décidez." in sheet(odara)

    def test_says_that_these_are_not_the_questions(self, odara):
        assert "these are short labels, not the questions" in sheet(odara)

    def test_gives_back_what_was_typed_with_errors_beside_it(self, odara):
        data = data_of(
            odara_with(odara, present=6, unknown=2) | {"13": "perhaps"}, note_1="<b>File 24</b>", judgement=""
        )

        html = sheet(odara, data=data)

        assert "&lt;b&gt;File 24&lt;/b&gt;" in html
        assert "Item 13: choose one of the answers." in html
        assert "Give your judgement." in html
        assert "She is afraid." in html

    def test_every_field_of_the_form_is_in_it(self, danger):
        html = sheet(danger)

        for name in presentation.sheet_form(danger).fields:
            assert f'name="{name}"' in html

    def test_ids_are_unique_and_errors_lead_somewhere(self, odara):
        html = sheet(odara, data=data_of({}, note_2="x" * 501, source_3="gossip"))

        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        links = re.findall(r'href="#([^"]+)"', html)
        assert links
        assert set(links) <= set(ids)

    def test_has_no_inline_script_or_style(self, odara):
        html = sheet(odara)

        assert "<script" not in html
        assert " style=" not in html
        assert not re.search(r"\son\w+=", html)


class TestSoFar:
    @LANGUAGES
    def test_shows_norms_with_their_caveat(self, odara, language):
        with translation.override(language):
            html = render(
                "_so_far.html", {"so_far": presentation.so_far_context(odara, data_of({}), doors=[DOOR])}
            )

        assert 'id="score-so-far"' in html
        assert ("not this person’s chance" in html) or ("pas la probabilité de cette personne" in html)

    def test_names_the_answers_that_exclude_each_other(self, danger):
        so_far = presentation.so_far_context(danger, {"answer_3": "yes", "answer_3a": "yes"})

        assert "3 and 3a" in render("_so_far.html", {"so_far": so_far})

    def test_bears_a_score_below_zero(self, danger):
        so_far = presentation.so_far_context(danger, data_of(answers(danger, yes="3a")))

        assert "-3" in render("_so_far.html", {"so_far": so_far}).replace("−", "-")


@pytest.mark.django_db
class TestResult:
    @LANGUAGES
    def test_puts_the_judgement_before_the_score(self, record, file, world, language):
        opened = open_assessment(assessment_id=record().pk, file=file, actor=world.advocate, at=NOON)

        with translation.override(language):
            html = render("_result.html", {"result": presentation.result_context(opened, doors=[DOOR])})

        assert html.index("Escalation since the separation.") < html.index('class="range"')
        assert "File 24-1182" in html

    def test_shows_two_scorers(self, record, file, world, odara):
        first = record(present=6, unknown=0)
        record_second_score(
            file=file, assessment_id=first.pk, answers=odara_with(odara, present=5),
            actor=world.coordinator, at=NOON,
        )  # fmt: skip
        opened = open_assessment(assessment_id=first.pk, file=file, actor=world.advocate, at=NOON)

        html = render(
            "_result.html",
            {"result": presentation.result_context(opened, second_url="/second/", correct_url="/correct/")},
        )

        assert "92 % agreement" in html
        assert "First Yes, second No" in html

    def test_withholds_answers(self, record, file, world):
        opened = open_assessment(assessment_id=record().pk, file=file, actor=world.officer, at=NOON)

        html = render("_result.html", {"result": presentation.result_context(opened)})

        assert "File 24-1182" not in html
        assert "The answers are not shown to you" in html


@pytest.mark.django_db
class TestHistory:
    @LANGUAGES
    def test_draws_and_lists(self, record, file, world, language):
        old = record(present=3, unknown=0)
        record(replaces=old.pk)
        summaries = history(file=file, actor=world.advocate, at=NOON)

        with translation.override(language):
            html = render("_history.html", {"history": presentation.history_context(summaries)})

        assert "<svg" in html
        assert world.advocate.person_name in html

    def test_an_empty_history_says_so(self):
        assert "No assessment has been recorded." in render(
            "_history.html", {"history": presentation.history_context([])}
        )
