"""What ties one reader to one case at one moment: assignment, recusal, agreement, consents."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db.models import CharField, DateTimeField, JSONField, QuerySet, UUIDField, Value
from django.utils import timezone

from egide.common import clock
from egide.common.prepared import Prepared
from egide.partners import queries as partners
from egide.partners.models import Membership
from egide.partners.rules.training import Lack, lacking
from egide.sharing import queries, tables
from egide.sharing.receiving import (
    CONSENT_COLUMNS,
    CONSENTS,
    EMERGENCY,
    EMERGENCY_COLUMNS,
    EMERGENCY_PURPOSE,
    GROUND,
    GROUND_COLUMNS,
    TRAINING,
    TRAINING_COLUMNS,
    Grounded,
    Named,
    consents_in_force,
    course_of,
    ground_of,
    grounds_in_force,
    named_of,
    open_emergencies,
    training_held,
)
from egide.sharing.rules.decision import ConsentState, ProgrammeState
from egide.sharing.rules.table import SHIPPED


@dataclass(frozen=True, slots=True)
class ItemClass:
    """Items of one file that are decided together."""

    file_id: UUID
    category: str
    holder_id: UUID
    regimes: tuple[str, ...]
    #: False for an order made without notice that nobody has served yet.
    is_served: bool = True


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One sealed value that may be opened: what it is, who holds it, what law binds it, where it lives."""

    id: UUID
    file_id: UUID
    category: str
    holder_id: UUID
    regimes: tuple[str, ...]
    compartment: str
    model: str
    field: str
    sealed: bytes
    meta: Any = None
    is_served: bool = True

    @property
    def item_class(self) -> ItemClass:
        """The class the record is decided with."""
        return ItemClass(self.file_id, self.category, self.holder_id, self.regimes, self.is_served)


class SharedFile(Protocol):
    """What `sharing` asks of a file. `cases.File` answers it; nothing here knows cases."""

    id: UUID
    case_id: UUID
    role: str
    is_subject: bool
    holder_id: UUID

    @property
    def pk(self) -> Any: ...

    def is_staffed_by(self, actor: Membership) -> bool:
        """Say whether the actor works for the programme that leads the case."""
        ...

    def needs_consent(self) -> bool:
        """Say whether the programme adds the person's consent to the law."""
        ...

    def programme_needs(self, category: str) -> ProgrammeState:
        """Say whether the programme is carried out in common, and needs this of a person who did not consent."""
        ...

    def required_training(self) -> tuple[str, ...]:
        """Answer the courses the programme asks of whoever reads."""
        ...

    @classmethod
    def classes_of(cls, files: "Sequence[Any]") -> Sequence[ItemClass]:
        """Answer the classes of items the files hold, in one query."""
        ...

    @classmethod
    def records_of(
        cls, files: "Sequence[Any]", classes: Collection[ItemClass], page: "Page | None"
    ) -> Sequence[SealedRecord]:
        """Answer the sealed items of these classes, newest first, in one query."""
        ...


@dataclass(frozen=True)
class Page:
    """A slice of a file's items, newest first: those before a moment."""

    limit: int = 100
    before: UUID | None = None


@dataclass(frozen=True)
class Relation:
    """The reader's ties to one case."""

    side: str
    is_assigned: bool
    is_recused: bool
    has_agreement: bool
    consents: tuple[Named, ...]
    grounds: tuple[Grounded, ...] = ()
    #: The version of the decision table in force when the ties were read.
    table: str = SHIPPED
    #: Until when each course of the reader is valid; None for nobody in particular, who is asked about as trained.
    training: Mapping[str, datetime] | None = field(default_factory=dict)

    def lacks(self, file: SharedFile, at: datetime) -> tuple[Lack, ...]:
        """Answer the courses the programme of a file asks, which the reader does not have at that moment."""
        required = file.required_training()
        if self.training is None or not required:
            return ()
        return lacking(required=required, held=self.training, at=at)

    def is_named_for(self, file_id: UUID) -> bool:
        """Say whether a ground in force names the reader's agency for a file: they may know that it exists."""
        return any(ground.file_id == file_id or ground.kind == EMERGENCY for ground in self.grounds)

    def grounds_for(self, *, file_id: UUID, category: str, purpose: str) -> list[Grounded]:
        """Answer the grounds that cover one category of one file for one purpose."""
        return [
            ground
            for ground in self.grounds
            if (ground.kind == EMERGENCY and purpose == EMERGENCY_PURPOSE)
            or (ground.file_id == file_id and category in ground.categories and purpose in ground.purposes)
        ]

    def consent(self, *, file_id: UUID, category: str, purpose: str) -> ConsentState:
        """Answer what the consents in force allow of one category of one file for one purpose.

        The person's own when there is one; else that of whom the case is about, which is the programme's condition
        alone. Anybody else's speaks of their own file: for this one it is as if it were not there.
        """
        fitting = [
            named
            for named in self.consents
            if (named.takes_part or named.file_id == file_id)
            and category in named.categories
            and purpose in named.purposes
        ]
        own = [named for named in fitting if named.file_id == file_id]
        return ConsentState(
            is_valid=bool(fitting),
            is_of_subject=bool(own),
            is_written=any(named.is_written for named in own or fitting),
            has_end=bool(fitting),
        )


