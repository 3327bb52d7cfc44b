"""Safe contact: what the person said is safe, and the one gate every contact passes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import ContactAttempt, Entry, File
from egide.cases.models.file import Kind
from egide.cases.models.work import TaskKind
from egide.cases.rules.contact import CHANNELS, ContactFinding, SafeContact, Window, contact_finding
from egide.cases.services import deadlines, entries, needing
from egide.cases.services.locking import lock_open_case
from egide.cases.services.meanwhile import WHATEVER, check_unmoved
from egide.common.errors import Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import services as sharing

FORM = "safe-contact:1"


@dataclass(frozen=True)
class ContactRule:
    """The recorded rule: its entry, what it says in words, and the part that is enforced."""

    entry_id: UUID
    enforced: SafeContact
    said: Mapping[str, Any]


@transaction.atomic
def record_safe_contact(
    *,
    case_id: UUID,
    answers: Mapping[str, Any],
    actor: Membership,
    at: datetime,
    based_on: UUID | None = WHATEVER,
) -> Entry:
    """Record what the person says is safe now; the former rule stays in the file, no longer current.

    Args:
        answers: `channels`, `windows` (list of {"days", "start", "end"}), `may_leave_message`, and in
            words: `phone`, `who_may_answer`, `caller_name`, `code_word`, `if_other_answers`,
            `interpreter_language`, `child_device`.
        based_on: the rule that stood when the form was shown; None when there was none.
    Raises:
        Meanwhile: another rule was recorded since.
        Refused: no channel is safe and no other way was agreed.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    channels = [c for c in answers.get("channels", ()) if c in CHANNELS]
    if not channels:
        raise Refused(_("Name at least one safe way to reach the person."))
    file = entries.subject_file(case)
    former = Entry.objects.filter(file=file, form=FORM, is_current=True).order_by("created_at").first()
    check_unmoved(former.pk if former else None, based_on)
    entry = entries.write_entry(
        file=file,
        category="contact.safe",
        kind=Kind.STATEMENT,
        text=str(answers.get("note", "")),
        data={**answers, "channels": channels, "confirmed_on": timezone.localdate(at).isoformat()},
        form=FORM,
        actor=actor,
        at=at,
        replaces=former,
    )
    needing.ask_for_language(case, file, str(answers.get("interpreter_language", "")), actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.safe_contact_recorded", actor=actor, target=case, at=at, subject=file.pk)
    return entry


def last_rule(case_id: UUID) -> UUID | None:
    """Answer which rule stands, for a form to say what it begins from."""
    rules = Entry.objects.filter(file__case=case_id, file__is_subject=True, form=FORM, is_current=True)
    return rules.order_by("created_at").values_list("pk", flat=True).first()


def current_rule(*, file: File, actor: Membership, at: datetime) -> ContactRule | None:
    """Open the rule through `sharing`; None when nobody recorded one.

    Raises:
        NotVisible: the actor may not know of the file.
        PermissionDenied: the decision withholds safe contact from this actor.
    """
    view = sharing.open_file(actor=actor, file=file, purpose="victim_safety", at=at, only=["contact.safe"])
    recorded = any(one.category == "contact.safe" for one in view.classes)
    if recorded and view.level("contact.safe") < sharing.Level.VIEW:
        raise sharing.withheld_error(view, "contact.safe")
    return rule_from(view.items)


def rule_from(items: Any) -> ContactRule | None:
    """Find the enforced rule among opened items."""
    for item in items:
        if item.form == FORM and item.is_current:
            return ContactRule(entry_id=item.id, enforced=_parse(item.content), said=item.content)
    return None


def _parse(content: Mapping[str, Any]) -> SafeContact:
    return SafeContact(
        channels=tuple(content.get("channels", ())),
        windows=tuple(
            Window(
                days=tuple(int(day) for day in window["days"]),
                start=time.fromisoformat(window["start"]),
                end=time.fromisoformat(window["end"]),
            )
            for window in content.get("windows", ())
        ),
        may_leave_message=bool(content.get("may_leave_message")),
        confirmed_on=date.fromisoformat(content["confirmed_on"]),
        interpreter_language=str(content.get("interpreter_language", "")),
    )


def finding(
    rule: ContactRule | None,
    *,
    channel: str,
    at: datetime,
    leaves_message: bool = False,
    is_interpreter_booked: bool = False,
    is_interpreter_awaited: bool = False,
) -> ContactFinding:
    """Ask the rule about one contact, at local time."""
    return contact_finding(
        rule.enforced if rule else None,
        channel=channel,
        at=timezone.localtime(at),
        leaves_message=leaves_message,
        is_interpreter_booked=is_interpreter_booked,
        is_interpreter_awaited=is_interpreter_awaited,
    )


@transaction.atomic
def begin_contact(
    *,
    case_id: UUID,
    channel: str,
    actor: Membership,
    at: datetime,
    leaves_message: bool = False,
    is_interpreter_booked: bool = False,
    override_reason: str = "",
) -> ContactAttempt:
    """Pass the gate before calling or sending: the attempt is recorded, or refused.

    Whatever sends or calls on behalf of the programme asks here first and keeps the attempt.

    Raises:
        Refused: the rule says it is not safe now and no reason to override was written.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if channel not in CHANNELS:
        raise Refused(_("Choose how you will reach the person."))
    file = entries.subject_file(case)
    rule = current_rule(file=file, actor=actor, at=at)
    interpreter = needing.interpreter_of(file)
    found = finding(
        rule,
        channel=channel,
        at=at,
        leaves_message=leaves_message,
        is_interpreter_booked=is_interpreter_booked or interpreter == "booked",
        is_interpreter_awaited=interpreter == "awaited",
    )
    reason = None
    if not found.is_safe:
        if not override_reason.strip():
            raise Refused(
                _(
                    "This contact is not within what the person said is safe. Wait for the next safe moment, "
                    "choose another way, or write why life would be in greater danger without it."
                )
            )
        reason = entries.write_entry(
            file=file,
            category="contact.safe",
            kind=Kind.OPINION,
            text=override_reason.strip(),
            form="contact-override:1",
            actor=actor,
            at=at,
        )
    attempt = ContactAttempt.objects.create(
        file=file,
        channel=channel,
        at=at,
        by=actor,
        rule_id=rule.entry_id if rule else None,
        broken_rules=list(found.reasons),
        is_override=not found.is_safe,
        override_reason=reason,
    )
    ledger.record(
        action="cases.contact_begun" if found.is_safe else "cases.contact_overridden",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"channel": channel},
    )
    return attempt


@transaction.atomic
def end_contact(
    *, case_id: UUID, attempt_id: UUID, outcome: str, actor: Membership, at: datetime
) -> ContactAttempt:
    """Record how the attempt ended; reaching the person safely meets the first-contact deadline.

    Raises:
        Refused: the outcome is unknown or already recorded.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    attempt = ContactAttempt.objects.filter(pk=attempt_id, file__case=case).order_by().first()
    if attempt is None or attempt.outcome:
        raise Refused(_("This attempt was already recorded."))
    if outcome not in dict(ContactAttempt._meta.get_field("outcome").flatchoices):
        raise Refused(_("Say how the attempt ended."))
    attempt.outcome = outcome
    attempt.save(update_fields=["outcome"])
    if outcome == "reached":
        deadlines.meet_deadline(case=case, kind=TaskKind.FIRST_CONTACT, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.contact_ended", actor=actor, target=case, at=at, details={"outcome": outcome})
    return attempt
