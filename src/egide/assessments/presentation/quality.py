"""The quality of assessments in words: judgements that differ, warnings, agreement."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from egide.assessments import wording
from egide.assessments.lifecycle import Difference
from egide.assessments.presentation.history import gave, range_text
from egide.assessments.presentation.results import judgement_label
from egide.assessments.queries import Summary, TeamAgreement
from egide.assessments.rules.cards import Card
from egide.assessments.rules.definition import Definition


def quality_line(summary: Summary, made_with: Definition | Card | None) -> dict[str, Any]:
    """Answer one assessment as a line of a list: who, when, which tool, what it gave, and the judgement."""
    return {
        "on": summary.scored_at,
        "assessor": summary.assessor_name,
        "agency": summary.agency_name,
        "tool": wording.in_language(made_with.short) if made_with else summary.instrument,
        "score": range_text(summary),
        "gave": gave(summary, made_with),
        "judgement": judgement_label(summary.judgement),
        "reason": summary.judgement_reason,
    }


def difference_words(code: str) -> str:
    """Say how a judgement differs from a score; empty when it does not."""
    return str(Difference(code).label) if code else ""


def agreement_line(team: TeamAgreement) -> dict[str, Any]:
    """Answer how two scorers agree on one tool in one agency; no figure of fewer than five pairs."""
    found = team.found
    line: dict[str, Any] = {
        "tool": wording.in_language(team.made_with.short),
        "agency": team.agency,
        "is_shown": found.is_shown,
    }
    if not found.is_shown:
        return line
    return line | {
        "pairs": found.pairs,
        "percent": _("%(percent)d %%") % {"percent": found.percent},
        "counts": _("%(agreed)d of %(compared)d") % {"agreed": found.agreed, "compared": found.compared},
        "kappa": _("not defined")
        if found.kappa is None
        else number_format(round(found.kappa, 2), decimal_pos=2),
    }
