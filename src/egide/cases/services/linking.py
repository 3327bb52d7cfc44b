"""Link cases that may concern the same people. Never merge; unlinking restores both as they were."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, CaseLink
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership


@transaction.atomic
def link_cases(*, case_id: UUID, other_id: UUID, kind: str, actor: Membership, at: datetime) -> CaseLink:
    """Link two cases the actor coordinates; each keeps its state, its files, its people.

    Raises:
        NotVisible: one of them is not the actor's to see.
        Refused: the same case twice, an unknown kind, or linked already.
    """
    first, second = sorted((case_id, other_id))
    if first == second:
        raise Refused(_("A case is not linked to itself."))
    # Locked in the order of their keys: who links them the other way waits, and then finds the link.
    cases = [lock_case(pk, actor=actor) for pk in (first, second)]
    for case in cases:
        permissions.check_can_coordinate(actor, case)
    if kind not in dict(CaseLink._meta.get_field("kind").flatchoices):
        raise Refused(_("Say how the two cases are linked."))
    if (
        CaseLink.objects.filter(first_id=first, second_id=second, unlinked_at__isnull=True)
        .order_by()
        .exists()
    ):
        raise Refused(_("These cases are already linked."))
    later = _later(cases)
    link = CaseLink.objects.create(
        first_id=first,
        second_id=second,
        kind=kind,
        linked_by=actor,
        linked_at=at,
        marks_repeat=kind == "repeat" and not later.is_repeat,
    )
    if link.marks_repeat:
        Case.objects.filter(pk=later.pk).update(is_repeat=True)
    ledger.record(action="cases.linked", actor=actor, target=link, at=at, details={"kind": kind})
    return link


@transaction.atomic
def unlink_cases(*, link_id: UUID, actor: Membership, at: datetime) -> CaseLink:
    """Undo a link. Both cases are as before it.

    Raises:
        NotVisible: there is no such link between cases of the actor.
    """
    link = CaseLink.objects.filter(pk=link_id, unlinked_at__isnull=True).order_by().first()
    if link is None:
        raise NotVisible
    for pk in (link.first_id, link.second_id):
        permissions.check_can_coordinate(actor, lock_case(pk, actor=actor))
    # The link after the cases, as `link_cases` takes them.
    if (
        not CaseLink.objects.select_for_update()
        .filter(pk=link_id, unlinked_at__isnull=True)
        .order_by()
        .exists()
    ):
        raise NotVisible
    marked, link.marks_repeat = link.marks_repeat, False
    link.unlinked_by, link.unlinked_at = actor, at
    link.save(update_fields=["unlinked_by", "unlinked_at", "marks_repeat"])
    if marked:
        _restore_repeat(link)
    ledger.record(action="cases.unlinked", actor=actor, target=link, at=at)
    return link


def _restore_repeat(link: CaseLink) -> None:
    """The case a link marked is one that comes again only if another link that stands says so of it."""
    later = _later([link.first, link.second])
    others = CaseLink.objects.filter(
        Q(first=later) | Q(second=later), kind="repeat", unlinked_at__isnull=True
    )
    for other in others.select_related("first", "second").order_by("linked_at", "pk"):
        if _later([other.first, other.second]).pk == later.pk:
            CaseLink.objects.filter(pk=other.pk).update(marks_repeat=True)
            return
    Case.objects.filter(pk=later.pk).update(is_repeat=False)


def _later(cases: Sequence[Case]) -> Case:
    return max(cases, key=lambda case: (case.received_at, case.pk))
