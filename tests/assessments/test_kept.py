"""An assessment keeps the very text it was made with: its labels, bands and norms, whatever replaces them."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from egide.assessments import presentation
from egide.assessments.models import Assessment, KeptDefinition
from egide.assessments.queries import history, instruments, open_assessment
from egide.assessments.rules import catalogue
from egide.assessments.rules.catalogue import SHIPPED
from egide.assessments.rules.definition import digest_of
from egide.assessments.services import record_second_score
from egide.common.errors import Unavailable
from tests.assessments.sheets import odara_with
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def replaced(monkeypatch, tmp_path):
    """Replace the file of the very version that was used: other labels, other bands, other norms, one item less."""

    def put(change):
        text = change((SHIPPED / "odara.yaml").read_text(encoding="utf-8"))
        (tmp_path / "odara.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(catalogue, "SHIPPED", tmp_path)
        monkeypatch.setattr(catalogue.catalogue, "__defaults__", ((tmp_path,),))
        instruments._known.clear()

    yield put
    instruments._known.clear()


def altered(text):
    return (
        text.replace("en: Victim confined at the index event", "en: Something else entirely")
        .replace("{en: 5 to 6, fr: 5 à 6}", "{en: purple, fr: violet}")
        .replace("outcome_rate: 59", "outcome_rate: 1")
    )


def shown(made, file, actor):
    context = presentation.result_context(
        open_assessment(assessment_id=made.pk, file=file, actor=actor, at=NOON)
    )
    norms = context["score"]["norms"][0]["rates"]
    return [line["label"] for line in context["lines"]], context["score"]["verdict"], norms


def test_is_shown_as_it_was_after_its_file_was_replaced(record, file, world, replaced):
    made = record(present=6, unknown=0)
    before = shown(made, file, world.advocate)

    replaced(altered)

    assert shown(made, file, world.advocate) == before
    assert "Victim confined at the index event" in before[0]
    assert record(present=6, unknown=0).definition_id != made.definition_id


def test_is_shown_after_its_version_is_gone(record, file, world, replaced):
    made = record(present=6, unknown=0)
    before = shown(made, file, world.advocate)

    replaced(lambda text: text.replace('version: "2026-11"', 'version: "2031-01"'))

    assert shown(made, file, world.advocate) == before
    line = presentation.history_context(history(file=file, actor=world.advocate, at=NOON))["assessments"][0]
    assert (line["instrument"], line["band"]) == ("ODARA", "5 to 6")


def test_a_second_scorer_fills_the_same_text(record, file, world, replaced, odara):
    made = record(present=6, unknown=0)

    replaced(altered)
    second = record_second_score(
        file=file,
        assessment_id=made.pk,
        answers=odara_with(odara, present=6),
        actor=world.coordinator,
        at=NOON,
    )

    assert second.definition_id == made.definition_id


def test_the_same_text_is_kept_once_under_its_digest(record):
    made = record()
    record()

    kept = KeptDefinition.objects.get()
    assert kept.digest == made.definition_id == digest_of(kept.content)
    assert (kept.instrument, kept.is_card) == ("odara", False)


def test_a_text_that_was_altered_is_not_used(record, file, world):
    made = record()
    KeptDefinition.objects.update(content="code: odara")
    instruments._known.clear()

    with pytest.raises(Unavailable):
        open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)
    # The figures stay readable: the words are gone, the summary is not.
    line = presentation.history_context(history(file=file, actor=world.advocate, at=NOON))["assessments"][0]
    assert (line["instrument"], line["score"]) == ("odara", "6 to 8")


def test_what_an_assessment_was_made_with_cannot_be_deleted(record):
    record()

    with pytest.raises(ProtectedError):
        KeptDefinition.objects.all().delete()


def test_a_kept_text_is_never_empty():
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptDefinition.objects.create(digest="0" * 64, instrument="x", content="", kept_at=NOON)


def test_reading_a_history_costs_one_query_for_its_words_and_then_none(
    record, file, world, django_assert_num_queries
):
    for _number in range(3):
        record()
    summaries = history(file=file, actor=world.advocate, at=NOON)
    instruments._known.clear()

    with django_assert_num_queries(1):
        presentation.history_context(summaries)
    with django_assert_num_queries(0):
        presentation.history_context(summaries)
    assert Assessment.objects.count() == 3
