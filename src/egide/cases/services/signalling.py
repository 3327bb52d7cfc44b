"""A health professional tells the prosecutor: every condition stated, nobody else told, and she is told it was made."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
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
from egide.partners.models import Membership, Role
from egide.sharing import prosecutor
from egide.sharing import queries as sharing_queries
from egide.sharing import services as sharing
from egide.sharing.rules.categories import compartment_of

#: When she is told at the latest that the report left. The law read sets no day; this one is ours (O).
TELL_WITHIN_WORKING_DAYS = 3


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
    file = entries.victim_file(case)
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
    ).defer("words")
