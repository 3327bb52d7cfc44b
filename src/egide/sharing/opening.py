"""Open a file: decide by class, unseal what is allowed, say what is withheld and why, leave a trace."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.common.errors import NotVisible, PermissionDenied
from egide.common.text import localized
from egide.ledger import services as ledger
from egide.ledger.models import Entry
from egide.partners.models import Membership
from egide.sharing.receiving import Named
from egide.sharing.relation import ItemClass, Page, Relation, SealedRecord, SharedFile, relations
from egide.sharing.rules.bases import states
from egide.sharing.rules.catalogue import catalogue
from egide.sharing.rules.categories import compartment_of
from egide.sharing.rules.decision import (
    ConsentState,
    Decision,
    ProgrammeState,
    Question,
    best_of,
    decide_many,
)
from egide.sharing.rules.levels import Level
from egide.sharing.rules.sides import side_of
from egide.vault import errors, unsealing
from egide.vault.services import SealContext

log = logging.getLogger(__name__)
_issuer: unsealing.Issuer | None = None


def take_issuer() -> None:
    """Claim the vault's issuer, once, when the application starts."""
    global _issuer
    if _issuer is None:
        _issuer = unsealing.claim_issuer("egide.sharing")


@dataclass(frozen=True)
class ClassDecision:
    """What one reader gets of one class of a file, with the rules."""

    item_class: ItemClass
    decision: Decision

    @property
    def file_id(self) -> UUID:
        return self.item_class.file_id

    @property
    def category(self) -> str:
        return self.item_class.category

    @property
    def holder_id(self) -> UUID:
        return self.item_class.holder_id

    @property
    def level(self) -> Level:
        return self.decision.level

    @property
    def duties(self) -> list[str]:
        """What comes with opening it, in plain words, in the active language."""
        known = catalogue()
        return [localized(known[name], "text") for name in self.decision.obligations if name in known]

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that keep the level from being higher."""
        return self.decision.withheld_by

    @property
    def texts(self) -> list[str]:
        """Those rules in plain words, in the active language."""
        known = catalogue()
        return [localized(known[name], "text") for name in self.rules if name in known]


#: What a record may say of itself in clear: where it came from, never what it says.
_ABOUT = frozenset(
    {"form", "kind", "observed_on", "created_at", "author_id", "author_name", "agency_id", "is_current"}
)


@dataclass(frozen=True)
class OpenedItem:
    """One item, opened for one reader, for the time of one answer."""

    id: UUID
    file_id: UUID
    category: str
    holder_id: UUID
    level: Level
    #: Never printed: an item that ends up in a log or an error page does not take its words there.
    content: Mapping[str, Any] = field(repr=False)
    meta: Any = field(default=None, repr=False)

    def __getattr__(self, name: str) -> Any:
        """Answer what the record said of itself beside its sealed part; None when it said nothing."""
        if name not in _ABOUT:
            raise AttributeError(name)
        return (object.__getattribute__(self, "meta") or {}).get(name)

    @property
    def text(self) -> str:
        """The words of the item."""
        return str(self.content.get("text", ""))


@dataclass(frozen=True)
class FileView:
    """What one reader gets of some files of one case."""

    #: The classes the reader may know of. Those the table gives nothing of, or a silent rule withholds, are not here,
    #: in any form: nothing on the page says whether the file holds any.
    classes: list[ClassDecision]
    items: list[OpenedItem] = field(default_factory=list)
    #: The side the reader works on: `victim`, `management`, `both`.
    side: str = "none"
    #: Consents in force that name the reader's agency; none for the side that may not know of them.
    consents: tuple[Named, ...] = ()

    def level(self, category: str, file_id: UUID | None = None) -> Level:
        """Answer the highest level over the classes of a category; nothing when there is none."""
        return max(
            (c.level for c in self.classes if c.category == category and file_id in (None, c.file_id)),
            default=Level.NONE,
        )

    @property
    def duties(self) -> list[str]:
        """The duties that come with what was opened, each said once."""
        opened = (one for one in self.classes if one.level >= Level.VIEW)
        return list(dict.fromkeys(text for one in opened for text in one.duties))

    @property
    def withheld(self) -> list[ClassDecision]:
        """Classes the reader may know of and not read, one a category, without how many items."""
        found: dict[tuple[UUID, str], ClassDecision] = {}
        for one in self.classes:
            if one.level < Level.VIEW and one.decision.may_be_known:
                found.setdefault((one.file_id, one.category), one)
        return list(found.values())

    def of(self, *categories: str) -> list[OpenedItem]:
        """The opened items of these categories."""
        return [item for item in self.items if item.category in categories]

    def form(self, name: str) -> list[OpenedItem]:
        """The opened items that came from a form, whatever its version."""
        return [i for i in self.items if i.meta and str(i.meta.get("form", "")).split(":")[0] == name]


def class_question(
    actor: Membership, file: SharedFile, one: ItemClass, relation: Relation, purpose: str, at: datetime
) -> Question:
    """Answer what the rules are asked of one class, one reader and one purpose, consents included.

    Where the consent in force is another person's, what is known of this one rests on the common programme, for what
    the programme needs; on nothing for the rest.
    """
    consent = relation.consent(file_id=file.id, category=one.category, purpose=purpose)
    return Question(
        sector=str(actor.agency.sector),
        role=str(actor.role),
        category=one.category,
        subject_role=str(file.role),
        purpose=purpose,
        regimes=frozenset(one.regimes),
        side=relation.side,
        is_holder=one.holder_id == actor.agency_id,
        is_assigned=relation.is_assigned,
        is_recused=relation.is_recused,
        has_agreement=relation.has_agreement,
        is_visiting=actor.is_visiting,
        needs_consent=file.needs_consent(),
        consent=consent,
        table=relation.table,
        **resting(file, one.category, consent),
    )


def resting(file: SharedFile, category: str, consent: ConsentState) -> dict[str, Any]:
    """Answer the basis of what a file holds when the consent in force is not its person's own; empty otherwise."""
    if not consent.stands or consent.is_of_subject:
        return {}
    programme = file.programme_needs(category)
    if not (programme.is_common and programme.is_necessary):
        return {}
    return {"named_basis": "common_programme", "programme": programme}


