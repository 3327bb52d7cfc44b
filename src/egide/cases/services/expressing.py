"""Keep words of belief or opinion only when they came with a threat, and a second person agrees that they are needed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, Entry, Expression
from egide.cases.models.expression import CATEGORY, THREAT, ExpressionState
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing
from egide.sharing.rules.categories import compartment_of


def check_may_keep(case: Case) -> None:
    """Pass only for a programme that follows somebody's behaviour; elsewhere there is nothing here.

    Raises:
        NotVisible: it does not.
    """
    if case.programme.protocol.intake != "behaviour":
        raise NotVisible


@transaction.atomic
def ask_to_keep(
    *, case_id: UUID, threat_id: UUID, words: str, reason: str, actor: Membership, at: datetime
) -> Expression:
    """Write down the words and why the threat cannot be understood without them; nobody keeps them yet.

    Raises:
        NotVisible: no such case, or no such threat in it. PermissionDenied: the actor does not work on its side.
        Refused: no words or no reason.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    check_may_keep(case)
    threat = (
        Entry.objects.filter(pk=threat_id, file__case=case, form__startswith=f"{THREAT}:", is_current=True)
        .select_related("file")
        .order_by()
        .first()
    )
    if threat is None:
        raise NotVisible
    if not words.strip() or not reason.strip():
        raise Refused(_("Write the words, and why the threat cannot be understood without them."))
    made = Expression(
        id=new_id(),
        case=case,
        file=threat.file,
        threat=threat,
        written_by=actor,
        written_by_account_id=actor.account_id,
        written_at=at,
    )
    made.words = entries.seal_json(
        {"text": words.strip(), "reason": reason.strip()},
        file_id=threat.file_id,
        compartment=compartment_of(CATEGORY),
        row=made.pk,
        model="cases.Expression",
        field="words",
    )
    made.save(force_insert=True)
    deadlines.set_deadline(case=case, kind=TaskKind.EXPRESSION_APPROVAL, at=at, actor=actor)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.expression_asked", actor=actor, target=made, at=at, subject=made.file_id)
    return made


@transaction.atomic
def answer(
    *, case_id: UUID, expression_id: UUID, is_kept: bool, actor: Membership, at: datetime
) -> Expression:
    """Keep the words in the file, or destroy them, as a second person.

    Raises:
        NotVisible: there is none. PermissionDenied: the actor wrote it, under any hat, or may not read such words.
        Refused: it was answered already.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    found = (
        Expression.objects.select_for_update(of=("self",))
        .select_related("file", "written_by__agency")
        .filter(pk=expression_id, case=case)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    if found.written_by_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else than who wrote it answers."))
    if found.state != ExpressionState.WAITING:
        raise Refused(_("This was decided already."))
    said = _opened(found, actor, at)
    if is_kept:
        _keep(found, said, at)
    found.state = ExpressionState.KEPT if is_kept else ExpressionState.DESTROYED
    found.words, found.answered_by, found.answered_at = None, actor, at
    found.answered_by_account_id = actor.account_id
    found.save(update_fields=["state", "words", "answered_by", "answered_by_account", "answered_at"])
    if not Expression.objects.waiting().filter(case=case).order_by().exists():
        deadlines.meet_deadline(case=case, kind=TaskKind.EXPRESSION_APPROVAL, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.expression_kept" if is_kept else "cases.expression_destroyed",
        actor=actor,
        target=found,
        at=at,
        subject=found.file_id,
    )
    return found


def destroy_waiting(*, case: Case, actor: Membership, at: datetime) -> None:
    """Destroy the words nobody decided on when a case ends."""
    waiting = list(Expression.objects.waiting().filter(case=case).order_by("pk").values_list("pk", "file_id"))
    Expression.objects.filter(pk__in=[pk for pk, _file in waiting]).update(
        state=ExpressionState.DESTROYED, words=None, answered_at=at
    )
    ledger.record_many(
        ledger.entry(
            action="cases.expression_destroyed",
            actor=actor,
            target=f"cases.expression:{pk}",
            at=at,
            subject=file_id,
        )
        for pk, file_id in waiting
    )


def _opened(found: Expression, actor: Membership, at: datetime) -> sharing.OpenedItem:
    """Open the words: nobody decides on what they may not read.

    Raises:
        PermissionDenied: the actor may not.
    """
    found.file.case = found.case
    view = sharing.open_files(
        actor=actor,
        files=[found.file],
        purpose=sharing.purpose_of(actor),
        at=at,
        records=[found.sealed_record(holder_id=found.file.holder_id)],
        with_items=False,
    )
    said = next(iter(view.items), None)
    if said is None:
        raise PermissionDenied(_("You may not read these words: somebody who may answers."))
    return said


def _keep(found: Expression, said: sharing.OpenedItem, at: datetime) -> None:
    """Move the words to the file, as the words of who wrote them down."""
    entries.write_entry(
        file=found.file,
        category=CATEGORY,
        kind=Kind.STATEMENT,
        text=said.text,
        data={"reason": said.content.get("reason", ""), "threat": str(found.threat_id)},
        form="expression:1",
        actor=found.written_by,
        at=at,
        holder=found.file.holder,
    )
