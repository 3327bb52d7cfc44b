"""What lets somebody receive something of a case: a consent or a ground in force, as rows and as what they say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, JSONField, QuerySet, UUIDField, Value, When

from egide.partners.queries import training
from egide.sharing import queries
from egide.sharing.models import ConsentRecipient, EmergencyAccess, Ground


@dataclass(frozen=True)
class Named:
    """One consent in force that names the reader's agency."""

    file_id: UUID
    categories: frozenset[str]
    purposes: frozenset[str]
    is_written: bool
    given_at: datetime
    expires_at: datetime
    #: By it the person of whom the case is takes part in the programme; another's speaks of their own file alone.
    takes_part: bool = True


#: The kind of a ground that is one person's emergency access, to every file of a case.
EMERGENCY = "emergency_access"
EMERGENCY_PURPOSE = "emergency_response"


@dataclass(frozen=True)
class Grounded:
    """One ground in force, other than consent, on which the reader's agency receives some of a file."""

    file_id: UUID
    kind: str
    categories: frozenset[str]
    purposes: frozenset[str]
    said: Mapping[str, Any]
    ends_at: datetime


#: The kinds of rows that say more than a key.
CONSENT, OWN_CONSENT, GROUND, TRAINING = "consent", "own_consent", "ground", "training"
CONSENTS = (CONSENT, OWN_CONSENT)
#: What is read of a consent in force, whoever it names: a row for `named_of`, its kind and its case in front.
CONSENT_COLUMNS: tuple[Any, ...] = (
    Case(
        When(consent__is_to_take_part=True, then=Value(CONSENT)),
        default=Value(OWN_CONSENT),
        output_field=CharField(),
    ),
    "consent__case_id",
    "consent__file_id",
    "consent__categories",
    "consent__purposes",
    "consent__form",
    "consent__given_at",
    "consent__expires_at",
    "consent__purposes",  # a consent says nothing more; a ground does, in this column
)
#: The same of a ground, for `ground_of`.
GROUND_COLUMNS: tuple[Any, ...] = (
    Value(GROUND),
    "case_id",
    "file_id",
    "categories",
    "purposes",
    "kind",
    "decided_at",
    "ends_at",
    "said",
)
_THE_TABLE_SAYS = Value([], output_field=JSONField())  # what an emergency opens is the table's to say
#: The same of an emergency access.
EMERGENCY_COLUMNS: tuple[Any, ...] = (
    Value(GROUND),
    "case_id",
    "file_id",
    _THE_TABLE_SAYS,
    _THE_TABLE_SAYS,
    Value(EMERGENCY),
    "opened_at",
    "ends_at",
    _THE_TABLE_SAYS,
)

_NO_KEY, _NOTHING = Value(None, output_field=UUIDField()), Value(None, output_field=JSONField())
#: The same of a course somebody completed: their membership stands where the case does, the course where a form is.
TRAINING_COLUMNS: tuple[Any, ...] = (
    Value(TRAINING),
    "membership_id",
    _NO_KEY,
    _NOTHING,
    _NOTHING,
    "course",
    "recorded_at",
    "valid_until",
    _NOTHING,
)


def consents_in_force(*, case_ids: Sequence[UUID], now: datetime) -> QuerySet[Any]:
    """Return what consents in force name, of some cases."""
    return ConsentRecipient.objects.filter(
        queries.in_force("consent__", now=now), consent__case_id__in=case_ids
    ).order_by()


def grounds_in_force(*, case_ids: Sequence[UUID], now: datetime) -> QuerySet[Any]:
    """Return the grounds in force of some cases."""
    return Ground.objects.in_force(now=now).filter(case_id__in=case_ids).order_by()


def open_emergencies(*, case_ids: Sequence[UUID], now: datetime) -> QuerySet[Any]:
    """Return the emergency accesses of some cases that are open now."""
    return EmergencyAccess.objects.filter(
        case_id__in=case_ids, opened_at__lte=now, ends_at__gt=now
    ).order_by()


def training_held(*, membership_ids: Sequence[UUID]) -> QuerySet[Any]:
    """Return the training of some members, lapsed ones too: what lapsed is said with its day."""
    return training.records(membership_ids=membership_ids)


def course_of(
    _file: Any, _categories: Any, _purposes: Any, course: str, _begins: Any, ends: datetime, _said: Any
) -> tuple[str, datetime]:
    """Answer the course a row says, and until when it is valid."""
    return course, ends


def named_of(
    kind: str,
    file_id: UUID,
    categories: Any,
    purposes: Any,
    form: str,
    begins: datetime,
    ends: datetime,
    _said: Any,
) -> Named:
    """Answer the consent a row says, its case left out."""
    return Named(
        file_id,
        frozenset(categories),
        frozenset(purposes),
        form != "verbal",
        begins,
        ends,
        kind == CONSENT,
    )


def ground_of(
    file_id: UUID, categories: Any, purposes: Any, kind: str, _begins: datetime, ends: datetime, said: Any
) -> Grounded:
    """Answer the ground a row says, its kind and its case left out."""
    return Grounded(file_id, kind, frozenset(categories), frozenset(purposes), said, ends)
