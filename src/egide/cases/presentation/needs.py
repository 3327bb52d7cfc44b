"""What people of a case need, in words; made of what was opened only."""

from typing import Any

from egide.cases.forms.fields import LANGUAGES, SPECIAL_NEEDS
from egide.cases.forms.progressing import SAID_BY
from egide.cases.presentation.contact import wording
from egide.cases.queries.casefile import CaseFile
from egide.cases.services.needing import FORM


def need_lines(opened: CaseFile) -> list[dict[str, Any]]:
    """Answer the needs the reader may read, newest first."""
    roles = {file.pk: file.title for file in opened.files}
    return [
        {
            "id": item.id,
            "title": wording(SPECIAL_NEEDS, item.content.get("need", "")),
            "language": wording(LANGUAGES, item.content.get("language", "")),
            "text": item.text,
            "about": roles.get(item.file_id, ""),
            "said_by": wording(SAID_BY, item.content.get("said_by", "")),
            "by": item.author_name or "",
            "at": item.created_at,
        }
        for item in opened.view.items
        if item.form == FORM
    ]
