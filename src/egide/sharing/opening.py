"""Open a file: decide by class, unseal what is allowed, say what is withheld and why, leave a trace."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from egide.common.errors import NotVisible, PermissionDenied
from egide.ledger import services as ledger
from egide.ledger.models import Entry
from egide.partners.models import Membership
from egide.sharing import binding
from egide.sharing.opened import ClassDecision, FileView, OpenedItem
from egide.sharing.relation import ItemClass, Page, Relation, SealedRecord, SharedFile, relations
from egide.sharing.rules.bases import states
from egide.sharing.rules.categories import compartment_of
from egide.sharing.rules.decision import (
    ConsentState,
    ProgrammeState,
    Question,
    best_of,
    decide_many,
)
from egide.sharing.rules.levels import Level
from egide.sharing.rules.notices import Notice, notices_of
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
        is_served=one.is_served,
        side=relation.side,
        is_holder=one.holder_id == actor.agency_id,
        is_assigned=relation.is_assigned,
        is_recused=relation.is_recused,
        has_agreement=relation.has_agreement,
        is_trained=not relation.lacks(file, at),
        is_visiting=actor.is_visiting,
        needs_consent=file.needs_consent(),
        consent=consent,
        table=relation.table,
        **resting(file, one.category, consent),
    )


def resting(file: SharedFile, category: str, consent: ConsentState) -> dict[str, Any]:
    """Answer the basis of what a file holds when no consent of its own person is in force; empty otherwise.

    A programme that asks for consent has no other basis while nobody gave one.
    """
    if consent.is_of_subject or (not consent.stands and file.needs_consent()):
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

    A file the reader may not know of is left out, as if it were not there.

    Raises:
        NotVisible: the reader may know of none of the files.
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
) -> tuple[list[ClassDecision], Mapping[UUID, Relation], Mapping[UUID, SharedFile]]:
    ties = relations(actor=actor, files=files, at=at, purpose=purpose, is_list=is_list)
    by_id = visible_files(actor, files, ties, purpose, at)
    if not by_id:
        raise NotVisible
    classes = dict.fromkeys(record.item_class for record in records)
    if with_items:
        classes.update(dict.fromkeys(type(files[0]).classes_of(files)))
    return decided(actor, by_id, list(classes), ties, purpose, at), ties, by_id


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
    is_of_others = str(file.role) != "person_of_concern" and not file.is_subject
    if is_of_others and question.claimed == "none" and question.side not in ("victim", "both"):
        # Nobody consented for them to this reader: all that is left to rest on is the programme, and from that the
        # side of the person of concern does not learn that a child, or another at risk, is there.
        question = replace(question, named_basis="common_programme", programme=ProgrammeState())
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
    names: Mapping[str, Any] | None = None,
    is_traced_each: bool = False,
) -> FileView:
    """Open files of one case and some records of theirs together: one decision, one trace each file.

    Args:
        only: categories wanted; the others are decided and shown as classes, not opened.
        records: sealed values of the files kept elsewhere (assessments, the words of tasks, names).
        page: a slice of the items, newest first; all of them when None.
        with_items: False opens the extra records alone.
        is_list: files of many cases, for a list of names: one trace naming them all; what the reader may
            not know of is left out.
        names: what the trace of one file says besides, in codes: the document that is opened.
        is_traced_each: of such a list, leave one trace on each file, as when it is opened by itself.
    Raises:
        NotVisible: the reader may know of none of the files; one they may not know of is left out, as if it were not.
        Damaged, Shredded, KeyUnavailable: nothing is answered rather than a part.
    """
    classes, ties, by_id = _decide(actor, files, purpose, at, records, with_items, is_list)
    files = [file for file in files if file.id in by_id]
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
    carried = _carried(classes, wanted, side=ties[files[0].case_id].side, at=at)
    items = [
        OpenedItem(
            id=record.id,
            file_id=record.file_id,
            category=record.category,
            holder_id=record.holder_id,
            level=readable[record.item_class],
            content=json.loads(text),
            meta=_about(record, actor, ties[by_file[record.file_id]].side),
            notices=carried.get(record.item_class, ()),
            regimes=record.regimes,
            is_served=record.is_served,
        )
        for record, text in zip(wanted, _unseal(wanted), strict=True)
    ]
    each = partial(_trace, names=names or {})
    trace = _list_trace if is_list and not is_traced_each else each
    known = {one.file_id for one in classes}
    traced = [file for file in files if file.id in known] if is_traced_each else files
    with transaction.atomic():
        ledger.record_many(trace(actor, traced, classes, items, purpose, at))
    tie = ties[files[0].case_id]
    view = FileView(
        classes=[one for one in classes if one.decision.may_be_known],
        items=items,
        side=tie.side,
        consents=() if tie.side == "management" else tie.consents,
        table=tie.table,
        lacks=tie.lacks(files[0], at),
        known=frozenset(by_id),
    )
    if items:
        binding.remember(view.notices, view.consents)
    return view


def _carried(
    classes: Sequence[ClassDecision], wanted: Sequence[SealedRecord], *, side: str, at: datetime
) -> dict[ItemClass, tuple[Notice, ...]]:
    """The notices that go along with each class something is opened of: nothing opened, nothing said."""
    opened = {record.item_class for record in wanted}
    return {
        one.item_class: notices_of([one], side=side, on=at.date())
        for one in classes
        if one.item_class in opened and one.decision.obligations
    }


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
    return [value.decode() for value in unseal_parts(records)]


def unseal_parts(records: Sequence[SealedRecord]) -> list[bytes]:
    """Open values that were decided, as bytes; whoever calls this decided them."""
    if not records:
        return []
    if _issuer is None:
        raise PermissionDenied("sharing has not started")
    compartments: dict[UUID, set[str]] = {}
    for record in records:
        compartments.setdefault(record.file_id, set()).add(record.compartment)
    grant = _issuer.grant(compartments)
    return unsealing.unseal_bytes(
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
    *,
    names: Mapping[str, Any],
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
                details={"withheld": withheld, **names},
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
    return open_privates([record])[0]


def open_privates(records: Sequence[SealedRecord]) -> list[Mapping[str, Any]]:
    """Open several such values together, in their order."""
    found: list[Mapping[str, Any]] = [dict(json.loads(text)) for text in _unseal(records)]
    if found:
        binding.remember(())
    return found
