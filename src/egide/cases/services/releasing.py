"""A release to come: who is in danger is told in time, a new date moves the dates, and no day passes unasked."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import RELEASE, ReleaseState
from egide.cases.models import Case, Entry, File, Release, Task
from egide.cases.models.file import FileRole
from egide.cases.models.work import TaskKind, TaskWords
from egide.cases.services import deadlines, developments, entries, progressing, tasks
from egide.cases.services.locking import lock_open_case
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership

#: Where somebody may be released from.
PLACES = ("custody", "hospital", "other")
FORM, ENDED = "release:1", "release-ended:1"
#: A warning asked for at the last moment has this long; ours (O).
AT_ONCE = timedelta(hours=1)
#: What recording another day writes anew.
_RECORDED = ("entry", "expected_on", "is_known", "recorded_by", "recorded_at", "warning", "confirmation")
#: The hour of the morning a warning, and the question of the day after, are due.
MORNING = time(9)


@transaction.atomic
def record_release(
    *,
    case_id: UUID,
    place: str,
    expected_on: date,
    is_known: bool,
    words: str,
    actor: Membership,
    at: datetime,
) -> Release:
    """Record the day of a release, or move the one awaited: its tasks follow, hidden from the other side.

    Args:
        place: one of `PLACES`. is_known: whoever decides of it said so; otherwise it is only expected.
    Raises:
        Refused: nobody says from where, or the day is past.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if place not in PLACES:
        raise Refused(_("Say from where the person is released."))
    if expected_on < timezone.localdate(at):
        raise Refused(_("This day is past. If the release took place, record that it did."))
    file, side = _whose(case)
    known = Release.objects.filter(case=case, state=ReleaseState.AWAITED).order_by().first()
    entry = entries.write_entry(
        file=file,
        category=tasks.CATEGORY_BY_SIDE[side],
        text=words.strip(),
        data={"place": place, "expected_on": expected_on.isoformat(), "is_known": is_known},
        form=FORM,
        actor=actor,
        at=at,
        replaces=known.entry if known else None,
    )
    release = known or Release(case=case)
    release.entry, release.expected_on, release.is_known = entry, expected_on, is_known
    release.recorded_by, release.recorded_at = actor, at
    release.warning = _dated(
        release.warning if known else None, TaskKind.RELEASE, TaskWords.RELEASE_NEAR,
        case=case, file=file, side=side, due_at=_warned_by(case, expected_on, at), actor=actor, at=at,
    )  # fmt: skip
    release.confirmation = _dated(
        release.confirmation if known else None, TaskKind.RELEASE_DAY, TaskWords.RELEASE_DAY,
        case=case, file=file, side=side, due_at=_morning(expected_on + timedelta(days=1)), actor=actor, at=at,
    )  # fmt: skip
    if known is None:
        release.save(force_insert=True)
    else:
        release.save(update_fields=_RECORDED)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.release_moved" if known else "cases.release_recorded",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
    )
    return release


def _whose(case: Case) -> tuple[File, str]:
    """Answer whose file holds it, and whom it serves: who is in danger, and the team alone when nobody is named."""
    try:
        return entries.file_served(case, "victim"), "victim"
    except Refused:
        return entries.subject_file(case), "management"


def _morning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, MORNING))


def _warned_by(case: Case, day: date, at: datetime) -> datetime:
    """Answer by when who is in danger is told: the protocol's time before the day, at once when it is too near."""
    return max(_morning(day) - case.programme.protocol.deadlines["release_warning"].elapsed, at + AT_ONCE)


def _dated(
    task: Task | None, kind: str, text: TaskWords, *, case: Case, file: File, side: str, due_at: datetime,
    actor: Membership, at: datetime,
) -> Task:  # fmt: skip
    """Move the date of a task that is still to do; make a new one when there is none: a new day is told anew."""
    if task is not None and task.done_at is None:
        task.due_at, task.raised_at = due_at, None
        task.save(update_fields=["due_at", "raised_at"])
        return task
    made = tasks.make_task(
        case=case,
        file=file,
        text=text,
        side=side,
        # Nobody's in particular: every advocate and coordinator of the agency finds it, and the lead with them.
        agency_id=case.programme.lead_agency_id,
        due_at=due_at,
        actor=actor,
        at=at,
        kind=kind,
    )
    made.rises_to = case.lead
    made.save(update_fields=["rises_to"])
    return made


@transaction.atomic
def end_release(
    *, case_id: UUID, release_id: UUID, took_place: bool, words: str, actor: Membership, at: datetime
) -> Release:
    """Say that a release took place, which is a critical development, or that it does not.

    Raises:
        NotVisible: no such release on a case of the actor. TransitionRefused: it was said already.
        Refused: nobody says how it is known.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    release = (
        Release.objects.select_related("entry__file", "warning", "confirmation")
        .filter(pk=release_id, case=case)
        .order_by()
        .first()
    )
    if release is None:
        raise NotVisible
    state = RELEASE.next_state("take_place" if took_place else "call_off", state=release.state)
    if not words.strip():
        raise Refused(_("Write how it is known, in a few words."))
    release.state, release.ended_by, release.ended_at = state, actor, at
    said = entries.write_entry(
        file=release.entry.file,
        category=release.entry.category,
        text=words.strip(),
        form=ENDED,
        actor=actor,
        at=at,
    )
    release.save(update_fields=["state", "ended_by", "ended_at"])
    _end_tasks(release, said, took_place=took_place, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.release_took_place" if took_place else "cases.release_called_off",
        actor=actor,
        target=case,
        at=at,
        subject=release.entry.file_id,
    )
    if took_place:
        _reopen_review(case, actor=actor, at=at)
    return release


def call_off_at_the_end(*, case: Case, actor: Membership, at: datetime) -> None:
    """A case that closes waits for no release any more; its tasks end with the others."""
    Release.objects.filter(case=case, state=ReleaseState.AWAITED).update(
        state=ReleaseState.CALLED_OFF, ended_by=actor, ended_at=at
    )


def _end_tasks(release: Release, said: Entry, *, took_place: bool, actor: Membership, at: datetime) -> None:
    """The question of the day is answered; a warning nobody gave is late from now on, or useless."""
    confirmation, warning = release.confirmation, release.warning
    if confirmation.done_at is None:
        confirmation.done_at, confirmation.done_by, confirmation.remark = at, actor, said
        confirmation.outcome = "done"
        confirmation.save(update_fields=["done_at", "done_by", "remark", "outcome"])
    if warning.done_at is None and not took_place:
        progressing.drop(warning, remark=said, actor=actor, at=at)
    elif warning.done_at is None:
        warning.due_at = min(warning.due_at, at)
        warning.save(update_fields=["due_at"])


def _reopen_review(case: Case, *, actor: Membership, at: datetime) -> None:
    """Where the programme names a release among its critical developments, it is one, in neutral words."""
    if case.programme.protocol.development("release") is None:
        return
    file = entries.file_of(case, FileRole.PERSON_OF_CONCERN) or entries.subject_file(case)
    developments.record_development(
        case_id=case.pk,
        file_id=file.pk,
        code="release",
        happened_on=timezone.localdate(at),
        text=_("The release took place."),
        actor=actor,
        at=at,
    )