def relations(
    *,
    actor: Membership,
    files: Sequence[SharedFile],
    at: datetime,
    purpose: str = "",
    is_list: bool = False,
) -> Mapping[UUID, Relation]:
    """Answer the reader's relation to each case of these files, in one query whatever their number.

    Args:
        purpose: what is asked for, when only the bases that serve it matter; every basis otherwise.
        is_list: for a list of names: what somebody receives on a ground is in no list of theirs.
    """
    case_ids = list({file.case_id for file in files})
    staffed = {file.case_id: file.is_staffed_by(actor) for file in files}
    tied = _read(
        actor,
        case_ids,
        at,
        with_grounds=not is_list,
        with_emergencies=not is_list and purpose in ("", EMERGENCY_PURPOSE),
    )
    found = {}
    for case_id in case_ids:
        side = tied.sides.get(case_id, "both" if staffed[case_id] else "none")
        found[case_id] = Relation(
            side="both" if staffed[case_id] else side,
            is_assigned=staffed[case_id] or side != "none",
            is_recused=case_id in tied.recused,
            has_agreement=tied.has_agreement,
            consents=tuple(tied.consents.get(case_id, ())),
            grounds=tuple(tied.grounds.get(case_id, ())),
            table=tied.table,
            training=None if getattr(actor, "is_anyone", False) else tied.training,
        )
    return found


@dataclass
class _Tied:
    """What the one query found, by case."""

    sides: dict[UUID, str] = field(default_factory=dict)
    recused: set[UUID] = field(default_factory=set)
    has_agreement: bool = False
    table: str = SHIPPED
    consents: dict[UUID, list[Named]] = field(default_factory=dict)
    grounds: dict[UUID, list[Grounded]] = field(default_factory=dict)
    training: dict[str, datetime] = field(default_factory=dict)

    def learn(self, course: str, until: datetime) -> None:
        """Keep, of each course, the record valid longest."""
        self.training[course] = max(until, self.training.get(course, until))


#: A side is a kind of its own; these are the others.
_AGREEMENT, _RECUSED, _TABLE = "agreement", "recused", "table"


def _key_only(rows: QuerySet[Any], kind: Any, key: str) -> QuerySet[Any]:
    """Rows that say a kind and a key, in the columns of consents."""
    nothing = [
        Value(None, output_field=one())
        for one in (
            UUIDField,
            JSONField,
            JSONField,
            CharField,
            DateTimeField,
            DateTimeField,
            JSONField,
        )
    ]
    return rows.order_by().values_list(kind, key, *nothing)


def _ties_queries(
    *, agency_id: UUID, account_id: UUID, case_ids: Sequence[UUID], on: date, now: datetime
) -> list[QuerySet[Any]]:
    """The agency's agreement, the table in force, per case the side and a recusal."""
    agreement = partners.bound_parties(on=on).filter(agency=agency_id)
    assigned = queries.active_assignments(now=now).filter(agency=agency_id, case_id__in=case_ids)
    recused = queries.recusals(account_id=account_id, agency_id=agency_id).filter(case_id__in=case_ids)
    return [
        _key_only(agreement, Value(_AGREEMENT), "agency_id"),
        _key_only(assigned, "side", "case_id"),
        _key_only(recused, Value(_RECUSED), "case_id"),
        # Asked with each decision, of the database, at no query more: no process decides by a former version.
        _key_only(tables.in_force(), Value(_TABLE), "id"),
    ]


def _tied_query(
    *,
    agency_id: UUID,
    account_id: UUID,
    case_ids: Sequence[UUID],
    on: date,
    now: datetime,
    membership_id: UUID,
    with_grounds: bool = True,
    with_emergencies: bool = False,
) -> QuerySet[Any]:
    """What ties a reader to some cases. Consents come first: their columns are those of every row."""
    consents = consents_in_force(case_ids=case_ids, now=now).filter(agency=agency_id)
    others = _ties_queries(agency_id=agency_id, account_id=account_id, case_ids=case_ids, on=on, now=now)
    if with_grounds:
        grounds = grounds_in_force(case_ids=case_ids, now=now).filter(recipient=agency_id)
        others.append(grounds.values_list(*GROUND_COLUMNS))
    others.append(training_held(membership_ids=[membership_id]).values_list(*TRAINING_COLUMNS))
    if with_emergencies:
        emergencies = open_emergencies(case_ids=case_ids, now=now).filter(membership=membership_id)
        others.append(emergencies.values_list(*EMERGENCY_COLUMNS))
    return consents.values_list(*CONSENT_COLUMNS).union(*others, all=True)


_OF_LIST = Prepared(partial(_tied_query, with_grounds=False))
_OF_FILE = Prepared(_tied_query)
_WITH_EMERGENCIES = Prepared(partial(_tied_query, with_emergencies=True))


def _read(
    actor: Membership,
    case_ids: Sequence[UUID],
    at: datetime,
    *,
    with_grounds: bool,
    with_emergencies: bool,
) -> _Tied:
    """One query: all that lets the reader, or their agency, receive something of these cases, and all that forbids it.

    Emergencies are asked with grounds, never alone.
    """
    asked: dict[str, Any] = {
        "agency_id": actor.agency_id,
        "account_id": actor.account_id,
        "case_ids": case_ids,
        # The day where the agencies signed, not in Greenwich: an agreement neither begins nor ends the evening before.
        "on": timezone.localdate(at),
        "now": clock.now(),
        "membership_id": actor.pk,
    }
    prepared = _WITH_EMERGENCIES if with_emergencies else _OF_FILE if with_grounds else _OF_LIST
    rows = prepared.rows(**asked)
    found = _Tied()
    for kind, key, *more in rows:
        if kind in CONSENTS:
            found.consents.setdefault(key, []).append(named_of(kind, *more))
        elif kind == GROUND:
            found.grounds.setdefault(key, []).append(ground_of(*more))
        elif kind == _AGREEMENT:
            found.has_agreement = True
        elif kind == _TABLE:
            found.table = tables.known(key)
        elif kind == TRAINING:
            found.learn(*course_of(*more))
        elif kind == _RECUSED:
            found.recused.add(key)
        elif actor.role in queries.ASSIGNABLE_ROLES:
            found.sides[key] = kind
    return found
