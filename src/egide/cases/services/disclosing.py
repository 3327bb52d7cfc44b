"""Share with one more agency on a ground other than consent: written, approved by another, ended."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, File, Task
from egide.cases.models.file import FileRole
from egide.cases.models.work import TaskKind, TaskWords
from egide.cases.services import deadlines, entries, tasks
from egide.cases.services.locking import lock_case
from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, Refused
from egide.partners.models import Agency, Membership
from egide.sharing import asking, disclosures, grounds
from egide.sharing import services as sharing
from egide.sharing.disclosures import record_disclosure
from egide.sharing.grounds import Words
from egide.sharing.models import Ground, Suspension

#: When somebody looks whether the person can be told, after a disclosure they did not agree to. Ours (O).
TELL_AFTER_WORKING_DAYS = 3


def _file(case: Case, role: str) -> File:
    file = entries.file_of(case, role)
    if file is None:
        raise NotVisible
    return file


@transaction.atomic
def state_ground(
    *,
    case_id: UUID,
    role: str,
    kind: str,
    recipient_id: UUID,
    categories: Collection[str],
    said: Mapping[str, Any],
    words: Words,
    actor: Membership,
    at: datetime,
) -> Ground:
    """Write down why one agency should receive some of a file without consent.

    Raises:
        Refused: something the law asks for is missing, or this ground opens nothing of what was chosen.
        NotVisible: no such file or agency.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = _file(case, role)
    recipient = Agency.objects.filter(pk=recipient_id, is_active=True).order_by().first()
    if recipient is None:
        raise NotVisible
    _check_opens(file, recipient, kind, categories, actor=actor, at=at)
    return grounds.state_ground(
        actor=actor,
        file_id=file.pk,
        case_id=case.pk,
        kind=kind,
        recipient=recipient,
        categories=categories,
        said=said,
        words=words,
        at=at,
    )


def _check_opens(
    file: File, recipient: Agency, kind: str, categories: Collection[str], *, actor: Membership, at: datetime
) -> None:
    """Every kind chosen must have a door on this ground; what has none is refused, with the rule in words."""
    known = [
        one.item_class for one in sharing.explain(actor=actor, file=file, purpose="case_management", at=at)
    ]
    found = asking.may_receive(agency=recipient, files=[file], classes=known, at=at)
    for category in categories:
        ways = [
            way
            for one in found
            if one.item_class.category == category
            for way in one.ways
            if way.kind == kind
        ]
        if not ways:
            raise Refused(_("The file holds nothing of this kind."))
        if not any(way.is_open for way in ways):
            raise Refused(ways[0].reason)


@transaction.atomic
def decide_ground(*, ground_id: UUID, is_approved: bool, actor: Membership, at: datetime) -> Ground:
    """Approve or refuse what a colleague wrote; approved, somebody owes the person the truth, when it is safe.

    Raises:
        NotVisible, PermissionDenied, Refused: see `sharing.grounds.decide_ground`.
    """
    case = lock_case(_case_of(ground_id), actor=actor)
    permissions.check_can_support(actor, case)
    ground = grounds.decide_ground(ground_id=ground_id, is_approved=is_approved, actor=actor, at=at)
    if is_approved:
        file = File.objects.get(pk=ground.file_id)
        file.case = case
        record_disclosure(
            actor=actor,
            file=file,
            categories=ground.categories,
            method="share",
            basis=ground.kind,
            purpose=ground.purposes[0],
            recipient=ground.recipient,
            ground=ground,
            at=at,
        )
        tasks.make_task(
            case=case,
            file=file,
            text=TaskWords.TELL_PERSON,
            side="victim",
            agency_id=case.programme.lead_agency_id,
            due_at=add_working_days(at, TELL_AFTER_WORKING_DAYS),
            actor=actor,
            at=at,
            kind=TaskKind.TELL_PERSON,
        )
        deadlines.refresh_next_due(case, at=at)
    return ground


def _case_of(ground_id: UUID) -> UUID:
    case_id = Ground.objects.filter(pk=ground_id).order_by().values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotVisible
    return case_id


@transaction.atomic
def end_ground(*, ground_id: UUID, actor: Membership, at: datetime) -> Ground:
    """End it before its time."""
    case = lock_case(_case_of(ground_id), actor=actor)
    permissions.check_can_support(actor, case)
    return grounds.end_ground(ground_id=ground_id, actor=actor, at=at)


@transaction.atomic
def record_told(*, ground_id: UUID, actor: Membership, at: datetime) -> Ground:
    """Record that the person was told, also after the case closed: it alone ends what is owed to them.

    Raises:
        NotVisible, PermissionDenied, Refused: see `sharing.grounds.record_told`.
    """
    case = lock_case(_case_of(ground_id), actor=actor)
    permissions.check_can_support(actor, case)
    ground = grounds.record_told(ground_id=ground_id, actor=actor, at=at)
    # Both were written at the same moment, by `decide_ground`.
    owed = Task.objects.filter(
        case=case,
        kind=TaskKind.TELL_PERSON,
        file=ground.file_id,
        created_at=ground.decided_at or at,
        done_at__isnull=True,
    ).order_by("pk")
    Task.objects.filter(pk__in=list(owed.values_list("pk", flat=True)[:1])).update(
        done_at=at, done_by=actor, outcome="done"
    )
    deadlines.refresh_next_due(case, at=at)
    return ground


@transaction.atomic
def suspend_accounting(
    *,
    case_id: UUID,
    agency_id: UUID,
    official_role: str,
    reference: str,
    is_written: bool,
    until: datetime,
    actor: Membership,
    at: datetime,
) -> Suspension:
    """Leave disclosures to an agency out of what the victim is told until a day, because that agency asked.

    Raises:
        NotVisible: no such case for the actor, or no such agency. PermissionDenied: not who supports the victim.
        Refused: see `sharing.disclosures.suspend_accounting`.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    agency = Agency.objects.filter(pk=agency_id, is_active=True).order_by().first()
    if agency is None:
        raise NotVisible
    return disclosures.suspend_accounting(
        file=_file(case, FileRole.VICTIM),
        agency=agency,
        official_role=official_role,
        reference=reference,
        is_written=is_written,
        until=until,
        actor=actor,
        at=at,
    )


__all__ = ["Words", "decide_ground", "end_ground", "record_told", "state_ground", "suspend_accounting"]
