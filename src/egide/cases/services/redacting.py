"""What may not be in the words that leave: whoever else is in the case, and the case itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from egide.cases.models import AccessRequest, Case
from egide.cases.models.access import Given
from egide.cases.models.file import FileRole
from egide.cases.queries import casefile
from egide.cases.queries.accessing import Held
from egide.cases.rules.naming import Somebody, holds, tells_of, values
from egide.common.errors import Refused
from egide.partners.models import Membership
from egide.sharing import services as sharing

#: Where names, numbers and addresses are written.
_WHO_AND_WHERE = ("identity.core", "contact.safe", "location.confidential")


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
    said = "\n".join(
        text
        for held, choice in chosen
        if choice.given != Given.WITHHELD
        for text in ([choice.words] if choice.given == Given.PART else _whole(held))
    )
    is_told = holds(said, case.reference)
    if asked.file.role != FileRole.VICTIM and not is_told:
        items = _who_and_where(case.pk, actor, at).view.items
        own = _somebody([item for item in items if item.file_id == asked.file_id])
        others = _somebody([item for item in items if item.file_id != asked.file_id])
        is_told = tells_of(said, somebody=others, but_not=own.names)
    if is_told:
        raise Refused(
            _(
                "What you give names somebody else of the case, or the case itself. Take it out, and look for more."
            )
        )


def _whole(held: Held) -> list[str]:
    """What the thing says, as it is stored and as it is given."""
    judged = [held.summary.judgement_reason] if held.summary is not None else []
    return [*values(dict(held.item.content)), *judged]


def check_names_nobody(facts: str, case_id: UUID, actor: Membership, at: datetime) -> None:
    """Refuse words of a danger that hold a name, a number or an address of who must not be said, or the reference.

    That is whom the case is about, and anybody in danger; who is dangerous may be named where the case is not about them.

    A street without its number may be said: the danger is somewhere. What else betrays her, a second reader finds.

    Raises:
        Refused: they do.
    """
    opened = _who_and_where(case_id, actor, at)
    kept = {file.pk for file in opened.files if file.is_subject or file.role != FileRole.PERSON_OF_CONCERN}
    somebody = _somebody([item for item in opened.view.items if item.file_id in kept])
    if holds(facts, opened.case.reference) or tells_of(facts, somebody=somebody, with_streets=False):
        raise Refused(
            _(
                "This says who the person is. Write the danger without her name, her number, her address or the reference."
            )
        )


def _who_and_where(case_id: UUID, actor: Membership, at: datetime) -> casefile.CaseFile:
    return casefile.open_case(case_id=case_id, actor=actor, at=at, only=list(_WHO_AND_WHERE), with_work=False)


def _somebody(items: Sequence[sharing.OpenedItem]) -> Somebody:
    """What the entries say of who somebody is, and of where they are reached."""
    names: list[str] = []
    places: list[str] = []
    for item in items:
        if item.category == "identity.core":
            names += [item.text, *(str(item.content.get(part, "")) for part in ("given_name", "family_name"))]
        else:
            places += [item.text, str(item.content.get("phone", ""))]
    return Somebody(names=tuple(names), places=tuple(places))
