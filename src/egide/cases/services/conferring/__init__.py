"""A conference, from the call to the locked minutes. Responsibility stays with each agency."""

from egide.cases.services.conferring.asking import ask_for_parts
from egide.cases.services.conferring.deciding import decide, quorum_of, withdraw_decision
from egide.cases.services.conferring.exporting import check_can_export, record_export
from egide.cases.services.conferring.minutes import countersign, lock_minutes, may_countersign
from egide.cases.services.conferring.parts import contribute, declare_conflict, record_wishes, take_up
from egide.cases.services.conferring.sitting import (
    call_conference,
    call_emergency,
    latest_start,
    open_conference,
    put_on_agenda,
    record_attendance,
    spread,
)

__all__ = [
    "ask_for_parts",
    "call_conference",
    "call_emergency",
    "check_can_export",
    "contribute",
    "countersign",
    "decide",
    "declare_conflict",
    "latest_start",
    "lock_minutes",
    "may_countersign",
    "open_conference",
    "put_on_agenda",
    "quorum_of",
    "record_attendance",
    "record_export",
    "record_wishes",
    "spread",
    "take_up",
    "withdraw_decision",
]
