"""Reads about training: what each person holds, and until when."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from egide.common.errors import NotVisible
from egide.partners.models import Membership, TrainingRecord
from egide.partners.rules.training import WARNED_BEFORE, Lack, courses, lacking


def records(*, membership_ids: Collection[Any]) -> QuerySet[TrainingRecord]:
    """Return what stands of the training of some members, lapsed or not."""
    return TrainingRecord.objects.filter(withdrawn_at__isnull=True, membership__in=membership_ids).order_by()


def held_by(*, membership_ids: Collection[UUID]) -> dict[UUID, dict[str, TrainingRecord]]:
    """Answer, of each member and course, the record valid longest; one query."""
    found: dict[UUID, dict[str, TrainingRecord]] = {pk: {} for pk in membership_ids}
    for one in records(membership_ids=membership_ids).order_by("valid_until", "pk"):
        found[one.membership_id][one.course] = one
    return found


def until_of_each() -> dict[str, Any]:
    """Answer annotations of a membership: until when each course is valid. `own_training` reads them.

    Certificates are not among them: they open nothing, so no request needs them before it begins.
    """
    rows = TrainingRecord.objects.filter(membership=OuterRef("pk"), withdrawn_at__isnull=True)
    return {
        _column(code): Subquery(rows.filter(course=code).order_by("-valid_until").values("valid_until")[:1])
        for code in _opening()
    }


def _opening() -> list[str]:
    """The courses a programme asks for unless a deployment says otherwise: those that are no certificate."""
    return [code for code, course in courses().items() if not course.is_certificate]


def _column(code: str) -> str:
    return "until_" + code.replace("-", "_")


def own_training(member: Membership, *, required: Collection[str] = ()) -> dict[str, datetime]:
    """Answer until when each course of a member is valid: as read with their hat, else asked now.

    Args:
        required: courses that must be among them; a certificate is asked now.
    """
    known, opening = vars(member), _opening()
    if set(required) <= set(opening) and all(_column(code) in known for code in opening):
        return {code: known[_column(code)] for code in opening if known[_column(code)]}
    records = held_by(membership_ids=[member.pk])[member.pk]
    return {code: record.valid_until for code, record in records.items()}


def last_certificate(*, member: Membership, course: str, on: date) -> datetime | None:
    """Answer until when a person holds or held a course completed by that day, under any hat; None when they never did.

    A certificate is the person's, whatever agency they act for.
    """
    rows = TrainingRecord.objects.filter(
        account=member.account_id, course=course, withdrawn_at__isnull=True, completed_on__lte=on
    )
    return rows.order_by("-valid_until", "-pk").values_list("valid_until", flat=True).first()


def lacks_of(
    *, member: Membership, required: Collection[str], at: datetime
) -> tuple[tuple[Lack, ...], tuple[Lack, ...]]:
    """Answer what a person lacks now, and what they will within thirty days; no query for a hat worn."""
    held = own_training(member, required=required)
    now = lacking(required=required, held=held, at=at)
    gone = {one.course for one in now}
    soon = lacking(required=required, held=held, at=at + WARNED_BEFORE)
    return now, tuple(one for one in soon if one.course not in gone)


def fetch_record(*, record_id: UUID) -> TrainingRecord:
    """Answer a record that stands, locked, with whose it is.

    Raises:
        NotVisible: there is none.
    """
    found = (
        TrainingRecord.objects.select_for_update(of=("self",))
        .select_related("membership__agency", "membership__account")
        .filter(pk=record_id, withdrawn_at__isnull=True)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def fetch_member(*, membership_id: UUID, on: date) -> Membership:
    """Answer a membership in force that day.

    Raises:
        NotVisible: there is none.
    """
    found = (
        Membership.objects.in_force(on)
        .select_related("account", "agency")
        .filter(pk=membership_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


def to_warn(*, at: datetime, on: date) -> QuerySet[TrainingRecord]:
    """Return what lapses within thirty days, untold, of people who still act, and is the last of its course."""
    same = TrainingRecord.objects.filter(
        membership=OuterRef("membership"), course=OuterRef("course"), withdrawn_at__isnull=True
    )
    return TrainingRecord.objects.filter(
        pk=Subquery(same.order_by("-valid_until", "-pk").values("pk")[:1]),
        withdrawn_at__isnull=True,
        warned_at__isnull=True,
        valid_until__lte=at + WARNED_BEFORE,
        membership__in=Membership.objects.in_force(on).order_by().values("pk"),
    ).order_by("valid_until", "pk")
