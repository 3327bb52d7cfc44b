"""When consent ends: each agency that received is told, answers, and who has not answered rises to the lead.

The notice says the same whatever ended the consent (ADR 12): a reference, a day, what to do. Nothing of the
person, nothing of what was shared, and not that somebody withdrew.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import State
from egide.cases.models import Case, EndNotice, File
from egide.cases.models.cascade import LAW_CATEGORY
from egide.cases.models.work import TaskKind
from egide.cases.queries.holding import held_kinds
from egide.cases.services import deadlines, entries
from egide.common.errors import NotVisible, Refused
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import ending
from egide.sharing.models import Consent
from egide.sharing.rules.categories import compartment_of

#: The longest name of a law, in characters: a reference, not a story.
LONGEST_LAW = 300
ANSWERS = ("nothing_held", "destroyed", "returned", "kept")


def about_to_end(*, file: File, at: datetime) -> list[Consent]:
    """Answer the consents in force, to be handed to `tell_recipients` once they have ended."""
    return ending.in_force_on(file_id=file.pk, at=at)


def tell_recipients(
    *, case: Case, file: File, ended: Sequence[Consent], actor: Membership | None, at: datetime
) -> list[EndNotice]:
    """Tell each agency that lost all or some of what these consents gave it, once; the caller saves the case.

    An agency that may use everything again owes no answer any more; an older notice gives way to a newer one. When
    the file is not that of whom the case is about, agencies lose something of it and go on working on the case.
    """
    now = ending.covered(ending.in_force_on(file_id=file.pk, at=at))
    if not file.is_subject:
        now |= {agency.pk: set() for one in ended for agency in one.recipients.all() if agency.pk not in now}
    waiting = EndNotice.objects.filter(case=case, file=file).waiting()
    again = _given_again(waiting, now, at)
    lost = ending.losses(
        ended=ended,
        now=now,
        held=held_kinds(case, file=None if file.is_subject else file),
        kept_by=case.programme.lead_agency_id,
        needs_consent=case.programme.protocol.is_consent_required,
    )
    waiting.filter(agency__in=[one.agency.pk for one in lost]).update(superseded_at=at)
    made = [
        EndNotice(
            agency=one.agency,
            consent=one.consent,
            is_partial=one.is_partial,
            ended_on=timezone.localdate(min(at, one.consent.expires_at)),
        )
        for one in lost
    ]
    if ended and file.is_subject and case.programme.protocol.is_consent_required:
        ending.end_what_rested_on_consent(case_id=case.pk, still=now, actor=actor, at=at)
    given_back = deadlines.give_back(case=case, at=at) if ended and file.is_subject else 0
    if made:
        _tell(made, case=case, file=file, actor=actor, at=at)
    elif actor is not None:
        _end_when_answered(case, actor=actor, at=at)
    if made or again or given_back:
        ledger.record(
            action="cases.recipients_told",
            actor=actor,
            target=case,
            at=at,
            subject=file.pk,
            counts={"told": len(made), "no_longer_owed": again, "tasks_given_back": given_back},
            details={"agencies": [str(one.agency.pk) for one in lost]},
        )
    return made


def tell_let_go(*, case: Case, agencies: Collection[UUID], actor: Membership, at: datetime) -> None:
    """Tell agencies whose work on a case ended and rested on no consent, as for any other end; the caller saves the case."""
    if not agencies:
        return
    file = entries.subject_file(case)
    _told_without_consent(case, agencies).update(superseded_at=at)
    made = [EndNotice(agency_id=pk, ended_on=timezone.localdate(at)) for pk in sorted(agencies)]
    _tell(made, case=case, file=file, actor=actor, at=at)
    ledger.record(
        action="cases.recipients_told",
        actor=actor,
        target=case,
        at=at,
        subject=file.pk,
        counts={"told": len(agencies)},
        details={"agencies": [str(pk) for pk in sorted(agencies)]},
    )


def take_up_again(*, case: Case, agency_id: UUID, actor: Membership, at: datetime) -> None:
    """Let go of what an agency was told without a consent: it works on the case again. The caller saves the case."""
    if _told_without_consent(case, [agency_id]).update(superseded_at=at):
        _end_when_answered(case, actor=actor, at=at)


def _told_without_consent(case: Case, agencies: Collection[UUID]) -> QuerySet[EndNotice]:
    return EndNotice.objects.filter(case=case, consent__isnull=True, agency__in=agencies).waiting()


def _tell(
    notices: list[EndNotice], *, case: Case, file: File, actor: Membership | None, at: datetime
) -> None:
    """Keep the notices, each with its day to answer, and make the lead's task of waiting for the answers."""
    due_at = deadlines.due_after(at, case.programme.protocol.deadlines["acknowledgements"])
    for one in notices:
        one.case, one.file, one.made_at, one.due_at = case, file, at, due_at
    EndNotice.objects.bulk_create(notices)
    deadlines.set_deadline(
        case=case, kind=TaskKind.ACKNOWLEDGEMENTS, at=at, due_at=due_at, file=file, actor=actor
    )


