"""Working time: deadlines said in hours, days or working days."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def add_working_days(at: datetime, days: int) -> datetime:
    """Answer the same local hour `days` working days later (Monday to Friday; no holidays yet)."""
    local = timezone.localtime(at)
    left = days
    while left > 0:
        local += timedelta(days=1)
        if local.weekday() < 5:
            left -= 1
    return local


def now() -> datetime:
    """Answer the present moment, for scopes that cannot be given one; everything else takes `at`."""
    return timezone.now()


def today() -> date:
    """Answer the day it is where the deployment is."""
    return timezone.localdate(now())
