"""Write one piece of information into a file, sealed, with its source."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from egide.cases.models import Case, Entry, File
from egide.cases.models.file import FileRole, Kind
from egide.common.errors import Refused
from egide.common.ids import new_id
from egide.common.parsing import uuid_or_none
from egide.partners.models import Agency, Membership
from egide.sharing.rules.categories import compartment_of
from egide.vault import services as vault
from egide.vault.services import SealContext, Sealer

#: The longest narrative one entry holds, in characters; more is a document.
LONGEST_TEXT = 20_000


def write_entry(
    *,
    file: File,
    category: str,
    actor: Membership,
    at: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    kind: str = Kind.FACT,
    observed_on: date | None = None,
    form: str = "",
    holder: Agency | None = None,
    replaces: Entry | None = None,
    sealer: Sealer | None = None,
    is_served: bool = True,
) -> Entry:
    """Seal and add one entry; the caller's transaction holds it and records why.

    Args:
        category: a slug of the categories; those the law keeps out are refused.
        data: the answers of a form, beside `text`.
        holder: the agency whose law binds the entry; the actor's own unless said otherwise.
        sealer: the file's, when several entries are written together.
        is_served: False for an order made without notice that nobody has served yet.
    Raises:
        Refused: the text is too long, or the category is never stored here.
    """
    values = new_values(
        file=file,
        category=category,
        actor=actor,
        at=at,
        text=text,
        data=data,
        kind=kind,
        observed_on=observed_on,
        form=form,
        holder=holder,
        replaces=replaces,
        sealer=sealer,
        is_served=is_served,
    )
    entry = Entry(**dict(zip(ENTRY_COLUMNS, values, strict=True)))
    if replaces is not None:
        Entry.objects.filter(pk=replaces.pk).update(is_current=False)
    entry.save(force_insert=True)
    return entry


#: The columns of an entry as `new_values` gives them.
ENTRY_COLUMNS = (
    "id",
    "file_id",
    "category",
    "compartment",
    "kind",
    "content",
    "observed_on",
    "author_id",
    "agency_id",
    "holder_id",
    "regimes",
    "form",
    "created_at",
    "replaces_id",
    "is_current",
    "is_served",
)


def new_values(
    *,
    file: File,
    category: str,
    actor: Membership,
    at: datetime,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    kind: str = Kind.FACT,
    observed_on: date | None = None,
    form: str = "",
    holder: Agency | None = None,
    replaces: Entry | None = None,
    sealer: Sealer | None = None,
    is_served: bool = True,
) -> tuple[Any, ...]:
    """Seal one entry and answer its row, as `ENTRY_COLUMNS`; nothing is saved. See `write_entry`.

    A row and no object: a file of referrals brings a hundred thousand.
    """
    if len(text) > LONGEST_TEXT:
        raise Refused(_("This text is too long: at most 20,000 characters. Nothing you typed was lost."))
    held_by = holder or actor.agency
    row, compartment = new_id(), compartment_of(category)
    content = seal_json(
        {"text": text, **(data or {})}, file_id=file.pk, compartment=compartment, row=row, sealer=sealer
    )
    return (
        row,
        file.pk,
        category,
        compartment,
        kind,
        content,
        observed_on,
        actor.pk,
        actor.agency_id,
        held_by.pk,
        # Both laws travel: that of who holds it and that of who brought it.
        ",".join(sorted({*held_by.regimes, *actor.agency.regimes})),
        form,
        at,
        replaces.pk if replaces else None,
        True,
        is_served,
    )


def seal_json(
    content: Mapping[str, Any],
    *,
    file_id: UUID,
    compartment: str,
    row: UUID,
    model: str = "cases.Entry",
    field: str = "content",
    sealer: Sealer | None = None,
) -> bytes:
    """Seal a mapping under a file's compartment, bound to its row."""
    return (sealer or vault.sealer(file_id, compartment=compartment)).seal(
        compartment,
        json.dumps(content, ensure_ascii=False, sort_keys=True, default=str),
        SealContext(model=model, field=field, row=row),
    )


def subject_file(case: Case) -> File:
    """Answer the file of whom a case is about; every case has one."""
    file = File.objects.get(case=case, is_subject=True)
    file.case = case
    return file


def file_served(case: Case, side: str) -> File:
    """Answer the file that holds what serves a side: for the victim's, never the file of the person of concern.

    Raises:
        Refused: it serves who is in danger, and nobody in danger is named in this case.
    """
    subject = subject_file(case)
    if side != "victim" or subject.role != FileRole.PERSON_OF_CONCERN:
        return subject
    others = File.objects.filter(case=case).exclude(role=FileRole.PERSON_OF_CONCERN)
    found = others.order_by("created_at", "pk").first()
    if found is None:
        raise Refused(_("Nobody in danger is named in this case: what serves them has no file to stand in."))
    found.case = case
    return found


def file_of(case: Case, key: str) -> File | None:
    """Answer the file an address names by its role or by its key, if the case has one."""
    named: dict[str, Any] = {"role": key} if key in FileRole.values else {"pk": uuid_or_none(key)}
    file = File.objects.filter(case=case, **named).order_by("created_at").first()
    if file is not None:
        file.case = case
    return file
