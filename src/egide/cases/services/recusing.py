"""Keep colleagues with a conflict of interest out of a case, or say why a possible one is none."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import State
from egide.cases.models import Case, ConflictAnswer, File, Task
from egide.cases.models.work import TaskKind
from egide.cases.services import deadlines, substituting
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import queries as ledger_queries
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership, Role
from egide.sharing import services as sharing
from egide.sharing.models import Recusal
from egide.sharing.rules.sides import is_management_only

SET_ASIDE = ("other_person", "no_tie")
#: Stages in which a case has a lead, unless the lead is gone.
LED_STATES = (State.ACCEPTED, State.CONSENT_REFUSED, State.ACTIVE)


def _case(case_id: UUID, actor: Membership) -> Case:
    case = lock_case(case_id, actor=actor)
    permissions.check_can_keep_out(actor, case.programme)
    return case


def _in_programme(case: Case, agency_id: UUID) -> bool:
    return (
        agency_id == case.programme.lead_agency_id
        or case.programme.partners.filter(pk=agency_id).order_by().exists()
    )


def _colleague(case: Case, membership_id: UUID, at: datetime) -> Membership:
    member = (
        Membership.objects.in_force(timezone.localdate(at))
        .select_related("agency")
        .filter(pk=membership_id)
        .order_by()
        .first()
    )
    if member is None or not _in_programme(case, member.agency_id):
        raise NotVisible
    return member


@transaction.atomic
def keep_out(
    *, case_id: UUID, membership_id: UUID, reason_code: str, actor: Membership, at: datetime
) -> Recusal:
    """Keep one colleague out of a case, under every hat. What they already read is looked at by the lead.

    Raises:
        NotVisible: no such case or colleague. Refused: no reason, or kept out already.
    """
    case = _case(case_id, actor)
    member = _colleague(case, membership_id, at)
    if Recusal.objects.filter(case_id=case.pk, account=member.account_id, ended_at__isnull=True).exists():
        raise Refused(_("This colleague is kept out already."))
    made = sharing.recuse(case_id=case.pk, membership=member, reason_code=reason_code, actor=actor, at=at)
    _answer(case, member.account_id, "recused", actor, at)
    after_recusal(recusal=made, at=at)
    return made


def after_recusal(*, recusal: Recusal, at: datetime) -> None:
    """What every recusal brings, whoever made it: tasks given back, and a review of what was already read.

    The caller's transaction holds both.
    """
    deadlines.release_absent(case_id=recusal.case_id, at=at)
    route(recusal=recusal, at=at)
    whose = {"account": recusal.account_id} if recusal.account_id else {"agency": recusal.agency_id}
    places = Membership.objects.filter(**whose).order_by("pk").values_list("pk", flat=True)
    files = File.every.filter(case=recusal.case_id).order_by("pk").values_list("pk", flat=True)
    if not ledger_queries.reads_by(actors=list(places), subjects=list(files), limit=1):
        return
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "lead")
        .get(pk=recusal.case_id)
    )
    if not case.is_open:
        return
    deadlines.set_deadline(case=case, kind=TaskKind.LOG_REVIEW, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.log_review_asked", actor=None, target=case, at=at)


def route(*, recusal: Recusal, at: datetime) -> int:
    """Give the substitute what nobody has of the person kept out; answers how many tasks.

    What is in nobody's hands at the substitute's agency, and the case itself where its lead is gone. A whole agency's
    tasks came back to the lead agency when it was kept out; what comes from now on goes to its substitute.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "lead")
        .get(pk=recusal.case_id)
    )
    member = recusal.substitute
    if member is None or recusal.account_id is None or not substituting.receives(member, case, at=at):
        return 0
    free = Task.objects.filter(case=case, done_at__isnull=True, owner__isnull=True, agency=member.agency_id)
    if is_management_only(member.sector):
        free = free.exclude(side="victim")
    routed = free.update(owner=member)
    is_leaderless = case.is_open and case.lead is None and case.state in LED_STATES
    if (
        is_leaderless
        and member.agency_id == case.programme.lead_agency_id
        and member.role == Role.COORDINATOR
    ):
        case.lead = member
        deadlines.hand_over(case)
        deadlines.refresh_next_due(case, at=at, changed=["lead"])
    ledger.record(action="cases.work_routed", actor=None, target=case, at=at, counts={"tasks": routed})
    return routed