def decide_classes(
    *,
    actor: Membership,
    files: Sequence[SharedFile],
    purpose: str,
    at: datetime,
    records: Sequence[SealedRecord] = (),
    with_items: bool = True,
) -> list[ClassDecision]:
    """Decide every class of the files and of the extra records; the cost does not grow with the items.

    Raises:
        NotVisible: the reader may not know of one of the files.
    """
    return _decide(actor, files, purpose, at, records, with_items)[0]


def _decide(
    actor: Membership,
    files: Sequence[SharedFile],
    purpose: str,
    at: datetime,
    records: Sequence[SealedRecord],
    with_items: bool,
    is_list: bool = False,
) -> tuple[list[ClassDecision], Mapping[UUID, Relation]]:
    ties = relations(actor=actor, files=files, at=at, purpose=purpose, is_list=is_list)
    by_id = visible_files(actor, files, ties, purpose, at)
    if len(by_id) < len(files) and not (is_list and by_id):
        raise NotVisible
    classes = dict.fromkeys(record.item_class for record in records)
    if with_items:
        classes.update(dict.fromkeys(type(files[0]).classes_of(files)))
    return decided(actor, by_id, list(classes), ties, purpose, at), ties


def visible_files(
    reader: Any, files: Sequence[SharedFile], ties: Mapping[UUID, Relation], purpose: str, at: datetime
) -> dict[UUID, SharedFile]:
    """Answer the files a reader may know of."""
    shown = decide_many(
        [visibility_question(reader, file, ties[file.case_id], purpose, at) for file in files]
    )
    return {file.id: file for file, known in zip(files, shown, strict=True) if not known.is_silent}


def decided(
    reader: Any,
    by_id: Mapping[UUID, SharedFile],
    classes: Sequence[ItemClass],
    ties: Mapping[UUID, Relation],
    purpose: str,
    at: datetime,
) -> list[ClassDecision]:
    """Decide the classes of files a reader may know of, on whatever basis opens most; those of others are left out."""
    asked = {
        one: class_questions(reader, file, one, ties[file.case_id], purpose, at)
        for one in classes
        if (file := by_id.get(one.file_id)) is not None
    }
    return [ClassDecision(one, decision) for one, decision in best_of(asked).items()]


def class_questions(
    actor: Membership, file: SharedFile, one: ItemClass, relation: Relation, purpose: str, at: datetime
) -> list[Question]:
    """Answer what is asked of a class: on consent, then on each ground in force; the most that any opens is opened."""
    question = class_question(actor, file, one, relation, purpose, at)
    grounds = relation.grounds_for(file_id=file.id, category=one.category, purpose=purpose)
    return [question, *(replace(named(question), **states(ground.kind, ground.said)) for ground in grounds)]


def named(question: Question) -> Question:
    """The same question of somebody a ground names: they are on the side their sector works on, if on none yet."""
    side = question.side if question.side != "none" else side_of(question.sector)
    return replace(question, is_named_recipient=True, side=side, named_basis="", programme=ProgrammeState())


def visibility_question(
    actor: Membership, file: SharedFile, relation: Relation, purpose: str, at: datetime
) -> Question:
    """A file shows itself to whoever works on the case and is not kept out; what is in it is another matter."""
    own = ItemClass(file.id, "identity.core", file.holder_id, ())
    question = class_question(actor, file, own, relation, purpose, at)
    # A ground lets its recipient know of the file, not of what it does not name.
    return named(question) if relation.is_named_for(file.id) else question


