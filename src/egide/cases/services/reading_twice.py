"""What the answer to a person who asks for their own file holds: put together by one, read again by another."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases.models import AccessItem, AccessRequest, Case
from egide.cases.models.access import Given, Reply
from egide.cases.models.file import FileRole
from egide.cases.queries.accessing import Held, open_own_file
from egide.cases.services import accessing, entries, redacting
from egide.cases.services.redacting import Choice
from egide.common.errors import PermissionDenied, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import handing
from egide.sharing.rules.categories import compartment_of

_FIRST = ("first_reader", "first_reader_account", "read_at")
_SECOND = ("second_reader", "second_reader_account", "decided_at")


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
    case, asked, _former = accessing.take(case_id, request_id, "put_together", actor, revision)
    if reply not in Reply.values:
        raise Refused(_("Say what the answer is."))
    if reply == Reply.NEITHER and asked.file.role == FileRole.VICTIM:
        raise Refused(_("The victim knows of their own file: give what the law allows."))
    AccessItem.objects.filter(request=asked).delete()
    counts: dict[str, int] = {}
    if reply == Reply.GIVE:
        own = open_own_file(asked=asked, items=(), actor=actor, at=at)
        chosen = {one.item.id: (one, choices[one.item.id]) for one in own.held if one.item.id in choices}
        _check_choices(case, [choice for _held, choice in chosen.values()])
        redacting.check_tells_of_nobody_else(case, asked, list(chosen.values()), actor, at)
        AccessItem.objects.bulk_create([_row(asked, held, choice) for held, choice in chosen.values()])
        counts = _counts(choice for _held, choice in chosen.values())
    asked.reply, asked.note = reply, None
    asked.first_reader, asked.first_reader_account_id, asked.read_at = actor, actor.account_id, at
    asked.second_reader = asked.second_reader_account = asked.decided_at = None
    accessing.save_columns(asked, "reply", "note", *_FIRST, *_SECOND)
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


def _row(asked: AccessRequest, held: Held, choice: Choice) -> AccessItem:
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
    _case, asked, items = accessing.take(
        case_id, request_id, "approve" if is_agreed else "send_back", actor, revision
    )
    if asked.first_reader_account_id == actor.account_id:
        raise PermissionDenied(_("Somebody else than who put it together reads it again."))
    if is_agreed:
        own = open_own_file(asked=asked, items=items, actor=actor, at=at)
        if own.lacks_something:
            raise Refused(
                _(
                    "Something that would be given is no longer in the file, or is not for you to read. Send it back."
                )
            )
    else:
        if not note.strip():
            raise Refused(_("Write what must change."))
        asked.note = accessing.sealed(asked, "note", {"text": note.strip()})
        AccessItem.objects.filter(request=asked).update(is_returned=False)
        AccessItem.objects.filter(request=asked, source__in=disagreed).update(is_returned=True)
    asked.second_reader, asked.second_reader_account_id, asked.decided_at = actor, actor.account_id, at
    accessing.save_columns(asked, "note", *_SECOND)
    ledger.record(
        action="cases.access_approved" if is_agreed else "cases.access_returned",
        actor=actor,
        target=asked,
        at=at,
        subject=asked.file_id,
        basis=handing.BASIS,
    )
    return asked
