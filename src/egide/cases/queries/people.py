"""Children and others at risk of a case: each with the state of a consent of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils import timezone

from egide.cases.models import Case, Entry, File
from egide.cases.models.file import ADDED_ROLES, FileRole
from egide.cases.queries.casefile import files_of
from egide.cases.rules import of_age
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.models import Consent

#: The form of a refusal, asked of entries.
REFUSAL = "consent-refusal:1"


@dataclass(frozen=True)
class PersonLine:
    """One person, with what is known of their consent: `not_asked`, `refused`, or how the newest one stands."""

    file: File
    name: str
    state: str
    newest: Consent | None
    is_of_age: bool
    #: They may be taken out as a slip of the hand; whether something rests on the file is asked when it is done.
    is_added: bool

    @property
    def stands(self) -> bool:
        return self.state in ("in_force", "expiring")


def people_of(*, case: Case, actor: Membership, at: datetime) -> list[PersonLine]:
    """Answer who else is in danger in a case, in the order they came, each with their name; four queries for all."""
    files = [
        file
        for file in files_of(case)
        if not file.is_subject and file.role not in (FileRole.PERSON_OF_CONCERN, FileRole.REPORTER)
    ]
    if not files:
        return []
    view = sharing.open_files(
        actor=actor,
        files=files,
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[file.name_record() for file in files],
        with_items=False,
    )
    names = {item.file_id: item.text for item in view.items}
    newest = _newest(files)
    refused = dict(
        Entry.objects.filter(file__in=files, form=REFUSAL)
        .order_by()
        .values_list("file")
        .annotate(at=Max("created_at"))
    )
    today = timezone.localdate(at)
    return [
        PersonLine(
            file,
            names.get(file.pk, ""),
            _state(newest.get(file.pk), refused.get(file.pk), at),
            newest.get(file.pk),
            of_age.is_of_age(file.of_age_from, on=today),
            file.role in ADDED_ROLES,
        )
        for file in files
        if file.pk in view.known
    ]


def _newest(files: Sequence[File]) -> dict[object, Consent]:
    rows = Consent.objects.filter(file_id__in=[file.pk for file in files]).order_by("given_at", "pk")
    return {one.file_id: one for one in rows}


def _state(newest: Consent | None, refused_at: datetime | None, at: datetime) -> str:
    if refused_at is not None and (newest is None or refused_at >= newest.given_at):
        return "refused"
    return "not_asked" if newest is None else sharing_queries.consent_state(newest, at=at)
