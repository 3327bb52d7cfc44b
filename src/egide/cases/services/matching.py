"""Say whether two files are of one person. It links or sets aside; no file, case, right or key is changed by it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, File, SameAnswer, SamePerson, SamePersonAnswer
from egide.cases.queries import matching
from egide.cases.services import entries
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.vault import services as vault


@transaction.atomic
def answer_same_person(
    *, file_id: UUID, other_id: UUID, answer: str, reason: str, actor: Membership, at: datetime
) -> SamePerson:
    """Record what somebody says of two files. "The same" links them; each keeps its law, its key, its consent.

    Raises:
        NotVisible: one of them is not the actor's to see, or the two are never compared.
        PermissionDenied: the actor does not coordinate both cases.
        Refused: no such answer, no reason, or they are linked already.
    """
    if answer not in SameAnswer.values:
        raise Refused(_("Say whether it is the same person."))
    pair = _take(file_id, other_id, actor, at)
    if pair.answer == SameAnswer.SAME:
        raise Refused(_("These two files are linked. Unlink them first."))
    _write(pair, answer, reason, actor, at)
    ledger.record(
        action="cases.same_person_answered", actor=actor, target=pair, at=at, details={"answer": answer}
    )
    return pair


@transaction.atomic
def unlink_same_person(
    *, file_id: UUID, other_id: UUID, reason: str, actor: Membership, at: datetime
) -> SamePerson:
    """Take a link back: the question stands as it did before it was answered "the same".

    Raises:
        NotVisible, PermissionDenied: as for an answer. Refused: no reason, or they are not linked.
    """
    pair = _take(file_id, other_id, actor, at)
    linked = pair.answers.filter(answer=SameAnswer.SAME, undone_by__isnull=True).order_by("at", "pk").last()
    if pair.answer != SameAnswer.SAME or linked is None:
        raise Refused(_("These two files are not linked."))
    _write(pair, "undone", reason, actor, at, undoes=linked)
    ledger.record(action="cases.same_person_unlinked", actor=actor, target=pair, at=at)
    return pair


def _take(file_id: UUID, other_id: UUID, actor: Membership, at: datetime) -> SamePerson:
    """Answer the question of two files, both cases locked in the order of their keys; asked now if it never was."""
    first, second = sorted((file_id, other_id))
    files = {file.pk: file for file in File.objects.filter(pk__in=(first, second)).order_by()}
    if len(files) != 2:
        raise NotVisible
    one, other = files[first], files[second]
    cases: dict[UUID, Case] = {pk: lock_case(pk, actor=actor) for pk in sorted({one.case_id, other.case_id})}
    for case in cases.values():
        permissions.check_can_coordinate(actor, case)
    keepers = matching.keepers_of(File.entries_from([first, second], matching.FORMS))
    if (
        len(cases) != 2
        or len(keepers) != 2
        or matching.side_of(one.role) != matching.side_of(other.role)
        or not keepers[first].may_meet(keepers[second])
    ):
        raise NotVisible
    pair, _is_new = SamePerson.objects.get_or_create(
        first=one,
        second=other,
        defaults={
            "agency_id": actor.agency_id,
            "first_case_id": one.case_id,
            "second_case_id": other.case_id,
            "asked_at": at,
        },
    )
    return pair


def _write(
    pair: SamePerson,
    answer: str,
    reason: str,
    actor: Membership,
    at: datetime,
    *,
    undoes: SamePersonAnswer | None = None,
) -> None:
    if not reason.strip():
        raise Refused(_("Write the reason of your answer."))
    if len(reason) > entries.LONGEST_TEXT:
        raise Refused(_("This text is too long: at most 20,000 characters. Nothing you typed was lost."))
    made = SamePersonAnswer(
        id=new_id(), pair=pair, answer=answer, agency_id=actor.agency_id, by=actor, at=at, undoes=undoes
    )
    made.reason = entries.seal_json(
        {"text": reason.strip()},
        file_id=made.pk,
        compartment="common",
        row=made.pk,
        model="cases.SamePersonAnswer",
        field="reason",
        sealer=vault.create_file_keys(file_id=made.pk),
    )
    made.save(force_insert=True)
    _settle(pair)


def _settle(pair: SamePerson) -> None:
    """Keep on the question the latest answer that stands; none when there is none."""
    standing = pair.answers.filter(is_past=False, undone_by__isnull=True).exclude(answer="undone")
    last = standing.order_by("at", "pk").last()
    pair.answer = last.answer if last else ""
    pair.answered_by_id, pair.answered_at = (last.by_id, last.at) if last else (None, None)
    pair.save(update_fields=["answer", "answered_by", "answered_at"])
