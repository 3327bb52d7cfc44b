"""What will they see? Asked of a person, a seat in an agency or a hat; today, or with a consent as drafted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from egide.sharing.opening import ClassDecision, decided, visible_files
from egide.sharing.receiving import Named
from egide.sharing.relation import ItemClass, Relation, SharedFile, relations
from egide.sharing.rules.sides import side_of

#: The one ground that rests on consent where the programme asks for it (ADR 6).
COMMON = "common_programme"


@dataclass(frozen=True)
class Draft:
    """A consent as it is typed, not given: whom it would name, for what, until when.

    Once given it stands in the place of those in force: whom they name and it does not loses by it. One that names
    nobody is what a withdrawal leaves.
    """

    agencies: frozenset[UUID]
    #: Whose it would be: for what the others' files hold, it is the programme's condition alone.
    file_id: UUID
    categories: frozenset[str]
    purposes: frozenset[str]
    is_written: bool
    expires_at: datetime
    #: Somebody else may be harmed by who would sign: such a consent is none.
    is_by_alleged_abuser: bool = False
    #: Agencies that work on the case on no consent of this file: they stay on it whatever it says.
    staying: frozenset[UUID] = frozenset()
    #: The programme adds consent to the law: what agencies share as a common programme ends with it.
    ends_common: bool = True
    #: Of whom the case is about: agencies work on the case by it. Another's speaks of their own file alone.
    takes_part: bool = True

    def names(self, agency_id: UUID, at: datetime) -> bool:
        """Say whether the agency would receive anything by it at that moment."""
        return agency_id in self.agencies and not self.is_by_alleged_abuser and at < self.expires_at


def foreseen(
    *,
    reader: Any,
    files: Sequence[SharedFile],
    classes: Sequence[ItemClass],
    purpose: str,
    at: datetime,
    draft: Draft | None = None,
    ties: Mapping[UUID, Relation] | None = None,
) -> dict[UUID, list[ClassDecision] | None]:
    """Answer each file as a reader would get it, by the decisions that open it; None where it does not exist for them.

    Nothing is unsealed and nothing recorded. One query, whatever the number of files and classes.

    Args:
        reader: a membership, or a seat nobody in particular sits in.
        classes: what is decided; the caller leaves out what the one who asks may not know of.
        ties: the reader's, when the caller read them already.
    """
    if ties is None:
        ties = relations(actor=reader, files=files, at=at, purpose=purpose)
    if draft is not None:
        ties = {file.case_id: _after(ties[file.case_id], draft, reader, at) for file in files}
    by_id = visible_files(reader, files, ties, purpose, at)
    found: dict[UUID, list[ClassDecision] | None] = {
        file.id: [] if file.id in by_id else None for file in files
    }
    for one in decided(reader, by_id, classes, ties, purpose, at):
        mine = found[one.file_id]
        if mine is not None:
            mine.append(one)
    return found


def _after(tie: Relation, draft: Draft, reader: Any, at: datetime) -> Relation:
    """The reader's ties once the consent stands alone: named by it, their agency works on the case; else no more."""
    others = tuple(one for one in tie.consents if one.file_id != draft.file_id)
    if not draft.names(reader.agency_id, at):
        stays = tie.is_assigned and reader.agency_id in draft.staying
        grounds = tuple(one for one in tie.grounds if one.kind != COMMON or not draft.ends_common)
        side = tie.side if stays else "none"
        return replace(tie, consents=others, grounds=grounds, is_assigned=stays, side=side)
    given = Named(
        draft.file_id,
        draft.categories,
        draft.purposes,
        draft.is_written,
        at,
        draft.expires_at,
        draft.takes_part,
    )
    if not draft.takes_part:
        return replace(tie, consents=(*others, given))
    side = tie.side if tie.is_assigned else side_of(reader.sector)
    return replace(tie, consents=(*others, given), is_assigned=True, side=side)
