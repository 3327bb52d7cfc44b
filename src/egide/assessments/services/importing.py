"""Bring in the definition of a licensed instrument: one person imports it, another approves it, or it is not used."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.assessments import library, permissions, wording
from egide.assessments.lifecycle import IMPORT, ImportState
from egide.assessments.models import InstrumentImport, InstrumentRight
from egide.assessments.rules import reading
from egide.assessments.rules.definition import Definition, DefinitionError
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind

LONGEST_RIGHTS = 2_000
LONGEST_REASON = 500


def read(content: str | bytes) -> Definition:
    """Answer the definition a file holds, whole; nothing of one that is wrong is kept.

    Raises:
        Refused: it is wrong; it says where, in the reader's language.
    """
    try:
        return reading.parse_text(content)
    except DefinitionError as error:
        raise Refused(
            _("This definition cannot be used. %(problem)s.") % {"problem": wording.definition_error(error)}
        ) from error


@transaction.atomic
def propose_import(*, content: str | bytes, rights: str, actor: Membership, at: datetime) -> InstrumentImport:
    """Bring in one version of an instrument, with what gives the right to use it. Nothing is used yet.

    Args:
        content: the file.
        rights: the licence or permission, who gave it, its date.
    Raises:
        NotVisible: the actor does not keep instruments.
        Refused: the file is wrong, nothing says what the right is, or this version is there or waits already.
    """
    permissions.check_can_import(actor)
    rights = rights.strip()
    if not rights:
        raise Refused(_("Say what gives the right to use it: a licence, a permission, its date."))
    if len(rights) > LONGEST_RIGHTS:
        raise Refused(_("What gives the right is too long: at most 2,000 characters."))
    definition = read(content)
    library.check_is_free(definition)
    try:
        with transaction.atomic():
            made = InstrumentImport.objects.create(
                instrument=definition.code,
                version=definition.version,
                content=definition.text,
                rights=rights,
                seal=library.seal_of(content=definition.text, rights=rights),
                proposed_by=actor,
                proposed_by_account_id=actor.account_id,
                proposed_at=at,
            )
    except IntegrityError as error:
        raise Refused(_("This version is here already, or waits for an answer.")) from error
    _record("assessments.import_proposed", made, actor=actor, at=at)
    others = (
        Membership.objects.in_force(timezone.localdate(at))
        .filter(role__in=permissions.KEEPING_ROLES)
        .exclude(account=actor.account_id)
        .order_by()
        .values_list("account", flat=True)
    )
    notifications.tell(accounts=set(others), kind=NoticeKind.CHANGE_PROPOSED, at=at)
    return made


@transaction.atomic
def approve_import(*, import_id: UUID, actor: Membership, at: datetime) -> InstrumentImport:
    """Approve, as a second person: the version can be used at once, under the right it states.

    Raises:
        NotVisible: the actor does not keep instruments, or there is no such import.
        PermissionDenied: the actor brought it in, under any hat.
        Refused: it was answered, altered since, can no longer be read, or its place was taken.
    """
    row = _locked(import_id, actor)
    if actor.account_id == row.proposed_by_account_id:
        raise PermissionDenied(_("A second person approves it."))
    if library.seal_of(content=row.content, rights=row.rights) != row.seal:
        raise Refused(_("What is kept of it was altered since it was brought in. Refuse it."))
    definition = read(row.content)
    library.check_is_free(definition)
    _right, is_new = InstrumentRight.objects.get_or_create(
        instrument=row.instrument,
        version=row.version,
        defaults={"note": row.rights, "recorded_by": actor, "recorded_at": at},
    )
    if not is_new:
        raise Refused(_("The right to use this version is already recorded."))
    return _decide(row, "approve", actor=actor, at=at)


@transaction.atomic
def refuse_import(*, import_id: UUID, reason: str, actor: Membership, at: datetime) -> InstrumentImport:
    """Refuse, as a second person, and say why.

    Raises:
        NotVisible: the actor does not keep instruments, or there is no such import.
        PermissionDenied: it is the actor's own. Refused: no reason, or it was answered.
    """
    row = _locked(import_id, actor)
    if actor.account_id == row.proposed_by_account_id:
        raise PermissionDenied(_("Somebody else answers what you brought in; you may withdraw it."))
    row.decision_reason = reason.strip()
    if not row.decision_reason or len(row.decision_reason) > LONGEST_REASON:
        raise Refused(_("Say why, in a few sentences."))
    return _decide(row, "refuse", actor=actor, at=at)


@transaction.atomic
def withdraw_import(*, import_id: UUID, actor: Membership, at: datetime) -> InstrumentImport:
    """Withdraw what one brought in oneself.

    Raises:
        NotVisible: the actor does not keep instruments, or there is no such import.
        PermissionDenied: it is another's. Refused: it was answered.
    """
    row = _locked(import_id, actor)
    if actor.account_id != row.proposed_by_account_id:
        raise PermissionDenied(_("Only who brought it in withdraws it; you may refuse it."))
    return _decide(row, "withdraw", actor=actor, at=at)


def _locked(import_id: UUID, actor: Membership) -> InstrumentImport:
    permissions.check_keeps_instruments(actor)
    row = InstrumentImport.objects.select_for_update(of=("self",)).filter(pk=import_id).order_by().first()
    if row is None:
        raise NotVisible
    if not row.is_open:
        raise Refused(_("It was answered already."))
    return row


def _decide(row: InstrumentImport, name: str, *, actor: Membership, at: datetime) -> InstrumentImport:
    row.state = IMPORT.next_state(name, state=ImportState(row.state))
    row.decided_by, row.decided_by_account, row.decided_at = actor, actor.account, at
    row.save(update_fields=["state", "decided_by", "decided_by_account", "decided_at", "decision_reason"])
    past = {"approve": "approved", "refuse": "refused", "withdraw": "withdrawn"}[name]
    _record(f"assessments.import_{past}", row, actor=actor, at=at)
    return row


def _record(action: str, row: InstrumentImport, *, actor: Membership, at: datetime) -> None:
    """Name the seal in the ledger: what was brought in and under which right can be proved later."""
    ledger.record(
        action=action,
        actor=actor,
        target=row,
        at=at,
        details={"instrument": row.instrument, "version": row.version, "seal": row.seal},
    )
