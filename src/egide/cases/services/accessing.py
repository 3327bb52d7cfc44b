"""A person asks for their own file: recorded, put together by one, read by another, handed over to them alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ACCESS, AccessState
from egide.cases.models import AccessItem, AccessRequest, Case
from egide.cases.models.access import CATEGORY, AskedBy, Given, HandedOver, Identified, Reply
from egide.cases.models.file import FileRole, as_codes
from egide.cases.models.work import TaskKind
from egide.cases.queries import accessing
from egide.cases.services import deadlines, entries, redacting
from egide.cases.services.locking import lock_case
from egide.cases.services.redacting import Choice
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import handing
from egide.sharing import services as sharing
from egide.sharing.rules.categories import compartment_of


@transaction.atomic
def record_request(
    *,
    case_id: UUID,
    role: str,
    asked_by: str,
    identified: str,
    way: str,
    language: str,
    words: Mapping[str, str],
    representative_may_be_abuser: str,
    actor: Membership,
    at: datetime,
) -> AccessRequest:
    """Write down that a person asks for their own file, how one knows it is them, and how it may reach them.

    Args:
        words: `asked`; `place` (where, when and how it may be handed over); `proof` (what was seen);
            `representative` and `authority` when somebody speaks for the person.
        representative_may_be_abuser: `yes`, `no` or `unknown`; only `no` lets a representative ask.
    Raises:
        NotVisible: the case, or the file, is not theirs to choose. PermissionDenied: see `check_can_support`.
        Refused: something is not said, or another request of this person is not answered yet.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    file = entries.file_of(case, role)
    if file is None or role == FileRole.REPORTER:
        raise NotVisible
    said = {name: text.strip() for name, text in words.items() if text.strip()}
    _check_request(asked_by, identified, way, said, representative_may_be_abuser)
    if AccessRequest.objects.filter(file=file).exclude(state__in=ACCESS.final_states()).order_by().exists():
        raise Refused(_("This person asked before and waits for the answer. Answer that request first."))
    lead = case.programme.lead_agency
    clock, due_at = handing.answer_by(bound_by=lead.regimes, at=at)
    task = deadlines.new_task(
        case=case, kind=TaskKind.ACCESS_REQUEST, at=at, due_at=due_at, file=file, actor=actor
    )
    task.save(force_insert=True)
    made = AccessRequest(
        id=new_id(),
        case=case,
        file=file,
        asked_by=asked_by,
        identified=identified,
        way=way,
        language="fr" if language == "fr" else "en",
        holder=lead,
        regimes=as_codes(lead, actor.agency),
        recorded_by=actor,
        received_at=at,
        clock=clock.id,
        due_at=due_at,
        task=task,
    )
    made.words = _sealed(made, "words", said)
    made.save(force_insert=True)
    deadlines.refresh_next_due(case, at=at)
    ledger.record(
        action="cases.access_asked",
        actor=actor,
        target=made,
        at=at,
        subject=file.pk,
        basis=handing.BASIS,
        details={"by": asked_by, "identified": identified, "clock": clock.id},
    )
    return made


def _check_request(
    asked_by: str, identified: str, way: str, said: Mapping[str, str], may_be_abuser: str
) -> None:
    if asked_by not in AskedBy.values:
        raise Refused(_("Say who asks."))
    if identified not in Identified.values or "proof" not in said:
        raise Refused(_("Say how you made sure who asks, and what you saw."))
    if way not in HandedOver.values or "place" not in said:
        raise Refused(_("Write where and how it may be handed over without danger. A letter is not safe."))
    if asked_by == AskedBy.REPRESENTATIVE:
        if "representative" not in said or "authority" not in said:
            raise Refused(_("Write who speaks for the person, and the paper that lets them."))
        if may_be_abuser != "no":
            raise Refused(
                _("Who may be the abuser does not speak for the person. Reach the person themselves.")
            )


def _sealed(asked: AccessRequest, field: str, content: Mapping[str, str]) -> bytes:
    return entries.seal_json(
        content,
        file_id=asked.file_id,
        compartment=compartment_of(CATEGORY),
        row=asked.pk,
        model="cases.AccessRequest",
        field=field,
    )


def _taken(
    case_id: UUID, request_id: UUID, step: str, actor: Membership, revision: int | None = None
) -> tuple[Case, AccessRequest, list[AccessItem]]:
    """Take a request to change it; its next state is set, not saved.

    Raises:
        Refused: somebody changed it since the reader's page was made.
    """
    case = lock_case(case_id, actor=actor)
    permissions.check_can_support(actor, case)
    AccessRequest.objects.select_for_update().filter(pk=request_id, case=case).order_by().first()
    asked, items = accessing.fetch_request(case_id=case_id, request_id=request_id, actor=actor)
    asked.case = asked.file.case = case
    asked.state = ACCESS.next_state(step, state=asked.state)
    if revision is not None and revision != asked.revision:
        raise Refused(_("Somebody changed this meanwhile. Nothing was recorded: read it again, then send."))
    asked.revision += 1
    return case, asked, items


