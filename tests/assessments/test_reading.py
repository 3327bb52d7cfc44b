import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from egide.assessments.models import Assessment
from egide.assessments.queries import history, latest_summaries, open_assessment
from egide.assessments.services import record_second_score
from egide.cases.models import File
from egide.common.errors import NotVisible, Unavailable
from egide.common.ids import new_id
from egide.ledger.models import Entry
from egide.sharing import services as sharing
from egide.sharing.models import Recusal
from egide.vault.fields import SealedField
from tests.assessments.sheets import answers, odara_with
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db


def read(file, actor):
    return history(file=File.objects.get(pk=file.pk), actor=actor, at=NOON)


class TestHistory:
    def test_answers_everything_oldest_first(self, record, file, world):
        second, first = record(present=7, unknown=0, at=NOON + DAY), record(at=NOON)

        found = read(file, world.advocate)

        assert [each.id for each in found] == [first.pk, second.pk]
        one = found[0]
        assert (one.raw, one.unknown, one.low, one.high, one.band) == (6, 2, 6, 8, None)
        assert (one.is_determined, found[1].is_determined, found[1].band) == (False, True, "7-13")
        assert (one.judgement, one.judgement_reason) == ("high", "Escalation since the separation.")
        assert (one.assessor_name, one.agency_name) == (world.advocate.person_name, world.lead.short_name)

    def test_reaches_a_partner_the_consent_names(self, record, file, world):
        record()

        assert len(read(file, world.officer)) == 1

    def test_is_absent_for_who_does_not_work_on_the_case(self, record, file, world):
        record()

        for stranger in (world.nurse, world.teacher):
            with pytest.raises(NotVisible):
                read(file, stranger)

    def test_is_absent_for_who_is_recused(self, record, file, case, world):
        record()
        sharing.recuse(
            case_id=case.pk, reason_code=Recusal._meta.get_field("reason_code").flatchoices[0][0],
            actor=world.chair, at=NOON, membership=world.coordinator,
        )  # fmt: skip

        with pytest.raises(NotVisible):
            read(file, world.coordinator)

    def test_leaves_a_trace(self, record, file, world):
        record()
        read(file, world.officer)

        entry = json.loads(Entry.objects.order_by("-pk").first().body)
        assert entry["action"] == "sharing.opened"
        assert entry["counts"] == {"risk.assessment.summary": 1}

    def test_costs_the_same_however_many_there_are(self, record, file, world):
        record()
        # What is learnt of the reader is learnt once.
        history(file=File.objects.get(pk=file.pk), actor=world.advocate, at=NOON)
        shared = File.objects.get(pk=file.pk)
        with CaptureQueriesContext(connection) as one:
            history(file=shared, actor=world.advocate, at=NOON)
        for day in range(5):
            record(at=NOON + day * DAY)

        shared = File.objects.get(pk=file.pk)
        with CaptureQueriesContext(connection) as many:
            assert len(history(file=shared, actor=world.advocate, at=NOON)) == 6

        assert len(many) == len(one)

    def test_of_a_file_without_assessments_opens_nothing(self, file, world):
        assert read(file, world.advocate) == []


class TestLatestSummaries:
    def test_keeps_the_latest_in_force_of_each_instrument(self, record, file, world, danger):
        record(at=NOON - 2 * DAY)
        corrected = record(at=NOON - DAY)
        latest = record(present=7, unknown=0, replaces=corrected.pk, at=NOON)
        other = record(
            instrument="danger-assessment", answers=answers(danger, yes="2 3 4 5 8"), notes={}, at=NOON
        )

        found = latest_summaries(file=file, actor=world.advocate, at=NOON)

        assert [each.id for each in found] == [other.pk, latest.pk]
        assert found[0].band == "extreme"

    def test_a_second_scorer_does_not_take_its_place(self, record, file, world, odara):
        first = record()
        record_second_score(
            file=file, assessment_id=first.pk, answers=odara_with(odara, present=13),
            actor=world.coordinator, at=NOON + DAY,
        )  # fmt: skip

        assert [each.id for each in latest_summaries(file=file, actor=world.advocate, at=NOON)] == [first.pk]


class TestOpenAssessment:
    def test_gives_answers_notes_and_sources(self, record, file, world, odara):
        made = record()

        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)

        assert opened.answers == odara_with(odara, present=6, unknown=2)
        assert (opened.notes, opened.sources) == ({"1": "File 24-1182, Edmundston Police"}, {"1": "records"})
        assert (opened.agreement, opened.other_scorer, opened.definition) == (None, "", odara)

    def test_compares_with_the_other_scorer_from_either_side(self, record, file, world, odara):
        first = record(present=6, unknown=0)
        second = record_second_score(
            file=file, assessment_id=first.pk, answers=odara_with(odara, present=5),
            actor=world.coordinator, at=NOON,
        )  # fmt: skip

        one = open_assessment(assessment_id=first.pk, file=file, actor=world.advocate, at=NOON)
        other = open_assessment(assessment_id=second.pk, file=file, actor=world.advocate, at=NOON)

        assert one.agreement == other.agreement
        assert [(d.item, d.first, d.second) for d in one.agreement.differences] == [("6", "yes", "no")]
        assert (one.other_scorer, other.other_scorer) == (
            world.coordinator.person_name,
            world.advocate.person_name,
        )

    def test_withholds_the_answers_from_who_gets_the_summary_only(self, record, file, world):
        made = record()

        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.officer, at=NOON)

        assert opened.summary.raw == 6
        assert (opened.answers, opened.notes, opened.sources) == (None, {}, {})

    def test_of_another_file_is_absent(self, record, world):
        made = record()
        other = world.active(given="Anne", family="Roy").files.get(role="victim")

        for pk in (made.pk, new_id()):
            with pytest.raises(NotVisible):
                open_assessment(assessment_id=pk, file=other, actor=world.advocate, at=NOON)

    def test_is_absent_for_a_stranger(self, record, file, world):
        made = record()
        stranger = a_member(world.health_agency)

        with pytest.raises(NotVisible):
            open_assessment(assessment_id=made.pk, file=file, actor=stranger, at=NOON)


class TestDefinitions:
    def test_one_made_before_texts_were_kept_is_read_with_the_version_that_ships(self, record, file, world):
        made = record()
        Assessment.objects.filter(pk=made.pk).update(definition=None)

        opened = open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)

        assert opened.definition.code == "odara"

    def test_a_version_that_is_gone_is_said_plainly(self, record, file, world):
        made = record()
        Assessment.objects.filter(pk=made.pk).update(version="1999", definition=None)

        with pytest.raises(Unavailable, match="1999"):
            open_assessment(assessment_id=made.pk, file=file, actor=world.advocate, at=NOON)
        assert len(read(file, world.advocate)) == 1


def test_every_sealed_field_says_why_it_is_kept():
    for field in Assessment._meta.get_fields():
        if isinstance(field, SealedField):
            assert field.personal_purpose
            assert field.personal_retention
