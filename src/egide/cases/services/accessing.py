"""A person asks for their own file: the request is recorded, changes hands, and ends.

What is decided of it is in `reading_twice`, what reaches the person in `handing_over`.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.lifecycle import ACCESS
from egide.cases.models import AccessItem, AccessRequest, Case
from egide.cases.models.access import CATEGORY, AskedBy, HandedOver, Identified
from egide.cases.models.file import FileRole, as_codes
from egide.cases.models.work import TaskKind
from egide.cases.queries import accessing
from egide.cases.services import deadlines, entries
from egide.cases.services.locking import lock_case
from egide.common.errors import NotVisible, Refused
from egide.common.ids import new_id
from egide.ledger import services as ledger
from egide.partners.models import Membership
from egide.sharing import handing
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
    if file is None or file.role == FileRole.REPORTER:
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
    made.words = sealed(made, "words", said)
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


def sealed(asked: AccessRequest, field: str, content: Mapping[str, str]) -> bytes:
    """Answer words of a request, sealed in the file it is about."""
    return entries.seal_json(
        content,
        file_id=asked.file_id,
        compartment=compartment_of(CATEGORY),
        row=asked.pk,
        model="cases.AccessRequest",
        field=field,
    )


def take(
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
def withdraw_request(*, case_id: UUID, request_id: UUID, actor: Membership, at: datetime) -> AccessRequest:
    """Record that the person no longer asks.

    Raises:
        TransitionRefused: it was handed over already.
    """
    case, asked, _items = take(case_id, request_id, "withdraw", actor)
    end(case, asked, actor, at, "not_needed")
    ledger.record(action="cases.access_withdrawn", actor=actor, target=asked, at=at, subject=asked.file_id)
    return asked


def save_columns(asked: AccessRequest, *changed: str) -> None:
    """Save where a request stands, and what else changed."""
    asked.save(update_fields=["state", "revision", *changed])


def end(case: Case, asked: AccessRequest, actor: Membership, at: datetime, outcome: str) -> None:
    """Save a request that ended, and end its date."""
    save_columns(asked, "handed_over_at", "handed_over_by")
    task = asked.task
    task.done_at, task.done_by, task.outcome = at, actor, outcome
    task.save(update_fields=["done_at", "done_by", "outcome"])
    deadlines.refresh_next_due(case, at=at)
