"""How far the actions of a plan were, day after day: done, to do, blocked, late. Of the plan; never of anybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Days drawn at most (ours, O): more would not be told apart on a phone.
MOST_DAYS = 8


@dataclass(frozen=True)
class Step:
    """One action: since when, by when, and what came of it.

    Args:
        is_done: it was done; one that ended otherwise is counted until it ended.
        blocked_at: since when it cannot go on; None once it goes on again, and for the time before.
    """

    created_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    is_done: bool = False
    blocked_at: datetime | None = None

    def state(self, at: datetime) -> str:
        """Answer `done`, `todo`, `blocked` or `late` at a moment; empty when it did not count."""
        if at < self.created_at:
            return ""
        if self.ended_at is not None and self.ended_at <= at:
            return "done" if self.is_done else ""
        if self.due_at < at:
            return "late"
        return "blocked" if self.blocked_at is not None and self.blocked_at <= at else "todo"


@dataclass(frozen=True)
class Progress:
    """How many actions were in each state at one moment."""

    at: datetime
    done: int
    todo: int
    blocked: int
    late: int


def progress(steps: Sequence[Step], *, at: datetime) -> list[Progress]:
    """Answer the counts at moments spread evenly from the first action until now; none without an action."""
    if not steps:
        return []
    began = min(step.created_at for step in steps)
    days = min(MOST_DAYS, max((at - began).days + 1, 1))
    moments = (
        [at - (at - began) * number / (days - 1) for number in reversed(range(days))] if days > 1 else [at]
    )
    return [_counted(steps, moment) for moment in moments]


def _counted(steps: Sequence[Step], at: datetime) -> Progress:
    states = [step.state(at) for step in steps]
    return Progress(at, *(states.count(state) for state in ("done", "todo", "blocked", "late")))
