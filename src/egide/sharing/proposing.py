"""Change the decision table: one privacy officer proposes with a reason, another one approves or refuses.

What is approved acts at the next decision, everywhere. A proposal is made against one version: once another is in
force it can no longer be approved, since nobody has seen what it would change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role
from egide.sharing import tables
from egide.sharing.models import TableState, TableVersion
from egide.sharing.permissions import check_privacy_officer
from egide.sharing.rules.editing import Cell, Change, change, changes, is_cell, why_not, with_cells
from egide.sharing.rules.levels import Level
from egide.sharing.rules.table import DecisionTable, TableError
from egide.sharing.wording import WHY_NOT, row_title, sector_title

#: A proposal nobody answered within so many working days is late. Ours.
ANSWER_WITHIN = 5
#: Cells one proposal may change: more is not read by the one who approves. Going back to a version is not bound.
MOST_CELLS = 60
LONGEST_REASON = 500
#: What a version that cannot be read opens.
_NOTHING = DecisionTable(version=0, cells={}, sealed=frozenset())


@dataclass(frozen=True)
class Draft:
    """A change as it is being made: nothing is kept of it."""

    base: TableVersion | None
    content: Mapping[str, Any]
    changes: tuple[Change, ...]

    @property
    def based_on(self) -> int:
        return tables.number_of(self.base)


def drafted(*, cells: Mapping[Cell, Level], back_to: int | None = None, actor: Membership | None) -> Draft:
    """Answer what the table would be with some cells changed, from the version in force or a former one.

    Args:
        back_to: the number of a version that acted: its table is taken, then the cells.
    Raises:
        NotVisible: the actor is no privacy officer, or there is no such version or cell.
        Refused: a cell may not hold that level, there are too many, or the version in force cannot be read.
    """
    check_privacy_officer(actor)
    base = tables.in_force().first()
    start = base if back_to is None else _former(back_to)
    found = tables.readable(start)
    if found is None:
        raise Refused(_("This version cannot be read. Go back to another one."))
    for cell, level in cells.items():
        if not is_cell(cell, found):
            raise NotVisible
        if reason := why_not(cell, level):
            raise Refused(f"{row_title(cell[1])}, {sector_title(cell[2])}: {WHY_NOT[reason]}")
    try:
        content = with_cells(tables.content_of(start), cells)
        made = tables.read(content=content, number=0)
    except TableError as error:
        raise NotVisible from error
    altered = tuple(changes(tables.readable(base) or _NOTHING, made))
    if sum(one.cell in cells for one in altered) > MOST_CELLS:
        raise Refused(
            _("One proposal holds at most %(n)s changes, so that somebody reads them all.")
            % {"n": MOST_CELLS}
        )
    return Draft(base, content, altered)


def _former(number: int) -> TableVersion | None:
    """The version of that number; None is the one that ships."""
    if number == tables.FIRST:
        return None
    found = TableVersion.objects.filter(number=number).order_by().first()
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def propose(
    *,
    cells: Mapping[Cell, Level],
    based_on: int,
    reason: str,
    actor: Membership,
    at: datetime,
    back_to: int | None = None,
) -> TableVersion:
    """Propose a change of the table, made while looking at the version `based_on`; nothing changes yet.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such version or cell.
        Refused: no reason, nothing would change, a cell may not hold that level, another version came into force
            since, or a change waits already.
    """
    draft = drafted(cells=cells, back_to=back_to, actor=actor)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(_("Say why, in a few sentences: it is published once the change is in force."))
    if draft.based_on != based_on:
        raise Refused(
            _("Version %(n)s came into force since you began. Look again at what would change, then send it.")
            % {"n": draft.based_on}
        )
    if not draft.changes:
        raise Refused(_("Nothing would change."))
    try:
        with transaction.atomic():
            made = TableVersion.objects.create(
                based_on=based_on,
                content=draft.content,
                changes=[one.as_data() for one in draft.changes],
                reason=reason,
                proposed_by=actor,
                proposed_by_account_id=actor.account_id,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise Refused(_("A change waits already: it is answered or withdrawn first.")) from error
    ledger.record(
        action="sharing.table_proposed",
        actor=actor,
        target=made,
        at=at,
        details={"based_on": based_on, "cells": [one.code for one in draft.changes]},
    )
    notifications.tell(accounts=others(actor.account_id, at=at), kind=NoticeKind.CHANGE_PROPOSED, at=at)
    return made


def others(account_id: UUID, *, at: datetime) -> dict[UUID, str]:
    """Answer the other privacy officers that day, by account, with their names: those who may answer a proposal."""
    rows = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(role=Role.PRIVACY_OFFICER)
        .exclude(account=account_id)
        .order_by("account__full_name", "account")
    )
    return dict(rows.values_list("account", "account__full_name"))


def due_at(row: TableVersion) -> datetime:
    """Answer the moment after which a proposal is late."""
    return add_working_days(row.proposed_at, ANSWER_WITHIN)


def _locked(version_id: UUID, actor: Membership) -> tuple[TableVersion, TableVersion | None]:
    """Lock a proposal and the version in force, in one order for everyone.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such proposal. Refused: it was answered.
    """
    check_privacy_officer(actor)
    rows = list(
        TableVersion.objects.select_for_update(of=("self",))
        .filter(Q(pk=version_id) | Q(state=TableState.IN_FORCE))
        .order_by("proposed_at", "pk")
    )
    mine = next((row for row in rows if row.pk == version_id), None)
    if mine is None:
        raise NotVisible
    if not mine.is_open:
        raise Refused(_("It was answered already."))
    return mine, next((row for row in rows if row.state == TableState.IN_FORCE), None)


def is_outdated(row: TableVersion, base: TableVersion | None) -> bool:
    """Say whether another version came into force since a proposal was made."""
    return bool(row.based_on != tables.number_of(base))


@transaction.atomic
def approve(*, version_id: UUID, actor: Membership, at: datetime) -> TableVersion:
    """Approve, as a second privacy officer: the version is in force at once, everywhere.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such proposal.
        PermissionDenied: the actor proposed it, under any hat.
        Refused: it was answered, another version came into force since, or it can no longer be read.
    """
    row, base = _locked(version_id, actor)
    if actor.account_id == row.proposed_by_account_id:
        raise PermissionDenied(_("A second privacy officer approves it."))
    if is_outdated(row, base):
        raise Refused(
            _(
                "Another version came into force since this was proposed: what it would change is no longer what was shown. Refuse it, and propose it again."
            )
        )
    if tables.readable(row) is None:
        raise Refused(_("This proposal cannot be read. Refuse it, and propose it again."))
    number = tables.number_of(base) + 1
    if base is not None:
        base.state = TableState.SUPERSEDED
        base.save(update_fields=["state"])
    row.number = number
    return _decide(row, TableState.IN_FORCE, "sharing.table_approved", actor=actor, at=at)


@transaction.atomic
def refuse(*, version_id: UUID, reason: str, actor: Membership, at: datetime) -> TableVersion:
    """Refuse a proposal, as a second privacy officer, and say why: nothing changes.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such proposal.
        PermissionDenied: it is the actor's own. Refused: no reason, or it was answered.
    """
    row, _base = _locked(version_id, actor)
    if actor.account_id == row.proposed_by_account_id:
        raise PermissionDenied(_("Somebody else answers your proposal; you may withdraw it."))
    row.decision_reason = reason.strip()
    if not row.decision_reason or len(row.decision_reason) > LONGEST_REASON:
        raise Refused(_("Say why, so that a better change can be proposed."))
    return _decide(row, TableState.REFUSED, "sharing.table_refused", actor=actor, at=at)


@transaction.atomic
def withdraw(*, version_id: UUID, actor: Membership, at: datetime) -> TableVersion:
    """Withdraw one's own proposal: nothing changes.

    Raises:
        NotVisible: the actor is no privacy officer, or there is no such proposal.
        PermissionDenied: it is another's. Refused: it was answered.
    """
    row, _base = _locked(version_id, actor)
    if actor.account_id != row.proposed_by_account_id:
        raise PermissionDenied(_("Only who proposed it withdraws it; you may refuse it."))
    return _decide(row, TableState.WITHDRAWN, "sharing.table_withdrawn", actor=actor, at=at)


def _decide(
    row: TableVersion, state: TableState, action: str, *, actor: Membership, at: datetime
) -> TableVersion:
    row.state, row.decided_by, row.decided_at = state, actor, at
    row.decided_by_account_id = actor.account_id
    row.save(
        update_fields=["state", "number", "decided_by", "decided_by_account", "decided_at", "decision_reason"]
    )
    details: dict[str, Any] = {"based_on": row.based_on}
    if row.number:
        details |= {"number": row.number, "cells": [change(one).code for one in row.changes]}
    ledger.record(action=action, actor=actor, target=row, at=at, details=details)
    return row
