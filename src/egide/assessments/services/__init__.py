"""What is written of assessments and instruments, by topic."""

from egide.assessments.services.importing import (
    approve_import,
    propose_import,
    refuse_import,
    withdraw_import,
)
from egide.assessments.services.recording import (
    prepare_assessment,
    record_assessment,
    record_second_score,
)
from egide.assessments.services.results import LONGEST_LINE, LONGEST_SUMMARY, Result, record_result
from egide.assessments.services.rights import record_right
from egide.assessments.services.sheets import LONGEST_NOTE, LONGEST_PERIOD, LONGEST_REASON, Sheet

__all__ = [
    "LONGEST_LINE",
    "LONGEST_NOTE",
    "LONGEST_PERIOD",
    "LONGEST_REASON",
    "LONGEST_SUMMARY",
    "Result",
    "Sheet",
    "approve_import",
    "prepare_assessment",
    "propose_import",
    "record_assessment",
    "record_result",
    "record_right",
    "record_second_score",
    "refuse_import",
    "withdraw_import",
]
