"""A health professional tells the prosecutor: every condition stated, nobody else told, and she is told it was made."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import SIGNAL, SignalState
from egide.cases.models import Agreement, Case, ProsecutorReport
from egide.cases.models.signal import CATEGORY
from egide.cases.services import entries
from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners import notifications
from egide.partners.models import Membership, NoticeKind, Role
from egide.sharing import prosecutor
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.models import Recusal
from egide.sharing.rules.categories import compartment_of

#: When she is told at the latest that the report left. The law read sets no day; this one is ours (O).
TELL_WITHIN_WORKING_DAYS = 3
#: How far the telling is put off at once: then it is looked at again (O). The hour it comes back that day is ours too.
PUT_OFF_AT_MOST = timedelta(days=30)
COMES_BACK_AT = time(9)
#: Reminders made in one run.
BATCH = 200


@transaction.atomic
def write_report(
    *,
    case_id: UUID,
    is_adult: bool,
    is_danger_immediate: bool,
    is_under_hold: bool,
    is_in_conscience: bool,
    agreement: str,
    words: Mapping[str, str],
    actor: Membership,
    at: datetime,
) -> ProsecutorReport:
    """Write a report down. It leaves by hand; nothing of the file is opened and no agency is chosen.

    Args:
        words: `court`, `person`, `facts`; `danger` and `hold` (why), `why_not_agreed`, as the door asks for them.
    Raises:
        NotVisible: not a case of theirs, or not a professional whom this law lets report here.
        Refused: a condition of the law is not met, or not said; the message says which.
    """
    case = _case(case_id, actor)
    said = {name: text.strip() for name, text in words.items() if text.strip()}
    _check_said(said, agreement, is_adult=is_adult)
    stated = prosecutor.Said(
        is_danger_immediate=is_danger_immediate and "danger" in said,
        is_under_hold=is_under_hold and "hold" in said,
        is_agreement_sought=agreement == Agreement.REFUSED or "why_not_agreed" in said,
        is_agreed=agreement == Agreement.GIVEN,
        is_in_conscience=is_in_conscience,
    )
    rule = prosecutor.door(said=stated)
    if not rule:
        raise Refused(_not_open(stated))
    file = entries.subject_file(case)
    made = ProsecutorReport(
        id=new_id(),
        case=case,
        file=file,
        agency=actor.agency,
        rule=rule,
        agreement=agreement,
        written_by=actor,
        written_by_account_id=actor.account_id,
        written_at=at,
    )
    made.words = entries.seal_json(
        said,
        file_id=file.pk,
        compartment=compartment_of(CATEGORY),
        row=made.pk,
        model="cases.ProsecutorReport",
        field="words",
    )
    made.save(force_insert=True)
    _trace("written", made, actor, at)
    return made


def _case(case_id: UUID, actor: Membership) -> Case:
    case = Case.objects.select_related("programme__lead_agency").fetch(case_id, actor=actor)
    permissions.check_can_report_to_prosecutor(actor)
    return case


def _check_said(said: Mapping[str, str], agreement: str, *, is_adult: bool) -> None:
    if not is_adult:
        raise Refused(
            _("This form is for an adult victim. For a minor the authorities are told without any agreement.")
        )
    if agreement not in Agreement.values:
        raise Refused(_("Say whether she agrees. Her agreement is sought first."))
    for name, text in (
        ("court", _("Write which court’s prosecutor it is for.")),
        ("person", _("Write who the person is.")),
        ("facts", _("Write the facts: what you found, what she told you, with days.")),
    ):
        if name not in said:
            raise Refused(text)
    if agreement != Agreement.GIVEN and "why_not_agreed" not in said:
        raise Refused(_("Write how her agreement was sought, or why it could not be."))


def _not_open(said: prosecutor.Said) -> str:
    """Answer the first condition that is not met, in the order of the law."""
    if said.is_agreed:
        return _("No law in force here lets this be reported, even with her agreement.")
    if not said.is_danger_immediate:
        return _("Without an immediate danger to her life, this law asks for her agreement.")
    if not said.is_under_hold:
        return _("When no hold keeps her from protecting herself, this law asks for her agreement.")
    if not said.is_in_conscience:
        return _("It is yours to judge, in conscience: confirm that you do.")
    return _("No law in force here lets this be reported without her agreement.")


def _trace(what: str, report: ProsecutorReport, actor: Membership, at: datetime) -> None:
    """Trace without naming the file: who reads the trace of a case does not learn of a report."""
    ledger.record(
        action=f"cases.prosecutor_report_{what}", actor=actor, target=report, at=at, rules=[report.rule]
    )


def _own(case_id: UUID, report_id: UUID, actor: Membership) -> ProsecutorReport:
    """Answer what the actor wrote for this agency, also when the agency has the case no more: she is told all the same."""
    found = (
        ProsecutorReport.objects.select_for_update(of=("self",))
        .filter(sharing_queries.not_recused(actor, case_ref="case_id"), pk=report_id, case=case_id)
        .filter(written_by_account=actor.account_id, agency=actor.agency_id)
        .order_by()
        .first()
    )
    if found is None:
        raise NotVisible
    return found


@transaction.atomic
def open_report(
    *, case_id: UUID, report_id: UUID, actor: Membership, at: datetime, is_on_paper: bool = False
) -> tuple[ProsecutorReport, Mapping[str, str]]:
    """Read one's own report; it leaves a trace, another one when it is put on paper.

    Raises:
        NotVisible: somebody else wrote it, or it was written for another agency.
    """
    found = _own(case_id, report_id, actor)
    words = sharing.open_own_record(
        actor=actor, account_id=found.written_by_account_id, record=found.sealed_record()
    )
    _trace("printed" if is_on_paper else "read", found, actor, at)
    return found, words


@transaction.atomic
def record_left(*, case_id: UUID, report_id: UUID, actor: Membership, at: datetime) -> ProsecutorReport:
    """Record that it left for the prosecutor; from now on she must be told, unless she agreed.

    Raises:
        NotVisible: it is not theirs. TransitionRefused: it left already, or was given up.
    """
    found = _own(case_id, report_id, actor)
    found.state = SIGNAL.next_state("leave", state=found.state)
    found.left_at = at
    if found.agreement != Agreement.GIVEN:
        found.tell_by = add_working_days(at, TELL_WITHIN_WORKING_DAYS)
    found.save(update_fields=["state", "left_at", "tell_by"])
    _trace("left", found, actor, at)
    return found


@transaction.atomic
def drop_report(*, case_id: UUID, report_id: UUID, actor: Membership, at: datetime) -> ProsecutorReport:
    """Record that it does not leave: reporting is a right, never a duty, under this law.

    Raises:
        NotVisible: it is not theirs. TransitionRefused: it left already.
    """
    found = _own(case_id, report_id, actor)
    found.state = SIGNAL.next_state("drop", state=found.state)
    found.save(update_fields=["state"])
    _trace("dropped", found, actor, at)
    return found


@transaction.atomic
def record_told(*, case_id: UUID, report_id: UUID, actor: Membership, at: datetime) -> ProsecutorReport:
    """Record that she was told that the report was made.

    Raises:
        NotVisible: it is not theirs. Refused: it has not left, or she was told already.
    """
    return _told(_own(case_id, report_id, actor), actor, at)


@transaction.atomic
def put_off_telling(
    *, case_id: UUID, report_id: UUID, why: str, until: date, actor: Membership, at: datetime
) -> ProsecutorReport:
    """Record why it is not safe yet to tell her, and the day it is looked at again: the duty comes back then.

    Raises:
        NotVisible: it is not theirs. Refused: no reason, a day that is not to come or too far, or nothing is owed.
    """
    found = _own(case_id, report_id, actor)
    check_is_owed(found)
    if not why.strip():
        raise Refused(_("Write why it is not safe yet."))
    today = timezone.localdate(at)
    if until <= today:
        raise Refused(_("Choose a day to come."))
    if until > today + PUT_OFF_AT_MOST:
        raise Refused(_("At most thirty days: then look at it again."))
    delays = [*delays_of(found, actor), {"on": today, "until": until, "why": why.strip()}]
    found.not_yet = entries.seal_json(
        {"delays": delays},
        file_id=found.file_id,
        compartment=compartment_of(CATEGORY),
        row=found.pk,
        model="cases.ProsecutorReport",
        field="not_yet",
    )
    found.tell_by, found.reminded_at = timezone.make_aware(datetime.combine(until, COMES_BACK_AT)), None
    found.save(update_fields=["not_yet", "tell_by", "reminded_at"])
    _trace("put_off", found, actor, at)
    return found


def fetch_owed(*, case_id: UUID, report_id: UUID, actor: Membership) -> ProsecutorReport:
    """Answer a report of the actor's of which she has yet to be told, without its words.

    Raises:
        NotVisible: it is not theirs. Refused: nothing is owed.
    """
    with transaction.atomic():
        found = _own(case_id, report_id, actor)
    check_is_owed(found)
    return found


def check_is_owed(report: ProsecutorReport) -> None:
    """Refuse to put off what nobody owes."""
    if report.told_at is not None or report.tell_by is None:
        raise Refused(_("It has not left, she agreed, or she was told already."))


def delays_of(report: ProsecutorReport, actor: Membership) -> list[dict[str, str]]:
    """Answer, for who wrote the report, each time the telling was put off: the day, until when, why.

    Raises:
        NotVisible: somebody else wrote it.
    """
    if report.not_yet is None:
        return []
    opened = sharing.open_own_record(
        actor=actor, account_id=report.written_by_account_id, record=report.sealed_record("not_yet")
    )
    return list(opened["delays"])


@transaction.atomic
def remind_to_tell(*, at: datetime) -> int:
    """Tell who wrote a report, and the privacy officers of that agency, that something is owed today; once a date.

    A mail that says nothing: neither what nor about whom. Run by the scheduler; running it twice changes nothing.
    Answers how many reports were reminded of.
    """
    due = ProsecutorReport.objects.filter(
        told_at__isnull=True, reminded_at__isnull=True, tell_by__isnull=False, tell_by__lte=at
    )
    found = list(
        due.select_for_update(of=("self",)).defer("words", "not_yet").order_by("tell_by", "pk")[:BATCH]
    )
    for one in found:
        notifications.tell(accounts=_whom_to_remind(one, at), kind=NoticeKind.TELL_PERSON, at=at)
    ProsecutorReport.objects.filter(pk__in=[one.pk for one in found]).update(reminded_at=at)
    ledger.record_many(
        ledger.entry(action="cases.prosecutor_report_reminded", actor=None, target=one, at=at)
        for one in found
    )
    return len(found)


def _whom_to_remind(report: ProsecutorReport, at: datetime) -> list[UUID]:
    """Who wrote it, if they still act for that agency, and its privacy officers; nobody kept out of the case."""
    there = Membership.objects.in_force(timezone.localdate(at)).filter(agency=report.agency_id)
    whom = there.filter(Q(account=report.written_by_account_id) | Q(role=Role.PRIVACY_OFFICER))
    recused = Recusal.objects.filter(
        Q(account=OuterRef("account")) | Q(agency=OuterRef("agency")),
        case_id=report.case_id,
        ended_at__isnull=True,
    )
    kept = whom.exclude(Exists(recused)).order_by()
    return list(kept.values_list("account_id", flat=True))


def _told(found: ProsecutorReport, actor: Membership, at: datetime) -> ProsecutorReport:
    if found.state != SignalState.LEFT or found.told_at is not None:
        raise Refused(_("It has not left, or she was told already."))
    found.told_at = at
    found.save(update_fields=["told_at"])
    _trace("told", found, actor, at)
    return found


@transaction.atomic
def record_told_for_agency(
    *, case_id: UUID, report_id: UUID, actor: Membership, at: datetime
) -> ProsecutorReport:
    """Record, as privacy officer of the author's agency, that she was told, once it is late; nothing is opened.

    Raises:
        NotVisible: not late, another agency's, or not a privacy officer's to see.
    """
    found = late_for_agency(actor=actor, at=at).select_for_update(of=("self",))
    report = found.filter(pk=report_id, case=case_id).order_by().first()
    if report is None:
        raise NotVisible
    return _told(report, actor, at)


def late_for_agency(*, actor: Membership, at: datetime) -> QuerySet[ProsecutorReport]:
    """Answer the reports of the actor's own agency of which she should have been told by now, without their words.

    For the privacy officer alone: colleagues and the lead's team learn nothing of them.
    """
    if actor.role != Role.PRIVACY_OFFICER:
        return ProsecutorReport.objects.none()
    return ProsecutorReport.objects.filter(
        sharing_queries.not_recused(actor, case_ref="case_id"),
        agency=actor.agency_id,
        told_at__isnull=True,
        tell_by__lt=at,
    ).defer("words", "not_yet")
