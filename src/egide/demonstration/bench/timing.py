"""Take times: one warm-up, then as many turns as asked, within a limit of seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(frozen=True)
class Timing:
    """Milliseconds of the wall (p50, p95) and of the processor (mean), and queries of one turn."""

    p50: float
    p95: float
    cpu: float
    queries: int
    turns: int


def timed(work: Callable[[], Any], *, turns: int = 60, seconds: float = 20.0) -> Timing:
    """Time `work`; stops early after `seconds`, so that a slow baseline does not hold the bench."""
    with CaptureQueriesContext(connection) as captured:
        work()
    queries = sum(not q["sql"].startswith(_CONTROL) for q in captured.captured_queries)
    walls: list[float] = []
    end = time.monotonic() + seconds
    cpu = time.process_time()
    while len(walls) < turns and (time.monotonic() < end or len(walls) < 3):
        began = time.perf_counter()
        work()
        walls.append(time.perf_counter() - began)
    cpu = time.process_time() - cpu
    walls.sort()
    return Timing(
        p50=walls[len(walls) // 2] * 1e3,
        p95=walls[min(len(walls) - 1, int(len(walls) * 0.95))] * 1e3,
        cpu=cpu / len(walls) * 1e3,
        queries=queries,
        turns=len(walls),
    )
