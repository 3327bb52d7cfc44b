import json

import pytest
from django.db import IntegrityError, connection, transaction

from egide.assessments.lifecycle import ASSESSMENT, State
from egide.assessments.models import Assessment, InstrumentRight
from egide.assessments.queries import instrument_states
from egide.assessments.services import record_assessment, record_right, record_second_score
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.common.lifecycle import TransitionRefused
from egide.ledger.models import Entry
from egide.partners.models import Role
from tests.assessments.sheets import answers, odara_with
from tests.conftest import NOON
from tests.factories import DAY, a_member

pytestmark = pytest.mark.django_db


def last_entry():
    return json.loads(Entry.objects.order_by("-pk").first().body)


class TestRight:
    def test_makes_the_instrument_active(self, administrator):
        before = {state.definition.code: state.is_active for state in instrument_states()}

        right = record_right(instrument="ERVCO", note=" Licence 12. ", actor=administrator, at=NOON)

        after = {state.definition.code: state.is_active for state in instrument_states()}
        assert not any(before.values())
        assert {code for code, is_on in after.items() if is_on} == {"odara"}
        assert (right.instrument, right.note, right.recorded_by) == ("odara", "Licence 12.", administrator)
        assert last_entry()["action"] == "assessments.right_recorded"

    @pytest.mark.parametrize("role", set(Role) - {Role.ADMINISTRATOR})
    def test_is_recorded_by_an_administrator_only(self, world, role):
        with pytest.raises(PermissionDenied):
            record_right(instrument="odara", note="x", actor=a_member(world.lead, role), at=NOON)

    def test_says_what_it_is(self, administrator):
        with pytest.raises(Refused):
            record_right(instrument="odara", note="  ", actor=administrator, at=NOON)

    def test_is_recorded_once(self, administrator, active):
        with pytest.raises(Refused):
            record_right(instrument="odara", note="again", actor=administrator, at=NOON)

        assert InstrumentRight.objects.count() == 2

    def test_of_an_instrument_that_does_not_exist_is_absent(self, administrator):
        with pytest.raises(NotVisible):
            record_right(instrument="tarot", note="x", actor=administrator, at=NOON)

    def test_belongs_to_one_version(self, administrator, odara):
        InstrumentRight.objects.create(
            instrument="odara", version="2020", note="old", recorded_by=administrator, recorded_at=NOON
        )

        assert not any(state.is_active for state in instrument_states())


class TestRecordAssessment:
    def test_keeps_who_scored_what_and_when(self, record, world, file, odara):
        made = record(certificate_valid=True)

        made.refresh_from_db()
        assert (made.state, made.instrument, made.version) == (State.COMPLETED, "odara", odara.version)
        assert (made.assessor, made.agency, made.holder) == (world.advocate, world.lead, world.lead)
        assert (made.file_id, made.scored_at, made.certificate_valid) == (file.pk, NOON, True)
        assert made.norm_set == "ontario-1990s"
        assert made.regimes == ",".join(sorted(world.lead.regimes))

    def test_leaves_one_trace_without_a_figure(self, record, file):
        made = record()

        entry = last_entry()
        assert entry["action"] == "assessments.recorded"
        assert (entry["subject"], entry["details"]) == (str(file.pk), {"instrument": "odara"})
        assert entry["target"].endswith(str(made.pk))
        assert "high" not in json.dumps(entry)

    def test_keeps_nothing_in_clear(self, record):
        record()

        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM assessments_assessment")
            row = repr([bytes(c) if isinstance(c, memoryview) else c for c in cursor.fetchone()])
        for secret in ("Escalation", "high", "1182", "unknown", "raw", "5-6", "7-13"):
            assert secret not in row

    def test_changes_nothing_about_the_case(self, record, case):
        before = type(case).objects.filter(pk=case.pk).values().get()

        record(present=13, unknown=0)

        assert type(case).objects.filter(pk=case.pk).values().get() == before

    def test_both_laws_travel(self, record, world):
        made = record(actor=world.coordinator, holder=world.health_agency)

        assert made.regimes.split(",") == sorted({*world.health_agency.regimes, *world.lead.regimes})

    @pytest.mark.parametrize("judgement", ["lower", "raised", "high", "extreme"])
    def test_a_judgement_may_differ_from_any_score_with_reasons(self, record, judgement):
        assert record(present=0, unknown=0, judgement=judgement).pk

    def test_a_judgement_needs_reasons_whether_it_agrees_or_not(self, record):
        for judgement in ("lower", "raised", "high", "extreme"):
            with pytest.raises(Refused):
                record(judgement=judgement, judgement_reason="  ")

    def test_not_yet_known_needs_none(self, record):
        assert record(judgement="not_known", judgement_reason="").pk

    @pytest.mark.parametrize(
        "flaw",
        [
            {"judgement": "certain"},
            {"answers": {}},
            {"answers": {"1": "yes"}},
            {"notes": {"99": "?"}},
            {"notes": {"1": "x" * 501}},
            {"sources": {"1": "gossip"}},
            {"judgement_reason": "x" * 5001},
        ],
    )
    def test_refuses_a_flawed_sheet_and_keeps_nothing(self, record, flaw):
        with pytest.raises(Refused):
            record(**flaw)

        assert not Assessment.objects.exists()

    def test_refuses_an_impossible_pair(self, record, danger):
        with pytest.raises(Refused, match="3 and 3a"):
            record(instrument="danger-assessment", answers=answers(danger, yes="3 3a"))

    def test_refuses_an_instrument_nobody_has_the_right_to_use(self, file, case, world, odara):
        with pytest.raises(Refused, match="not active"):
            record_assessment(
                file=file, case_id=case.pk, instrument="odara", answers=answers(odara),
                actor=world.advocate, at=NOON,
            )  # fmt: skip

    def test_an_unknown_instrument_is_absent(self, record):
        with pytest.raises(NotVisible):
            record(instrument="tarot")

    @pytest.mark.parametrize(
        "role", [Role.REFERRER, Role.PRIVACY_OFFICER, Role.EVALUATOR, Role.ADMINISTRATOR]
    )
    def test_is_for_roles_that_work_with_people(self, record, world, role):
        with pytest.raises(PermissionDenied):
            record(actor=a_member(world.lead, role))