def _given_again(waiting: QuerySet[EndNotice], now: dict[UUID, set[ending.Pair]], at: datetime) -> int:
    """Let go of notices whose agency may use again all that had ended; answers how many."""
    pks = [
        notice.pk
        for notice in waiting.filter(consent__isnull=False).select_related("consent").order_by("pk")
        if notice.consent is not None
        and {(c, p) for c in notice.consent.categories for p in notice.consent.purposes}
        <= now.get(notice.agency_id, set())
    ]
    return EndNotice.objects.filter(pk__in=pks).update(superseded_at=at) if pks else 0


def _end_when_answered(case: Case, *, actor: Membership, at: datetime) -> None:
    if not EndNotice.objects.filter(case=case).waiting().order_by().exists():
        deadlines.meet_deadline(case=case, kind=TaskKind.ACKNOWLEDGEMENTS, actor=actor, at=at)


@transaction.atomic
def acknowledge(
    *,
    notice_id: UUID,
    answer: str,
    law: str,
    has_told_others: bool,
    actor: Membership,
    at: datetime,
) -> EndNotice:
    """Answer for the agency told: what it did with what it held. The programme may write down what it was told.

    Args:
        law: the law that requires to keep some, named; only with the answer `kept`.
        has_told_others: those it was passed on to were told, or it was passed on to nobody.
    Raises:
        NotVisible: there is no such notice for the actor's agency, nor on a case of theirs; or recused.
        PermissionDenied: it is on their case, and their role does not support the person.
        Refused: answered already, no answer, kept without a law, or others were not told.
    """
    found = _within(notice_id, actor=actor)
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "lead")
        .get(pk=found.case_id)
    )
    _within(notice_id, actor=actor)  # again: it may have ended for the actor while this waited
    notice = EndNotice.objects.select_for_update().get(pk=found.pk)
    _check(notice, answer, law, has_told_others)
    notice.answer, notice.answered_at, notice.answered_by = answer, at, actor
    if answer == "kept":
        notice.law = _sealed(law.strip(), notice)
        notice.law_holder_id = case.programme.lead_agency_id
    notice.save(update_fields=["answer", "answered_at", "answered_by", "law", "law_holder"])
    _end_when_answered(case, actor=actor, at=at)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.end_notice_answered",
        actor=actor,
        target=notice,
        at=at,
        subject=notice.file_id,
        details={"answer": answer, "for": notice.agency_id},
    )
    return notice


def _within(notice_id: UUID, *, actor: Membership) -> EndNotice:
    own = EndNotice.objects.visible_to(actor).filter(pk=notice_id).order_by().first()
    if own is not None:
        return own
    notice = EndNotice.objects.filter(pk=notice_id, superseded_at__isnull=True).order_by().first()
    if notice is None:
        raise NotVisible
    case = Case.objects.select_related("programme").fetch(notice.case_id, actor=actor)
    permissions.check_can_support(actor, case)
    return notice


def _check(notice: EndNotice, answer: str, law: str, has_told_others: bool) -> None:
    if notice.superseded_at is not None:
        raise NotVisible
    if notice.answered_at is not None:
        raise Refused(_("This was answered already."))
    if answer not in ANSWERS:
        raise Refused(_("Say what was done with what your agency held."))
    if answer == "kept" and not law.strip():
        raise Refused(_("Name the law that requires your agency to keep it."))
    if len(law) > LONGEST_LAW:
        raise Refused(_("Name the law in at most 300 characters; write nothing of the person."))
    if not has_told_others:
        raise Refused(_("First tell those your agency passed it on to."))


def _sealed(law: str, notice: EndNotice) -> bytes:
    return entries.seal_json(
        {"text": law},
        file_id=notice.file_id,
        compartment=compartment_of(LAW_CATEGORY),
        row=notice.pk,
        model="cases.EndNotice",
        field="law",
    )


def record_lapses(*, at: datetime, limit: int = 200) -> int:
    """Take note of consents that ran out and tell those they named; answers how many. Nothing is extended.

    Run every minute by the scheduler. From the second a consent ends it opens nothing, whether this ran or not;
    running it twice changes nothing.
    """
    lapsed = list(
        Consent.objects.filter(
            withdrawn_at__isnull=True, lapse_recorded_at__isnull=True, expires_at__lte=at
        ).order_by("expires_at", "pk")[:limit]
    )
    return sum(_record_lapse(consent, at=at) for consent in lapsed)


@transaction.atomic
def _record_lapse(consent: Consent, *, at: datetime) -> bool:
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("programme__lead_agency", "lead")
        .filter(pk=consent.case_id)
        .order_by()
        .first()
    )
    if not ending.record_lapse(consent=consent, at=at) or case is None:
        return False
    file = File.every.get(pk=consent.file_id)
    file.case = case
    tell_recipients(case=case, file=file, ended=[consent], actor=None, at=at)
    if case.state == State.ACTIVE and not ending.in_force_on(file_id=file.pk, at=at):
        if file.is_subject:
            deadlines.set_deadline(case=case, kind=TaskKind.CONSENT, at=at, due_at=at, file=file)
        else:
            deadlines.set_own_deadline(file=file, kind=TaskKind.OWN_CONSENT, at=at, due_at=at)
    deadlines.refresh_next_due(case, at=at)
    return True
