"""What a person needs to be reached, heard and helped: recorded like any information, and the task each need makes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.models import Case, Entry, File, Task
from egide.cases.models.file import FileRole, Kind
from egide.cases.models.work import TaskKind, TaskWords
from egide.cases.rules.needs import NEEDS
from egide.cases.services import deadlines, entries, noting, progressing, tasks
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

#: The form of a need, and of what ended it.
FORM, ENDED = "need:1", "need-ended:1"
#: Who says that the person needs it.
SAID_BY = ("person", "seen", "referrer", "other")


@transaction.atomic
def record_need(
    *,
    case_id: UUID,
    file_id: UUID,
    need: str,
    said_by: str,
    actor: Membership,
    at: datetime,
    language: str = "",
    words: str = "",
) -> Entry:
    """Record what somebody of a case needs, under the category of that need; the task it makes has its date.

    Args:
        said_by: one of `SAID_BY`.
        language: for an interpreter.
    Raises:
        NotVisible: the case, or that side of it, is not the actor's to know of.
        Refused: no such need, nobody says so, or an interpreter into no language.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = noting.known_file(case, file_id, actor=actor, at=at)
    if need not in NEEDS:
        raise Refused(_("Choose what the person needs."))
    if said_by not in SAID_BY:
        raise Refused(_("Say who says so: a need is never guessed."))
    if need == "interpreter" and not language:
        raise Refused(_("Say which language is to be interpreted."))
    entry = write_need(
        file, need, actor=actor, at=at, said_by=said_by, language=language, words=words.strip()
    )
    ask(case, file, need, entry.pk, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.need_recorded", actor=actor, target=case, at=at, subject=file.pk)
    return entry


def write_need(
    file: File,
    need: str,
    *,
    actor: Membership,
    at: datetime,
    said_by: str,
    language: str = "",
    words: str = "",
) -> Entry:
    """Write a need into a file; the caller's transaction records why."""
    return entries.write_entry(
        file=file,
        category=NEEDS[need],
        kind=Kind.STATEMENT if said_by == "person" else Kind.FACT,
        text=words,
        data={"need": need, "language": language, "said_by": said_by},
        form=FORM,
        actor=actor,
        at=at,
    )


def ask(case: Case, file: File, need: str, cause_id: UUID, *, actor: Membership, at: datetime) -> Task | None:
    """Make the task a need makes in this programme; None when it makes none."""
    rule = case.programme.protocol.needs.get(need)
    if rule is None:
        return None
    kind = TaskKind.INTERPRETER if rule.before_contact else TaskKind.NEED
    return tasks.make_task(
        case=case,
        file=file,
        text=TaskWords(rule.task),
        side="management" if file.role == FileRole.PERSON_OF_CONCERN else "victim",
        agency_id=case.programme.lead_agency_id,
        owner=case.lead,
        due_at=deadlines.due_after(at, rule.within),
        actor=actor,
        at=at,
        kind=kind,
        category=NEEDS[need],
        cause_id=cause_id,
    )


def ask_for_language(case: Case, file: File, language: str, *, actor: Membership, at: datetime) -> None:
    """Ask for an interpreter where the team does not speak the person's language, unless one was asked for already."""
    if not language or language in case.programme.protocol.languages or _was_asked(file):
        return
    cause = write_need(file, "interpreter", actor=actor, at=at, said_by="referrer", language=language)
    ask(case, file, "interpreter", cause.pk, actor=actor, at=at)


def _was_asked(file: File) -> bool:
    return Task.objects.filter(file=file, kind=TaskKind.INTERPRETER).order_by().exists()


@transaction.atomic
def end_need(*, case_id: UUID, entry_id: UUID, reason: str, actor: Membership, at: datetime) -> Entry:
    """Say that somebody no longer needs something, and why; its task is no longer needed either.

    Raises:
        NotVisible: no such need on a case of the actor.
        Refused: no reason.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    need = Entry.objects.select_related("file").filter(pk=entry_id, file__case=case, form=FORM).first()
    if need is None or not need.is_current:
        raise NotVisible
    if not reason.strip():
        raise Refused(_("Write why it is no longer needed."))
    ended = entries.write_entry(
        file=need.file,
        category=need.category,
        text=reason.strip(),
        form=ENDED,
        actor=actor,
        at=at,
        replaces=need,
    )
    for task in Task.objects.filter(cause=need, done_at__isnull=True).order_by("pk"):
        progressing.drop(task, remark=ended, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.need_ended", actor=actor, target=case, at=at, subject=need.file_id)
    return ended


def interpreter_of(file: File) -> str:
    """Say where the interpreter of a person stands: `awaited`, `booked`, or nothing when none was asked for."""
    asked = Task.objects.filter(file=file, kind=TaskKind.INTERPRETER).order_by("-created_at", "-pk")
    found = list(asked.values_list("done_at", "outcome"))
    if any(done_at is None for done_at, _outcome in found):
        return "awaited"
    return "booked" if any(outcome == "done" for _done_at, outcome in found) else ""
