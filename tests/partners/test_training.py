"""Training is recorded by somebody else, corrected by withdrawing, and warned of before it lapses."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger.models import Entry
from egide.partners.models import Notice, Role, TrainingRecord
from egide.partners.rules.training import CourseError, courses, lacking, last_day, parse
from egide.partners.services import training
from tests.conftest import NOON
from tests.factories import DAY, a_member, an_agency, train

COURSE = "sharing-safely"
YESTERDAY = NOON.date() - DAY
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def there(db):
    agency = an_agency()
    return {
        "officer": a_member(agency, trained=False),
        "coordinator": a_member(agency, Role.COORDINATOR),
        "trainer": a_member(agency, Role.TRAINER),
        "elsewhere": a_member(an_agency(), Role.COORDINATOR),
        "administrator": a_member(an_agency(), Role.ADMINISTRATOR),
    }


def record(member, actor, *, on=YESTERDAY, course=COURSE):
    return training.record_training(
        membership_id=member.pk, course=course, completed_on=on, actor=actor, at=NOON
    )


class TestRecording:
    @pytest.mark.parametrize("who", ["coordinator", "trainer", "administrator"])
    def test_says_until_when_by_whom_and_leaves_a_trace(self, there, who):
        made = record(there["officer"], there[who])

        assert made.valid_until.astimezone().date() >= datetime.date(2028, 11, 22)
        assert (made.recorded_by, made.account) == (there[who], there["officer"].account)
        assert Entry.objects.filter(body__contains="partners.training_recorded").count() == 1

    def test_is_valid_through_the_whole_of_its_last_day_where_people_work(self, there):
        made = record(there["officer"], there["trainer"], on=datetime.date(2026, 11, 22))

        # Midnight in Moncton, four hours behind Greenwich.
        assert made.valid_until == datetime.datetime(2028, 11, 23, 4, 0, tzinfo=datetime.UTC)

    @pytest.mark.parametrize("who", ["elsewhere", "officer"])
    def test_is_not_there_for_others(self, there, who):
        with pytest.raises(NotVisible):
            record(there["officer"], there[who])
        assert not TrainingRecord.objects.filter(membership=there["officer"]).exists()

    def test_is_never_ones_own_under_any_hat(self, there):
        hat = a_member(there["officer"].agency, Role.TRAINER, account=there["officer"].account, trained=False)
        with pytest.raises(PermissionDenied):
            record(there["officer"], hat)

    @pytest.mark.parametrize(
        "wrong",
        [{"course": "none"}, {"on": NOON.date() + DAY}, {"on": NOON.date() - 731 * DAY}],
        ids=["no such course", "to come", "lapsed already"],
    )
    def test_is_refused_with_words(self, there, wrong):
        with pytest.raises(Refused):
            record(there["officer"], there["trainer"], **wrong)

    def test_the_database_refuses_what_one_recorded_of_oneself(self, there):
        made = record(there["officer"], there["trainer"])
        with pytest.raises(IntegrityError, match="partners_training_by_somebody_else"), transaction.atomic():
            TrainingRecord.objects.filter(pk=made.pk).update(recorded_by_account=made.account)

    def test_the_database_refuses_a_withdrawal_by_nobody(self, there):
        made = record(there["officer"], there["trainer"])
        with pytest.raises(IntegrityError, match="partners_training_withdrawn_whole"), transaction.atomic():
            TrainingRecord.objects.filter(pk=made.pk).update(withdrawn_at=NOON)


class TestWithdrawing:
    def test_ends_it_and_leaves_a_trace(self, there):
        made = record(there["officer"], there["trainer"])

        gone = training.withdraw_training(record_id=made.pk, actor=there["coordinator"], at=NOON)

        assert (gone.withdrawn_at, gone.withdrawn_by) == (NOON, there["coordinator"])
        assert Entry.objects.filter(body__contains="partners.training_withdrawn").count() == 1
        with pytest.raises(NotVisible):
            training.withdraw_training(record_id=made.pk, actor=there["coordinator"], at=NOON)

    def test_is_not_there_for_others(self, there):
        made = record(there["officer"], there["trainer"])
        with pytest.raises(NotVisible):
            training.withdraw_training(record_id=made.pk, actor=there["elsewhere"], at=NOON)


class TestWarnings:
    def test_go_once_to_the_person_and_to_the_lead_of_their_agency(self, there):
        train(there["coordinator"], until=NOON + 400 * DAY)
        train(there["officer"], until=NOON + 30 * DAY)

        assert training.warn_of_lapses(at=NOON) == 1
        assert training.warn_of_lapses(at=NOON + DAY) == 0

        told = set(Notice.objects.filter(kind="training_ends").values_list("account", flat=True))
        assert told == {there["officer"].account_id, there["coordinator"].account_id}
        assert Entry.objects.filter(body__contains="partners.training_warned").count() == 1

    def test_go_to_an_administrator_where_nobody_leads(self, there):
        nurse = a_member(an_agency(), trained=False)
        train(nurse, until=NOON + DAY)

        training.warn_of_lapses(at=NOON)

        told = set(Notice.objects.filter(kind="training_ends").values_list("account", flat=True))
        assert told == {nurse.account_id, there["administrator"].account_id}

    @pytest.mark.parametrize("case", ["later one", "too early", "left", "withdrawn"])
    def test_are_not_made(self, there, case):
        officer = there["officer"]
        made = train(officer, until=NOON + (31 if case == "too early" else 10) * DAY)
        if case == "later one":
            train(officer, until=NOON + 300 * DAY)
        if case == "left":
            officer.ends_on = NOON.date() - DAY
            officer.save(update_fields=["ends_on"])
        if case == "withdrawn":
            training.withdraw_training(record_id=made.pk, actor=there["trainer"], at=NOON)

        assert training.warn_of_lapses(at=NOON) == 0


class TestRules:
    @pytest.mark.parametrize(
        ("until", "is_lacking"),
        [(NOON + SECOND, False), (NOON, True), (NOON - SECOND, True)],
    )
    def test_to_the_second(self, until, is_lacking):
        assert bool(lacking(required=[COURSE], held={COURSE: until}, at=NOON)) is is_lacking

    def test_what_was_never_recorded_is_lacking_since_no_day(self):
        (one,) = lacking(required=[COURSE], held={}, at=NOON)
        assert (one.course, one.lapsed_at) == (COURSE, None)

    @pytest.mark.parametrize(
        ("completed", "months", "last"),
        [
            (datetime.date(2026, 1, 31), 1, datetime.date(2026, 2, 28)),
            (datetime.date(2024, 2, 29), 12, datetime.date(2025, 2, 28)),
            (datetime.date(2026, 11, 23), 24, datetime.date(2028, 11, 23)),
            (datetime.date(2026, 12, 1), 1, datetime.date(2027, 1, 1)),
        ],
    )
    def test_last_days(self, completed, months, last):
        assert last_day(completed_on=completed, valid_months=months) == last

    @pytest.mark.parametrize("change", [{"valid_months": 0}, {"valid_months": "2"}, {"colour": "red"}])
    def test_a_course_that_is_not_whole_is_refused(self, change):
        whole = {"code": "x", "title_en": "X", "title_fr": "X", "valid_months": 1, "do_en": "X", "do_fr": "X"}
        assert list(parse([whole])) == ["x"]
        with pytest.raises(CourseError):
            parse([{**whole, **change}])
        with pytest.raises(CourseError):
            parse([whole, whole])

    def test_what_ships_is_whole(self):
        assert COURSE in courses()
