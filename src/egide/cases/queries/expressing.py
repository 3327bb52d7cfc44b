"""The threats of a case, and the words asked to be kept with them, in one opening of its files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from egide.cases.models import Case, Expression
from egide.cases.models.expression import CATEGORY, THREAT
from egide.cases.queries import casefile
from egide.partners.models import Membership
from egide.sharing import services as sharing


@dataclass(frozen=True)
class Line:
    """Words asked to be kept: what they are and why they are needed, while they wait and for who may read them."""

    row: Expression
    words: str
    reason: str


@dataclass(frozen=True)
class Expressions:
    """The case, its threats as (id, text), and what was asked so far, newest first."""

    case: Case
    threats: list[tuple[UUID, str]]
    lines: list[Line]


def expressions(
    *, case_id: UUID, actor: Membership, at: datetime, check: Callable[[Case], None]
) -> Expressions:
    """Answer the threats of a case and what was asked to be kept with them, as far as the actor may read.

    Args:
        check: what the reader must be allowed to, asked before anything is opened.
    Raises:
        NotVisible: the case is not the actor's to see.
    """
    files = casefile.case_files(case_id=case_id, actor=actor)
    check(files[0].case)
    holders = {file.pk: file.holder_id for file in files}
    rows = list(
        Expression.objects.filter(case=case_id)
        .select_related("written_by__agency", "written_by__account", "answered_by__account")
        .order_by("-written_at", "-pk")
    )
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[row.sealed_record(holder_id=holders[row.file_id]) for row in rows if row.words is not None],
        only=["threat.indicators", CATEGORY],
    )
    said = {item.id: item for item in view.items}
    return Expressions(
        case=files[0].case,
        threats=[(item.id, item.text) for item in view.form(THREAT) if item.text],
        lines=[
            Line(row, item.text if item else "", str(item.content.get("reason", "")) if item else "")
            for row in rows
            for item in [said.get(row.pk)]
        ],
    )