class TestCorrection:
    def test_replaces_the_earlier_one(self, record):
        earlier = record()

        corrected = record(present=7, replaces=earlier.pk, at=NOON + DAY)

        earlier.refresh_from_db()
        assert earlier.state == State.REPLACED
        assert corrected.replaces == earlier

    def test_happens_once(self, record):
        earlier = record()
        record(replaces=earlier.pk)

        with pytest.raises(TransitionRefused):
            record(replaces=earlier.pk)

    def test_is_for_the_agency_that_made_it(self, record, world):
        earlier = record()

        with pytest.raises(PermissionDenied):
            record(replaces=earlier.pk, actor=world.officer)

    def test_is_made_with_the_same_instrument(self, record, danger):
        earlier = record()

        with pytest.raises(Refused):
            record(replaces=earlier.pk, instrument="danger-assessment", answers=answers(danger))

    def test_of_another_file_is_absent(self, record, world):
        record()

        with pytest.raises(NotVisible):
            record(replaces=new_id())

    @pytest.mark.parametrize("state", set(State) - {State.COMPLETED})
    def test_starts_only_from_completed(self, state):
        with pytest.raises(TransitionRefused):
            ASSESSMENT.next_state("replace", state=state)


class TestSecondScore:
    @pytest.fixture
    def second(self, file, world, odara):
        def make(first, *, actor=None, present=5, **changes):
            return record_second_score(
                file=file, assessment_id=first.pk, answers=odara_with(odara, present=present),
                actor=actor or world.coordinator, at=NOON + DAY, **changes,
            )  # fmt: skip

        return make

    def test_stays_beside_the_first(self, record, second):
        first = record()

        made = second(first)

        first.refresh_from_db()
        assert (made.second_of, made.state, first.state) == (first, State.COMPLETED, State.COMPLETED)
        assert made.case_id == first.case_id
        assert last_entry()["action"] == "assessments.second_scored"

    def test_is_another_person_under_any_hat(self, record, second, world):
        first = record()
        other_hat = a_member(world.police_agency, account=world.advocate.account)

        for actor in (world.advocate, other_hat):
            with pytest.raises(PermissionDenied):
                second(first, actor=actor)

    def test_comes_once(self, record, second, world):
        first = record()
        second(first)

        with pytest.raises(Refused):
            second(first, actor=world.chair)

    def test_is_not_scored_again_itself(self, record, second, world):
        made = second(record())

        with pytest.raises(Refused):
            second(made, actor=world.chair)

    def test_of_another_file_is_absent(self, record, world, odara):
        first = record()
        other = world.active(given="Anne", family="Roy")

        with pytest.raises(NotVisible):
            record_second_score(
                file=other.files.get(role="victim"), assessment_id=first.pk, answers=answers(odara),
                actor=world.coordinator, at=NOON,
            )  # fmt: skip


class TestConstraints:
    def test_one_right_per_version(self, administrator, active, odara):
        with pytest.raises(IntegrityError), transaction.atomic():
            InstrumentRight.objects.create(
                instrument="odara", version=odara.version, note="x", recorded_by=administrator,
                recorded_at=NOON,
            )  # fmt: skip

    def test_a_right_says_why(self, administrator):
        with pytest.raises(IntegrityError), transaction.atomic():
            InstrumentRight.objects.create(
                instrument="x", version="1", note="", recorded_by=administrator, recorded_at=NOON
            )

    @pytest.mark.parametrize("field", ["second_of", "replaces"])
    def test_an_assessment_does_not_point_at_itself(self, record, field):
        made = record()

        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=made.pk).update(**{field: made.pk})

    def test_one_second_score_in_force(self, record, world):
        first, one, other = record(), record(), record()
        Assessment.objects.filter(pk=one.pk).update(second_of=first)

        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=other.pk).update(second_of=first)

    def test_a_known_state(self, record):
        made = record()

        with pytest.raises(IntegrityError), transaction.atomic():
            Assessment.objects.filter(pk=made.pk).update(state="lost")