@transaction.atomic
def recuse_oneself(*, case_id: UUID, reason_code: str, actor: Membership, at: datetime) -> None:
    """Declare a conflict of interest of one's own: from this moment the case does not exist for the actor.

    Raises:
        NotVisible: the case is not the actor's to see.
    """
    case = lock_case(case_id, actor=actor)
    made = sharing.recuse(case_id=case.pk, membership=actor, reason_code=reason_code, actor=actor, at=at)
    after_recusal(recusal=made, at=at)


def _answer(case: Case, account_id: UUID, answer: str, actor: Membership, at: datetime) -> None:
    ConflictAnswer.objects.update_or_create(
        case=case, account_id=account_id, defaults={"answer": answer, "answered_by": actor, "answered_at": at}
    )


@transaction.atomic
def set_aside(
    *, case_id: UUID, membership_id: UUID, reason_code: str, actor: Membership, at: datetime
) -> None:
    """Say that a possible conflict is none; a tie declared later is shown again.

    Raises:
        NotVisible: no such case or colleague. Refused: no reason.
    """
    case = _case(case_id, actor)
    member = _colleague(case, membership_id, at)
    if reason_code not in SET_ASIDE:
        raise Refused(_("Say why this is no conflict."))
    _answer(case, member.account_id, reason_code, actor, at)
    ledger.record(
        action="cases.conflict_set_aside", actor=actor, target=case, at=at, details={"reason": reason_code}
    )


@transaction.atomic
def name_substitute(
    *, case_id: UUID, recusal_id: UUID, membership_id: UUID | None, actor: Membership, at: datetime
) -> Recusal:
    """Say whom others turn to instead of who is kept out.

    Raises:
        NotVisible: no such case, recusal or colleague. Refused: the substitute is kept out too.
    """
    case = _case(case_id, actor)
    standing = Recusal.objects.filter(case_id=case.pk, ended_at__isnull=True)
    if not standing.filter(pk=recusal_id).order_by().exists():
        raise NotVisible
    member = _colleague(case, membership_id, at) if membership_id else None
    if member is not None and any(
        row.account_id == member.account_id or row.agency_id == member.agency_id
        for row in standing.order_by("pk")
    ):
        raise Refused(_("This colleague is kept out too. Choose somebody else."))
    if member is not None and not substituting.receives(member, case, at=at):
        raise Refused(_("This colleague does not work on this case: nobody would see what goes to them."))
    named = sharing.name_substitute(recusal_id=recusal_id, substitute=member, actor=actor, at=at)
    route(recusal=named, at=at)
    return named


@transaction.atomic
def keep_agency_out(
    *, case_id: UUID, agency_id: UUID, reason_code: str, actor: Membership, at: datetime
) -> Recusal:
    """Keep a whole agency out of a case; what it had to do comes back to the lead agency.

    Raises:
        NotVisible: no such case, or an agency that is not of the programme.
        Refused: it leads the case, or is kept out already.
    """
    case = _case(case_id, actor)
    agency = Agency.objects.filter(pk=agency_id).order_by().first()
    if agency is None or not _in_programme(case, agency.pk):
        raise NotVisible
    if agency.pk == case.programme.lead_agency_id:
        raise Refused(_("This agency leads the case: nobody would be left to see it."))
    if Recusal.objects.filter(case_id=case.pk, agency=agency, ended_at__isnull=True).order_by().exists():
        raise Refused(_("This agency is kept out already."))
    made = sharing.recuse(case_id=case.pk, agency=agency, reason_code=reason_code, actor=actor, at=at)
    deadlines.give_back(case=case, at=at, agency=agency)
    after_recusal(recusal=made, at=at)
    return made


def reasons() -> Sequence[tuple[str, str]]:
    """Answer the kinds of conflict, as choices."""
    return [(code, str(label)) for code, label in Recusal._meta.get_field("reason_code").flatchoices]
