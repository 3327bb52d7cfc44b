"""A team audits itself against a written standard: begin, answer, sign by two people, carry out what it promised."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases.models import AuditAnswer, AuditWord, SelfAudit
from egide.cases.models.case import own_programmes
from egide.cases.permissions import check_can_audit
from egide.cases.queries import auditing as queries
from egide.cases.rules import standard_file
from egide.cases.services.meanwhile import WHATEVER, Meanwhile, check_unmoved
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

#: Answers that must say what will be done. "Partly" need not: or "met" would be the answer that costs nothing.
_NEEDS_ACTION = (AuditWord.NOT_MET,)


@transaction.atomic
def begin_audit(*, programme_id: UUID, actor: Membership, at: datetime) -> SelfAudit:
    """Begin the audit of a programme's team, against the standard its protocol names, as it is written today.

    Raises:
        NotVisible: the actor is not of that team.
        Refused: no standard is written for the programme, or an audit of it is open already.
    """
    check_can_audit(actor)
    programme = next((one for one in own_programmes(actor) if one.pk == programme_id), None)
    if programme is None:
        raise NotVisible
    code = programme.protocol.self_audit
    if not code:
        raise Refused(_("No standard is written for this programme."))
    try:
        with transaction.atomic():
            made = SelfAudit.objects.create(
                programme=programme, text=dict(standard_file.read(code)), began_by=actor, began_at=at
            )
    except IntegrityError as error:
        raise Refused(_("An audit of this team is open already: go on with it.")) from error
    _record("begun", made, actor, at)
    return made


@transaction.atomic
def answer_statement(
    *,
    audit_id: UUID,
    statement: str,
    word: str,
    evidence: str,
    action: str = "",
    action_owner_id: UUID | None = None,
    action_due_on: date | None = None,
    based_on: UUID | None = WHATEVER,
    actor: Membership,
    at: datetime,
) -> AuditAnswer:
    """Answer one statement, in the place of what was answered before, which is kept. A first signature falls.

    Args:
        based_on: the answer that stood when the form was shown; None when there was none.
    Raises:
        NotVisible: no such audit, or no such statement in its standard.
        Meanwhile: somebody answered since.
        Refused: two people signed it, nothing shows it, or an improvement lacks what it is, who makes it, or by when.
    """
    audit = _lock(audit_id, actor)
    if audit.standard.statement(statement) is None:
        raise NotVisible
    if not audit.is_open:
        raise Refused(_("Two people signed this audit: nothing of it changes. Answer anew in the next one."))
    if word not in AuditWord.values:
        raise Refused(_("Choose one of the answers."))
    if not evidence.strip():
        raise Refused(_("Write what shows it."))
    action = action.strip()
    _check_action(audit, word, action, action_owner_id, action_due_on, at)
    last = audit.answers.filter(statement=statement, is_current=True).order_by().first()
    check_unmoved(last.pk if last else None, based_on)
    if last is not None:
        last.is_current = False
        last.save(update_fields=["is_current"])
    made = AuditAnswer.objects.create(
        audit=audit,
        statement=statement,
        word=word,
        evidence=evidence.strip(),
        action=action,
        action_owner_id=action_owner_id if action else None,
        action_due_on=action_due_on if action else None,
        answered_by=actor,
        answered_at=at,
    )
    audit.revision += 1
    audit.signed_by, audit.signed_by_account, audit.signed_at = None, None, None
    audit.save(update_fields=["revision", "signed_by", "signed_by_account", "signed_at"])
    _record("answered", audit, actor, at, statement=statement)
    return made


def _check_action(
    audit: SelfAudit, word: str, action: str, owner_id: UUID | None, due_on: date | None, at: datetime
) -> None:
    if not action:
        if word in _NEEDS_ACTION:
            raise Refused(_("What is not met asks for an improvement: write what will be done."))
        if owner_id or due_on:
            raise Refused(_("Write what will be done, or leave who and by when empty."))
        return
    if owner_id is None or due_on is None:
        raise Refused(_("Say who makes the improvement, and by when."))
    if due_on < timezone.localdate(at):
        raise Refused(_("Give a day to come."))
    if not queries.team_of(audit.programme, at).filter(pk=owner_id).order_by().exists():
        raise Refused(_("Choose somebody of the team."))


@transaction.atomic
def sign_audit(*, audit_id: UUID, revision: int | None, actor: Membership, at: datetime) -> SelfAudit:
    """Sign the answers as they were shown: first one person of the team, then another, under any hat.

    Args:
        revision: of the answers the actor was shown.
    Raises:
        NotVisible: no such audit of the actor's team.
        PermissionDenied: the actor signed it already.
        Meanwhile: an answer changed since it was shown.
        Refused: a statement is not answered, or two people signed it already.
    """
    audit = _lock(audit_id, actor)
    if not audit.is_open:
        raise Refused(_("Two people signed this audit already."))
    if revision != audit.revision:
        raise Meanwhile(_("An answer changed since this page was shown. Read it again, then sign."))
    answered = set(audit.answers.filter(is_current=True).order_by().values_list("statement", flat=True))
    if any(one.code not in answered for one in audit.standard.statements):
        raise Refused(_("Answer every statement first; “Not applicable” is an answer."))
    if audit.signed_at is None:
        audit.signed_by, audit.signed_at = actor, at
        audit.signed_by_account_id = actor.account_id
        audit.save(update_fields=["signed_by", "signed_by_account", "signed_at"])
        _record("signed", audit, actor, at)
        return audit
    if audit.signed_by_account_id == actor.account_id:
        raise PermissionDenied(_("Another person of the team signs second."))
    audit.countersigned_by, audit.countersigned_at = actor, at
    audit.countersigned_by_account_id = actor.account_id
    audit.save(update_fields=["countersigned_by", "countersigned_by_account", "countersigned_at"])
    _record("countersigned", audit, actor, at)
    return audit


@transaction.atomic
def end_action(*, answer_id: UUID, actor: Membership, at: datetime) -> AuditAnswer:
    """Record that an improvement of a signed audit is made; whoever is of the team may.

    Raises:
        NotVisible: no such improvement waits in an audit of the actor's team.
    """
    check_can_audit(actor)
    mine = SelfAudit.objects.visible_to(actor).order_by().values("pk")
    found = (
        AuditAnswer.objects.select_for_update(of=("self",))
        .filter(queries.OPEN_ACTION, pk=answer_id, audit__in=mine)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    found.action_done_by, found.action_done_at = actor, at
    found.save(update_fields=["action_done_by", "action_done_at"])
    ledger.record(
        action="cases.self_audit_action_ended",
        actor=actor,
        target=found,
        at=at,
        details={"statement": found.statement},
    )
    return found


def _lock(audit_id: UUID, actor: Membership) -> SelfAudit:
    check_can_audit(actor)
    return SelfAudit.objects.select_for_update(of=("self",)).fetch(audit_id, actor=actor)


def _record(what: str, audit: SelfAudit, actor: Membership, at: datetime, **details: str) -> None:
    ledger.record(
        action=f"cases.self_audit_{what}",
        actor=actor,
        target=audit,
        at=at,
        details={"programme": audit.programme_id, "revision": audit.revision, **details},
    )
