"""Addresses that are secrets themselves: what comes after their beginning is in no log of ours."""

import logging
import re
from typing import Any

#: What a secret address begins with; `cases.urls.calendar` is under it.
BEGINS = "/feed/"
_SECRET = re.compile(rf"({BEGINS})[^\s?#\"']+")


def without_secret(value: Any) -> Any:
    """Answer a value as it may be logged."""
    return _SECRET.sub(r"\1…", value) if isinstance(value, str) else value


class Hidden(logging.Filter):
    """Keeps every line, without the secret part of an address in its words."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = without_secret(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(without_secret(one) for one in record.args)
        return True
