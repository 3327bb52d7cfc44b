"""The lease and the scheduler."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from egide.jobs import lease, periodic
from egide.jobs.models import Schedule, Worker
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def job(**fields):
    return DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {}},
        task_path="egide.jobs.none",
        backend_name="default",
        run_after=NOON,
        exception_class_path="",
        traceback="",
        **{"status": "RUNNING", "started_at": NOON, "worker_ids": ["w"], **fields},
    )


class TestReap:
    def test_takes_back_the_job_of_a_silent_worker(self):
        lease.beat(worker_id="w", at=NOON)
        left = job()

        assert lease.reap(at=NOON + timedelta(seconds=20)) == 0
        assert lease.reap(at=NOON + timedelta(seconds=40)) == 1

        left.refresh_from_db()
        assert left.status == "READY"

    def test_leaves_a_long_job_to_a_worker_that_lives(self):
        job()
        lease.beat(worker_id="w", at=NOON + timedelta(minutes=9, seconds=50))

        assert lease.reap(at=NOON + timedelta(minutes=10)) == 0

    def test_gives_up_after_several_killed_workers(self):
        left = job(worker_ids=list("abcde"))

        lease.reap(at=NOON + timedelta(minutes=1))

        left.refresh_from_db()
        assert left.status == "FAILED"

    def test_a_worker_that_ends_in_order_is_off_the_list(self):
        lease.beat(worker_id="w", at=NOON)
        lease.beat(worker_id="w", at=NOON + timedelta(seconds=5))
        lease.leave(worker_id="w")
        assert not Worker.objects.exists()


class TestRunDue:
    @pytest.fixture(autouse=True)
    def only_ours(self, monkeypatch):
        monkeypatch.setattr(periodic, "_registered", {})

    def test_runs_each_at_its_time(self):
        ran = []
        periodic.register(periodic.Periodic("a", timedelta(seconds=10), ran.append))

        assert periodic.run_due(at=NOON) == ["a"]
        assert periodic.run_due(at=NOON + timedelta(seconds=5)) == []
        assert periodic.run_due(at=NOON + timedelta(seconds=10)) == ["a"]
        assert ran == [NOON, NOON + timedelta(seconds=10)]

    def test_a_failing_job_stops_no_other_and_comes_back(self, caplog):
        def fail(at):
            raise ValueError("12, rue Union")

        ran = []
        periodic.register(periodic.Periodic("a", timedelta(seconds=10), fail))
        periodic.register(periodic.Periodic("b", timedelta(seconds=10), ran.append))

        periodic.run_due(at=NOON)

        assert ran == [NOON]
        assert Schedule.objects.get(pk="a").last_error == "ValueError"
        assert "rue Union" not in caplog.text
        assert "a" in periodic.run_due(at=NOON + timedelta(seconds=11))


@pytest.mark.django_db
def test_a_worker_lives_while_it_gives_signs_of_life():
    assert not lease.has_living_worker(at=NOON)
    lease.beat(worker_id="w", at=NOON)

    assert lease.has_living_worker(at=NOON + lease.LEASE - timedelta(seconds=1))
    assert not lease.has_living_worker(at=NOON + lease.LEASE)
