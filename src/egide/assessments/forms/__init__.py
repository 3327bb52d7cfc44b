"""The forms of assessments and instruments, by topic."""

from egide.assessments.forms.result import FIGURE, ResultForm
from egide.assessments.forms.sheet import (
    ANSWER,
    DETAILS,
    NOTE,
    SOURCE,
    SheetForm,
    given_answers,
    preview,
    preview_finding,
)

__all__ = [
    "ANSWER",
    "DETAILS",
    "FIGURE",
    "NOTE",
    "SOURCE",
    "ResultForm",
    "SheetForm",
    "given_answers",
    "preview",
    "preview_finding",
]
