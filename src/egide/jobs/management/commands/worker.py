"""`egide worker`: runs queued jobs, the scheduler and the lease reaper until stopped."""

import logging
import secrets
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections, connections
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker

from egide.common import clock
from egide.jobs import lease, periodic

log = logging.getLogger(__name__)


class Keeper(threading.Thread):
    """Beside the queue: signs of life, the reaper, the scheduler."""

    def __init__(self, worker_id: str) -> None:
        super().__init__(name="egide-keeper", daemon=True)
        self.worker_id = worker_id
        self.stopped = threading.Event()

    def run(self) -> None:
        turns = 0
        while not self.stopped.wait(1.0):
            try:
                if turns % int(lease.BEAT.total_seconds()) == 0:
                    lease.beat(worker_id=self.worker_id, at=clock.now())
                    lease.reap(at=clock.now())
                periodic.run_due(at=clock.now())
            except OperationalError:  # the database is away or busy: try again at the next turn
                log.warning("the database cannot be reached; the scheduler tries again")
                connections.close_all()
            turns += 1
            close_old_connections()
        connections.close_all()


class Command(BaseCommand):
    help = "Run queued jobs, the scheduler (ledger, late tasks) and the reaper of abandoned jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks at the queue")
        parser.add_argument("--batch", action="store_true", help="stop when the queue is empty")

    def handle(self, *args: Any, interval: float, batch: bool, **options: Any) -> None:
        worker_id = secrets.token_hex(12)
        lease.beat(worker_id=worker_id, at=clock.now())
        keeper = Keeper(worker_id)
        keeper.start()
        worker = QueueWorker(
            queue_names=["*"],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
            excluded_queue_names=[],
        )
        worker.configure_signals()
        try:
            worker.run()
        finally:
            keeper.stopped.set()
            keeper.join(timeout=5)
            lease.leave(worker_id=worker_id)