@transaction.atomic
def put_together(
    *,
    case_id: UUID,
    request_id: UUID,
    reply: str,
    choices: Mapping[UUID, Choice],
    revision: int,
    actor: Membership,
    at: datetime,
) -> AccessRequest:
    """Decide of each thing the file holds whether the person is given it; a second reader looks at it before.

    What is not chosen is kept back, and so is what the rules do not let the person have.

    Raises:
        Refused: a choice is not whole, or words to be given tell of somebody else of the case.
    """
    case, asked, _former = _taken(case_id, request_id, "put_together", actor, revision)
    if reply not in Reply.values:
        raise Refused(_("Say what the answer is."))
    if reply == Reply.NEITHER and asked.file.role == FileRole.VICTIM:
        raise Refused(_("The victim knows of their own file: give what the law allows."))
    AccessItem.objects.filter(request=asked).delete()
    counts: dict[str, int] = {}
    if reply == Reply.GIVE:
        own = accessing.open_own_file(asked=asked, items=(), actor=actor, at=at)
        chosen = {one.item.id: (one, choices[one.item.id]) for one in own.held if one.item.id in choices}
        _check_choices(case, [choice for _held, choice in chosen.values()])
        redacting.check_tells_of_nobody_else(case, asked, list(chosen.values()), actor, at)
        AccessItem.objects.bulk_create([_row(asked, held, choice) for held, choice in chosen.values()])
        counts = _counts(choice for _held, choice in chosen.values())
    asked.reply, asked.note = reply, None
    asked.first_reader, asked.first_reader_account_id, asked.read_at = actor, actor.account_id, at
    asked.second_reader = asked.second_reader_account = asked.decided_at = None
    _save(asked, "reply", "note", *_FIRST, *_SECOND)
    ledger.record(
        action="cases.access_put_together",
        actor=actor,
        target=asked,
        at=at,
        subject=asked.file_id,
        basis=handing.BASIS,
        counts=counts,
        details={"reply": reply},
    )
    return asked


