"""Safe contact: may this person be reached this way, now? Asked by whatever sends or calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

CHANNELS = ("phone", "sms", "email", "letter", "in_person", "through_third_party")
#: After this many days the safe-contact rule is confirmed again before each contact.
#: Source: domain/information-sharing.md §7.2.
RECONFIRM_DAYS = 30


@dataclass(frozen=True)
class Window:
    """Days of the week (0 = Monday) and local hours in which a contact is safe; end excluded."""

    days: tuple[int, ...]
    start: time
    end: time

    def covers(self, at: datetime) -> bool:
        """Say whether a local moment lies in the window."""
        return at.weekday() in self.days and self.start <= at.time() < self.end


@dataclass(frozen=True)
class SafeContact:
    """What the person said is safe. No window means no hour is known to be safe."""

    channels: tuple[str, ...]
    windows: tuple[Window, ...]
    may_leave_message: bool
    confirmed_on: date
    interpreter_language: str = ""


@dataclass(frozen=True)
class ContactFinding:
    """Whether the contact is safe, and every reason why not (stable codes)."""

    is_safe: bool
    reasons: tuple[str, ...]
    next_window: datetime | None = None


def next_window(windows: Sequence[Window], *, after: datetime) -> datetime | None:
    """Answer the next local moment in a window, within eight days; None when there is none."""
    candidates = []
    for window in windows:
        for offset in range(8):
            day = after + timedelta(days=offset)
            start = day.replace(hour=window.start.hour, minute=window.start.minute, second=0, microsecond=0)
            if start.weekday() not in window.days:
                continue
            if window.covers(after) and offset == 0:
                candidates.append(after)
            elif start > after:
                candidates.append(start)
    return min(candidates, default=None)


def contact_finding(
    rule: SafeContact | None,
    *,
    channel: str,
    at: datetime,
    leaves_message: bool = False,
    is_interpreter_booked: bool = False,
    is_interpreter_awaited: bool = False,
) -> ContactFinding:
    """Say whether reaching the person by `channel` at local time `at` respects what they said is safe.

    Args:
        rule: the last recorded rule; None when nobody asked yet, which is never safe.
        at: local time, with its zone.
        is_interpreter_awaited: one is to be booked before anybody reaches the person, and is not yet.
    """
    reasons = ["interpreter_not_booked"] if is_interpreter_awaited else []
    if rule is None:
        return ContactFinding(is_safe=False, reasons=("not_recorded", *reasons))
    if channel not in rule.channels:
        reasons.append("channel_not_allowed")
    if channel in {"phone", "sms", "through_third_party"} and not any(w.covers(at) for w in rule.windows):
        reasons.append("outside_window")
    if leaves_message and not rule.may_leave_message:
        reasons.append("no_message")
    if at.date() - rule.confirmed_on > timedelta(days=RECONFIRM_DAYS):
        reasons.append("to_be_confirmed_again")
    if rule.interpreter_language and not (is_interpreter_booked or is_interpreter_awaited):
        reasons.append("interpreter_needed")
    return ContactFinding(
        is_safe=not reasons, reasons=tuple(reasons), next_window=next_window(rule.windows, after=at)
    )
