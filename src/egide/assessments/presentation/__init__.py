"""Contexts ready for the templates of this module; pages of a case belong to `cases`, which includes the fragments.

`sheet_form` then `sheet_context` → `assessments/_sheet.html`; `so_far_context` as `so_far` →
`assessments/_so_far.html`; `result_context` as `result` → `assessments/_result.html`;
`history_context` as `history` → `assessments/_history.html`.
"""

from egide.assessments.presentation.history import gave, history_context, history_points, tool_names
from egide.assessments.presentation.library import (
    card_context,
    import_context,
    result_form,
    result_form_context,
    tool_lines,
)
from egide.assessments.presentation.quality import agreement_line, difference_words, quality_line
from egide.assessments.presentation.results import (
    difference_label,
    judgement_label,
    result_context,
    warnings,
)
from egide.assessments.presentation.sheets import (
    Door,
    score_context,
    sheet_context,
    sheet_form,
    so_far_context,
)

__all__ = [
    "Door",
    "agreement_line",
    "card_context",
    "difference_label",
    "difference_words",
    "gave",
    "history_context",
    "history_points",
    "import_context",
    "judgement_label",
    "quality_line",
    "result_context",
    "result_form",
    "result_form_context",
    "score_context",
    "sheet_context",
    "sheet_form",
    "so_far_context",
    "tool_lines",
    "tool_names",
    "warnings",
]