def _counts(choices: Iterable[Choice]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in choices:
        found[one.given] = found.get(one.given, 0) + 1
    return found


def _check_choices(case: Case, choices: list[Choice]) -> None:
    grounds = {one.id for one in handing.why_not_given(bound_by=case.programme.lead_agency.regimes)}
    for one in choices:
        if one.given not in Given.values:
            raise Refused(_("Say for each thing whether it is given."))
        if one.given != Given.WHOLE and one.ground not in grounds:
            raise Refused(_("Say why something is kept back."))
        if one.given == Given.PART and not one.words.strip():
            raise Refused(_("Write the words that are given, or keep it back whole."))


def _row(asked: AccessRequest, held: accessing.Held, choice: Choice) -> AccessItem:
    item, pk = held.item, new_id()
    is_part = choice.given == Given.PART
    compartment = compartment_of(item.category)
    return AccessItem(
        id=pk,
        request=asked,
        source=item.id,
        category=item.category,
        holder_id=item.holder_id,
        regimes=",".join(item.regimes),
        given=choice.given,
        ground="" if choice.given == Given.WHOLE else choice.ground,
        words=entries.seal_json(
            {"text": choice.words.strip()},
            file_id=asked.file_id,
            compartment=compartment,
            row=pk,
            model="cases.AccessItem",
            field="words",
        )
        if is_part
        else None,
    )


@transaction.atomic
def read_again(
    *,
    case_id: UUID,
    request_id: UUID,
    disagreed: set[UUID],
    is_reply_agreed: bool,
    note: str,
    revision: int,
    actor: Membership,
    at: datetime,
) -> AccessRequest:
    """Agree with all of it, or send it back with what must change, as somebody else than the first reader.

    Args:
        disagreed: identifiers of the things whose choice the reader does not agree with.
        is_reply_agreed: whether the answer itself (give, or say neither yes nor no) is agreed with.
    Raises:
        PermissionDenied: the actor put it together, under any hat.
        Refused: sent back without a word, or something that would be given cannot be read by the actor.
    """
    is_agreed = is_reply_agreed and not disagreed
    _case, asked, items = _taken(
        case_id, request_id, "approve" if is_agreed else "send_back", actor, revision
    )
    if asked.first_reader_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else than who put it together reads it again."))
    if is_agreed:
        own = accessing.open_own_file(asked=asked, items=items, actor=actor, at=at)
        if own.lacks_something:
            raise Refused(
                _(
                    "Something that would be given is no longer in the file, or is not for you to read. Send it back."
                )
            )
    else:
        if not note.strip():
            raise Refused(_("Write what must change."))
        asked.note = _sealed(asked, "note", {"text": note.strip()})
        AccessItem.objects.filter(request=asked).update(is_returned=False)
        AccessItem.objects.filter(request=asked, source__in=disagreed).update(is_returned=True)
    asked.second_reader, asked.second_reader_account_id, asked.decided_at = actor, actor.account_id, at
    _save(asked, "note", *_SECOND)
    ledger.record(
        action="cases.access_approved" if is_agreed else "cases.access_returned",
        actor=actor,
        target=asked,
        at=at,
        subject=asked.file_id,
        basis=handing.BASIS,
    )
    return asked


@transaction.atomic
def hand_over(
    *,
    case_id: UUID,
    request_id: UUID,
    is_identity_checked: bool,
    is_safe: bool,
    revision: int,
    actor: Membership,
    at: datetime,
) -> AccessRequest:
    """Record that the answer reached the person: what they keep, and what they were shown, are disclosures.

    Raises:
        Refused: who they are was not checked again, it was not safe, or not all that is given opens for the actor.
    """
    case, asked, items = _taken(case_id, request_id, "hand_over", actor, revision)
    if not (is_identity_checked and is_safe):
        raise Refused(_("Check again who is in front of you, and that it is safe, before you hand it over."))
    own = _whole(asked, items, actor, at)
    for to_keep, method in ((True, "print"), (False, "aloud")):
        given = own.given(to_keep=to_keep)
        if asked.reply == Reply.GIVE and given:
            sharing.record_disclosure(
                actor=actor,
                file=asked.file,
                categories={one.item.category for one in given},
                method=method,
                basis=handing.BASIS,
                purpose=handing.PURPOSE,
                at=at,
            )
    asked.handed_over_at, asked.handed_over_by = at, actor
    _end(case, asked, actor, at, "done")
    ledger.record(
        action="cases.access_handed_over",
        actor=actor,
        target=asked,
        at=at,
        subject=asked.file_id,
        basis=handing.BASIS,
        details={"way": asked.way, "reply": asked.reply},
    )
    return asked


def _whole(
    asked: AccessRequest, items: Sequence[AccessItem], actor: Membership, at: datetime
) -> accessing.OwnFile:
    """Open what was approved, all of it: what is printed, what is handed over and what is recorded are one.

    Raises:
        Refused: some of it does not open for the actor, who would give less than two people agreed to.
    """
    own = accessing.open_own_file(asked=asked, items=items, actor=actor, at=at)
    if own.lacks_something:
        raise Refused(
            _(
                "Something that was agreed to does not open for you, and nothing is given in part. A colleague who reads all of it can hand it over, or it is sent back."
            )
        )
    return own


@transaction.atomic
def make_letter(
    *, asked: AccessRequest, items: Sequence[AccessItem], actor: Membership, at: datetime
) -> accessing.OwnFile:
    """Open what the paper holds; that it reached the person, and what of the file it holds, is `hand_over`'s.

    Raises:
        Refused: see `_whole`.
    """
    own = _whole(asked, items, actor, at)
    ledger.record(action="cases.access_letter_made", actor=actor, target=asked, at=at, subject=asked.file_id)
    return own


@transaction.atomic
def withdraw_request(*, case_id: UUID, request_id: UUID, actor: Membership, at: datetime) -> AccessRequest:
    """Record that the person no longer asks.

    Raises:
        TransitionRefused: it was handed over already.
    """
    case, asked, _items = _taken(case_id, request_id, "withdraw", actor)
    _end(case, asked, actor, at, "not_needed")
    ledger.record(action="cases.access_withdrawn", actor=actor, target=asked, at=at, subject=asked.file_id)
    return asked


def _save(asked: AccessRequest, *changed: str) -> None:
    asked.save(update_fields=["state", "revision", *changed])


_FIRST = ("first_reader", "first_reader_account", "read_at")
_SECOND = ("second_reader", "second_reader_account", "decided_at")


def _end(case: Case, asked: AccessRequest, actor: Membership, at: datetime, outcome: str) -> None:
    _save(asked, "handed_over_at", "handed_over_by")
    task = asked.task
    task.done_at, task.done_by, task.outcome = at, actor, outcome
    task.save(update_fields=["done_at", "done_by", "outcome"])
    deadlines.refresh_next_due(case, at=at)


__all__ = [
    "AccessState",
    "Choice",
    "hand_over",
    "make_letter",
    "put_together",
    "read_again",
    "record_request",
    "withdraw_request",
]