def open_files(
    *,
    actor: Membership,
    files: Sequence[SharedFile],
    purpose: str,
    at: datetime,
    only: Collection[str] | None = None,
    records: Sequence[SealedRecord] = (),
    page: Page | None = None,
    with_items: bool = True,
    is_list: bool = False,
) -> FileView:
    """Open files of one case and some records of theirs together: one decision, one trace each file.

    Args:
        only: categories wanted; the others are decided and shown as classes, not opened.
        records: sealed values of the files kept elsewhere (assessments, the words of tasks, names).
        page: a slice of the items, newest first; all of them when None.
        with_items: False opens the extra records alone.
        is_list: files of many cases, for a list of names: one trace naming them all; what the reader may
            not know of is left out.
    Raises:
        NotVisible: the reader may not know of one of the files; of a list, of none of them.
        Damaged, Shredded, KeyUnavailable: nothing is answered rather than a part.
    """
    classes, ties = _decide(actor, files, purpose, at, records, with_items, is_list)
    # Regimes are part of the class: an item bound by one law more is another class, decided on its own.
    readable = {
        c.item_class: c.level
        for c in classes
        if c.level >= Level.VIEW and (only is None or c.category in only)
    }
    wanted = [record for record in records if record.item_class in readable]
    if with_items and readable:
        wanted += type(files[0]).records_of(files, readable.keys(), page)
    for record in wanted:
        _check_place(record)
    by_file = {file.id: file.case_id for file in files}
    items = [
        OpenedItem(
            id=record.id,
            file_id=record.file_id,
            category=record.category,
            holder_id=record.holder_id,
            level=readable[record.item_class],
            content=json.loads(text),
            meta=_about(record, actor, ties[by_file[record.file_id]].side),
        )
        for record, text in zip(wanted, _unseal(wanted), strict=True)
    ]
    trace = _list_trace if is_list else _trace
    with transaction.atomic():
        ledger.record_many(trace(actor, files, classes, items, purpose, at))
    tie = ties[files[0].case_id]
    return FileView(
        classes=[one for one in classes if one.decision.may_be_known],
        items=items,
        side=tie.side,
        consents=() if tie.side == "management" else tie.consents,
    )


def _about(record: SealedRecord, actor: Membership, side: str) -> Any:
    """What a record says of itself; not who wrote it, to the other side (names of staff, §7.1)."""
    if side != "management" or record.holder_id == actor.agency_id or not isinstance(record.meta, Mapping):
        return record.meta
    return {**record.meta, **{name: None for name in _SOURCES if name in record.meta}}


#: What tells who brought an item, among what records say of themselves.
_SOURCES = ("author_id", "author_name", "agency_id")


def _check_place(record: SealedRecord) -> None:
    """A value sealed apart is not read as if it were of another category, whatever its row says now."""
    if compartment_of(record.category) != record.compartment:
        log.error("a value is not of its category: %s.%s row %s", record.model, record.field, record.id)
        raise errors.Damaged(errors.DAMAGED)


def _unseal(records: Sequence[SealedRecord]) -> list[str]:
    if not records:
        return []
    if _issuer is None:
        raise PermissionDenied("sharing has not started")
    compartments: dict[UUID, set[str]] = {}
    for record in records:
        compartments.setdefault(record.file_id, set()).add(record.compartment)
    grant = _issuer.grant(compartments)
    return unsealing.unseal_many(
        grant,
        [
            unsealing.SealedItem(r.file_id, r.compartment, SealContext(r.model, r.field, r.id), r.sealed)
            for r in records
        ],
    )


def _trace(
    actor: Membership,
    files: Sequence[SharedFile],
    classes: Sequence[ClassDecision],
    items: Sequence[OpenedItem],
    purpose: str,
    at: datetime,
) -> list[Entry]:
    """One entry a file, all in one statement: who, for whom, what categories, how many, by which rules."""
    entries = []
    for file in files:
        mine = [c for c in classes if c.file_id == file.id]
        counts: dict[str, int] = {}
        for item in items:
            if item.file_id == file.id:
                counts[item.category] = counts.get(item.category, 0) + 1
        withheld = sorted({c.category for c in mine if c.level < Level.VIEW})
        entries.append(
            ledger.entry(
                action="sharing.opened",
                actor=actor,
                target=f"cases.file:{file.id}",
                at=at,
                subject=file.id,
                purpose=purpose,
                basis="+".join(sorted({c.decision.basis for c in mine if c.level >= Level.VIEW})),
                rules=[name for c in mine for name in c.decision.withheld_by],
                counts=counts,
                details={"withheld": withheld},
                result="allowed" if counts or not withheld else "denied",
            )
        )
    return entries


def _list_trace(
    actor: Membership,
    files: Sequence[SharedFile],
    classes: Sequence[ClassDecision],
    items: Sequence[OpenedItem],
    purpose: str,
    at: datetime,
) -> list[Entry]:
    """One entry for a page of names, naming every file whose name was shown."""
    return [
        ledger.entry(
            action="sharing.names_shown",
            actor=actor,
            target="",
            at=at,
            purpose=purpose,
            rules=[name for c in classes for name in c.decision.withheld_by],
            counts={"names": len(items), "withheld": len(files) - len(items)},
            details={"files": [str(item.file_id) for item in items]},
        )
    ]


def open_private(record: SealedRecord) -> Mapping[str, Any]:
    """Open one value that belongs to its writer alone; whose it is was checked by the caller."""
    [text] = _unseal([record])
    return dict(json.loads(text))
