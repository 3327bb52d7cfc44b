"""What was said of weapons, stage by stage; a stage nobody answered at says so. Made of what was opened only."""

from typing import Any

from egide.cases.presentation.contact import wording
from egide.cases.queries.casefile import CaseFile
from egide.cases.services.weaponing import FORM, Reach, Stage
from egide.sharing.services import Level


def weapon_lines(opened: CaseFile, *, is_staff: bool) -> list[dict[str, Any]]:
    """Answer every stage in order, each with its answers, oldest first; nothing for who may not read signs of danger.

    Args:
        is_staff: the reader supports the person: that nothing was asked is theirs to know.
    """
    found = [item for item in opened.view.items if item.form == FORM]
    if not (found or is_staff) or (opened.view.level("threat.indicators") < Level.VIEW and not is_staff):
        return []
    return [
        {
            "stage": stage.label,
            "answers": [
                {
                    "reach": wording(Reach.choices, item.content.get("weapons", "")),
                    "text": item.text,
                    "by": item.author_name or "",
                    "at": item.created_at,
                }
                for item in reversed(found)
                if item.content.get("stage", Stage.REFERRAL) == stage
            ],
        }
        for stage in Stage
    ]
