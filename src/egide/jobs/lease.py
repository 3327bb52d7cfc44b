"""A worker killed in the middle of a job leaves it running for ever: the lease gives it back."""

from datetime import datetime, timedelta

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from egide.jobs.models import Worker

#: How often a worker says it lives, and after how long of silence its jobs are taken back.
BEAT = timedelta(seconds=5)
LEASE = timedelta(seconds=30)
#: A job that killed this many workers is marked as failed, for a person to look at.
MOST_ATTEMPTS = 5


def beat(*, worker_id: str, at: datetime) -> None:
    """Say that a worker lives."""
    if not Worker.objects.filter(pk=worker_id).update(seen_at=at):
        Worker.objects.get_or_create(pk=worker_id, defaults={"started_at": at, "seen_at": at})


def leave(*, worker_id: str) -> None:
    """Take a worker that ends in good order off the list."""
    Worker.objects.filter(pk=worker_id).delete()


def has_living_worker(*, at: datetime) -> bool:
    """Say whether a worker gave a sign of life lately."""
    return Worker.objects.filter(seen_at__gt=at - LEASE).order_by().exists()


@transaction.atomic
def reap(*, at: datetime) -> int:
    """Put jobs of silent workers back in the queue; answers how many.

    Jobs are idempotent: one that had in fact finished is done again without effect.
    """
    alive = set(Worker.objects.filter(seen_at__gt=at - LEASE).order_by().values_list("pk", flat=True))
    taken = 0
    running = DBTaskResult.objects.select_for_update(skip_locked=True).filter(
        status="RUNNING", started_at__lt=at - LEASE
    )
    for job in running.order_by("started_at")[:500]:
        if job.worker_ids and job.worker_ids[-1] in alive:
            continue
        if len(job.worker_ids) >= MOST_ATTEMPTS:
            job.status, job.finished_at = "FAILED", at
            job.exception_class_path, job.traceback = "egide.jobs.lease.TooManyAttempts", ""
        else:
            job.status, job.started_at = "READY", None
        job.save(update_fields=["status", "started_at", "finished_at", "exception_class_path", "traceback"])
        taken += 1
    Worker.objects.filter(seen_at__lte=at - LEASE * 20).delete()
    return taken


class TooManyAttempts(Exception):
    """The job's workers died each time it was tried."""
