"""Jobs that come back: modules register theirs at start-up, the scheduler runs those that are due."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from egide.jobs.models import Schedule

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Periodic:
    """One periodic job. `run` takes the moment it runs at; it must be safe to run twice."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


_registered: dict[str, Periodic] = {}


def register(periodic: Periodic) -> None:
    """Add a periodic job; registering the same name again replaces it."""
    _registered[periodic.name] = periodic


def registered() -> list[Periodic]:
    """List the periodic jobs."""
    return list(_registered.values())


def run_due(*, at: datetime) -> list[str]:
    """Run every job that is due, each claimed in its own transaction first; answers their names.

    A job that fails is logged by its name and the kind of error, and comes back at its next turn.
    """
    ran = []
    for periodic in registered():
        if not _claim(periodic, at):
            continue
        try:
            periodic.run(at)
            error = ""
        except Exception as failure:  # one failing job must not stop the others
            error = type(failure).__name__
            log.error("periodic job %s failed: %s", periodic.name, error)
        Schedule.objects.filter(name=periodic.name).exclude(last_error=error).update(last_error=error)
        ran.append(periodic.name)
    return ran


def _claim(periodic: Periodic, at: datetime) -> bool:
    row = Schedule.objects.filter(name=periodic.name).order_by().first()
    if row is not None and row.next_run_at > at:
        return False
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        if row is None:
            _row, is_new = Schedule.objects.get_or_create(
                name=periodic.name, defaults={"last_run_at": at, "next_run_at": at + periodic.every}
            )
            return is_new
        mine = (
            Schedule.objects.select_for_update(skip_locked=skips)
            .filter(name=periodic.name, next_run_at__lte=at)
            .order_by()
            .first()
        )
        if mine is None:
            return False
        mine.last_run_at, mine.next_run_at = at, at + periodic.every
        mine.save(update_fields=["last_run_at", "next_run_at"])
    return True
