"""What may not be in the words handed to a person: whoever else is in the case, and the case itself."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from egide.cases.models import AccessRequest, Case
from egide.cases.models.access import Given
from egide.cases.models.file import FileRole
from egide.cases.queries import casefile
from egide.cases.queries.accessing import Held
from egide.common.errors import Refused
from egide.partners.models import Membership

#: A part of a name shorter than this is too common to look for.
_SHORTEST = 3


@dataclass(frozen=True)
class Choice:
    """What the first reader gives of one thing: whole, a part in other words, or nothing, and why."""

    given: str
    ground: str = ""
    words: str = ""


def check_tells_of_nobody_else(
    case: Case,
    asked: AccessRequest,
    chosen: Sequence[tuple[Held, Choice]],
    actor: Membership,
    at: datetime,
) -> None:
    """Refuse words for anybody but the victim that hold a name, a number or an address of the others of the case.

    For anyone, the reference is refused. What else betrays somebody, a second reader finds.

    Raises:
        Refused: they do.
    """
    given = [
        choice.words
        if choice.given == Given.PART
        else json.dumps(dict(held.item.content), ensure_ascii=False)
        for held, choice in chosen
        if choice.given != Given.WITHHELD
    ]
    said = "\n".join(given)
    is_told = case.reference in said
    if asked.file.role != FileRole.VICTIM and not is_told:
        is_told = _tells_of_others(case, asked, said, actor, at)
    if is_told:
        raise Refused(
            _(
                "What you give names somebody else of the case, or the case itself. Take it out, and look for more."
            )
        )


def _tells_of_others(case: Case, asked: AccessRequest, said: str, actor: Membership, at: datetime) -> bool:
    opened = casefile.open_case(
        case_id=case.pk,
        actor=actor,
        at=at,
        only=["identity.core", "contact.safe", "location.confidential"],
        with_work=False,
    )
    names: dict[bool, set[str]] = {True: set(), False: set()}
    marks: set[str] = set()
    for item in opened.view.items:
        is_own = item.file_id == asked.file_id
        if item.category == "identity.core":
            whole = " ".join(
                [item.text, *(str(item.content.get(part, "")) for part in ("given_name", "family_name"))]
            )
            names[is_own] |= {word for word in _words(whole) if len(word) >= _SHORTEST}
        elif not is_own:
            marks |= {_bare(item.text), _bare(str(item.content.get("phone", "")))}
    others = names[False] - names[True]
    bare = _bare(said)
    return bool(others & set(_words(said))) or any(mark in bare for mark in marks if len(mark) > _SHORTEST)


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"\w+", text)]


def _bare(text: str) -> str:
    """Letters and figures alone, so that a number is found however it is written."""
    return "".join(_words(text))
