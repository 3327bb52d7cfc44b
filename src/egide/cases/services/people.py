"""Children and others at risk who come to a case after it was referred; and those added by mistake."""

from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.cases import permissions
from egide.cases.intake.people import Person, Somebody, identity
from egide.cases.models import Case, Entry, File, NameToken, Plan, Task
from egide.cases.models.file import ADDED_ROLES, FileRole
from egide.cases.models.work import TaskKind
from egide.cases.rules import of_age
from egide.cases.services import deadlines, entries, referring
from egide.cases.services.locking import check_is_open, lock_case, lock_open_case
from egide.common.clock import add_working_days
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Agency, Membership
from egide.sharing import services as sharing
from egide.sharing.models import Consent, Ground
from egide.sharing.queries import assigned_agencies
from egide.sharing.rules.sides import is_management_only
from egide.vault import services as vault

#: What is in a file because the person was added; anything else, somebody wrote of them since.
OF_ADDING = ("identity:1", "at-risk:1")
#: Why a person is taken out, as codes: no words about anybody stand in the ledger.
MISTAKES = ("twice", "wrong_case", "not_at_risk")


@transaction.atomic
def add_person(
    *,
    case_id: UUID,
    role: str,
    person: Person,
    why: str,
    actor: Membership,
    at: datetime,
    comes_of_age_on: date | None = None,
) -> File:
    """Add a child or another person at risk to a case: a file of their own, and nobody's consent for it.

    Args:
        why: what puts them at risk, as it was seen or heard; may be empty.
        comes_of_age_on: of a minor, by the law of where they live; only its month is kept.
    Raises:
        NotVisible, PermissionDenied: see `check_can_support`. Refused: no name, another role, or the case is closed.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    if role not in ADDED_ROLES:
        raise Refused(_("Say whether it is a child or another person at risk."))
    if not person.display_name:
        raise Refused(_("Give at least one name."))
    if person.born_on is not None and person.born_on > timezone.localdate(at):
        raise Refused(_("This date is in the future."))
    file, sealer = referring.new_file(case, Somebody(role, person, iter(())), actor, at)
    if comes_of_age_on is not None:
        file.of_age_from = comes_of_age_on
    vault.save_keys([sealer])
    file.save(force_insert=True)
    referring.index_names(file, person)
    entries.write_entry(file=file, actor=actor, at=at, holder=file.holder, sealer=sealer, **identity(person))
    if why.strip():
        entries.write_entry(
            file=file, category="incident.facts", text=why.strip(), form="at-risk:1", actor=actor, at=at,
            holder=file.holder, sealer=sealer,
        )  # fmt: skip
    _tell_of_the_team(case, file, actor, at)
    _set_coming_of_age(file, actor, at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.person_added", actor=actor, target=case, at=at, subject=file.pk, details={"role": role}
    )
    return file


def _tell_of_the_team(case: Case, file: File, actor: Membership, at: datetime) -> None:
    """Where the programme asks for no consent, agencies that work on the case may read some of the file: a disclosure."""
    protocol = case.programme.protocol
    if protocol.is_consent_required or file.role not in protocol.needed_of:
        return
    for agency in Agency.objects.filter(pk__in=assigned_agencies(case_id=case.pk)).order_by("code"):
        if is_management_only(agency.sector):
            continue
        sharing.record_disclosure(
            actor=actor,
            file=file,
            categories=sorted(protocol.needed_of[file.role]),
            method="share",
            basis="common_programme",
            purpose=sharing.purpose_of(actor),
            recipient=agency,
            at=at,
        )


def _set_coming_of_age(file: File, actor: Membership, at: datetime) -> None:
    """Ask before the date; for who is a minor no more, nothing is left to ask of it."""
    if file.of_age_from is None or of_age.is_of_age(file.of_age_from, on=timezone.localdate(at)):
        deadlines.end_own_deadline(file=file, kind=TaskKind.COMES_OF_AGE, actor=actor, at=at)
        return
    morning = timezone.make_aware(datetime.combine(of_age.asked_on(file.of_age_from), time(9, 0)))
    due_at = morning if morning > at else add_working_days(at, 1)
    deadlines.set_own_deadline(file=file, kind=TaskKind.COMES_OF_AGE, at=at, due_at=due_at, actor=actor)


def has_own_consent(file: File) -> bool:
    """Say whether a file is of somebody in danger whom the case is not about: a consent of their own opens it."""
    return not file.is_subject and file.role not in (FileRole.PERSON_OF_CONCERN, FileRole.REPORTER)


def added_file(case: Case, file_id: UUID) -> File:
    """Answer the file of somebody whom the case is not about and who is in danger: a file with a consent of its own.

    Raises:
        NotVisible: there is none.
    """
    file = File.objects.filter(case=case, pk=file_id).order_by().first()
    if file is None or not has_own_consent(file):
        raise NotVisible
    file.case = case
    return file


@transaction.atomic
def say_of_age(
    *, case_id: UUID, file_id: UUID, comes_of_age_on: date | None, actor: Membership, at: datetime
) -> File:
    """Write down when a person comes of age, or that they are no minor; who may consent for them follows.

    Raises:
        NotVisible: no such person. PermissionDenied: see `check_can_support`.
        Refused: the case is closed, or somebody signed for them for longer than that.
    """
    case = lock_open_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = added_file(case, file_id)
    file.of_age_from = comes_of_age_on
    if file.of_age_from is not None and _signed_beyond(file, file.of_age_from, at):
        raise Refused(
            _(
                "A consent somebody gave for this person lasts longer than that. Ask for a new one first, or withdraw it."
            )
        )
    file.save(update_fields=["of_age_month"])
    _set_coming_of_age(file, actor, at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(action="cases.coming_of_age_said", actor=actor, target=case, at=at, subject=file.pk)
    return file


def _signed_beyond(file: File, from_day: date, at: datetime) -> bool:
    standing = Consent.objects.filter(
        file_id=file.pk, given_by__in=of_age.FOR_A_MINOR, withdrawn_at__isnull=True, expires_at__gt=at
    ).order_by()
    return any(timezone.localdate(one.expires_at) >= from_day for one in standing)


@transaction.atomic
def take_out(*, case_id: UUID, file_id: UUID, mistake: str, actor: Membership, at: datetime) -> File:
    """Take out a person who was added by mistake: the keys of their file are destroyed, and it is nowhere any more.

    Only what adding them wrote is lost. Once anybody else wrote of them, or something was consented to or shared,
    it is no slip of the hand any more.

    Raises:
        NotVisible: no such person. PermissionDenied: see `check_can_support`.
        Refused: no reason, or something rests on the file.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = added_file(case, file_id)
    if file.role not in ADDED_ROLES:
        raise NotVisible
    check_is_open(case)
    if mistake not in MISTAKES:
        raise Refused(_("Say what the mistake was."))
    if is_built_on(file):
        raise Refused(
            _(
                "Something was written, asked or shared about this person since. That is kept: correct it where it "
                "stands, or ask the privacy officer."
            )
        )
    for kind in (TaskKind.COMES_OF_AGE, TaskKind.OWN_CONSENT):
        deadlines.end_own_deadline(file=file, kind=kind, actor=actor, at=at)
    NameToken.objects.filter(file=file).delete()
    Entry.objects.filter(file=file).update(is_current=False)
    file.taken_out_at = file.expunged_at = at
    file.save(update_fields=["taken_out_at", "expunged_at"])
    vault.shred(file_id=file.pk, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.person_taken_out",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        details={"mistake": mistake},
    )
    return file


def is_built_on(file: File) -> bool:
    """Say whether anything but what adding the person wrote rests on their file: words, a consent, a ground, work."""
    rests = (
        Entry.objects.filter(file=file).exclude(form__in=OF_ADDING),
        Task.objects.filter(file=file).exclude(kind__in=(TaskKind.COMES_OF_AGE, TaskKind.OWN_CONSENT)),
        Plan.objects.filter(file=file),
        Consent.objects.filter(file_id=file.pk),
        Ground.objects.filter(file_id=file.pk),
    )
    return any(rows.order_by().exists() for rows in rests) or bool(
        assessments.summary_rows(file_ids=[file.pk])
    )
