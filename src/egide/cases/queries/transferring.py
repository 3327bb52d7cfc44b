"""Reads about transfers to another area: what waits, what was done, what would go along, and its words as far as they may be read."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from egide.cases.models import Case, File, Programme, Transfer, TransferQuestion
from egide.cases.models.case import own_team, remember_coordinators
from egide.cases.queries.foreseeing import Foresight, SeenFile
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.common.text import localized
from egide.partners.models import Membership, MembershipQuerySet, Role
from egide.sharing import services as sharing
from egide.sharing.foreseeing import foreseen
from egide.sharing.grounds import PURPOSE
from egide.sharing.models import Ground, Recusal
from egide.sharing.relation import Relation, relations
from egide.sharing.rules.categories import CATEGORIES
from egide.sharing.rules.sides import MANAGEMENT_SECTORS

#: Transfers on one page.
TRANSFERS = 50
#: What the lists show, and the states each holds.
LISTS: dict[str, tuple[str, ...]] = {
    "waiting": ("proposed",),
    "done": ("accepted", "returned"),
    "ended": ("refused", "withdrawn"),
}


def coordinators_of(
    programme: Programme, *, at: datetime, not_kept_out_of: UUID | None = None
) -> list[Membership]:
    """Answer those who coordinate a programme that day, by name; of a case, those not kept out of it."""
    rows = _coordinators(programme, at, not_kept_out_of)
    return _known_to_coordinate(list(_named(rows)), programme)


def team_of(case: Case) -> MembershipQuerySet:
    """Answer those of the lead agency who may have told the person."""
    return Membership.objects.filter(
        agency=case.programme.lead_agency_id,
        role__in=(Role.COORDINATOR, Role.ADVOCATE),
        ends_on__isnull=True,
        account__is_active=True,
    )


def team_and_coordinators(
    *, case: Case, programme: Programme, at: datetime
) -> tuple[list[Membership], list[Membership]]:
    """Answer those here who may have told the person, and those who would coordinate there; by name, in one query.

    The other programme is led by another agency.
    """
    here = team_of(case).order_by()
    there = _coordinators(programme, at, case.pk).order_by()
    rows = Membership.objects.filter(Q(pk__in=here.values("pk")) | Q(pk__in=there.values("pk")))
    team: list[Membership] = []
    others: list[Membership] = []
    for one in _named(rows):
        (others if one.agency_id == programme.lead_agency_id else team).append(one)
    return team, _known_to_coordinate(others, programme)


def _coordinators(programme: Programme, at: datetime, not_kept_out_of: UUID | None) -> MembershipQuerySet:
    rows = Membership.objects.in_force(timezone.localdate(at)).filter(
        own_team(programme), role=Role.COORDINATOR
    )
    if not_kept_out_of is not None:
        kept_out = Recusal.objects.filter(
            case_id=not_kept_out_of, account=OuterRef("account"), ended_at__isnull=True
        )
        rows = rows.exclude(Exists(kept_out.order_by()))
    return rows


def _named(rows: MembershipQuerySet) -> MembershipQuerySet:
    return rows.select_related("agency", "account").order_by("account__full_name", "pk")


def _known_to_coordinate(members: list[Membership], programme: Programme) -> list[Membership]:
    remember_coordinators(members, programme)
    return members


def programmes_for(*, case: Case) -> list[Programme]:
    """Answer the programmes of other areas that work by the same rules, led by an agency of both sides, by code."""
    return list(
        Programme.objects.select_related("lead_agency", "area")
        .filter(protocol_code=case.programme.protocol_code, lead_agency__is_active=True)
        .exclude(area=case.programme.area_id)
        .exclude(lead_agency=case.programme.lead_agency_id)
        .exclude(lead_agency__sector__in=MANAGEMENT_SECTORS)
        .order_by("code")
    )


def in_programme(case: Case, programme: Programme) -> Case:
    """Answer the case as it would be in another programme; nothing is saved."""
    moved = copy.copy(case)
    moved.programme = programme
    return moved


def would_go(
    *,
    case: Case,
    programme: Programme,
    reader: Membership,
    ground: Ground | None,
    actor: Membership,
    at: datetime,
    files: list[File] | None = None,
    ties: Mapping[UUID, Relation] | None = None,
) -> list[SeenFile]:
    """Answer what somebody of another programme would read once it leads, of what the one who asks may know of.

    By the decisions that would serve their page there: as if the case were theirs already.

    Args:
        files: those of the case; ties: the reader's, of `ties_there`; where the caller read them already.
    """
    foresight = Foresight(case=case, actor=actor, at=at, files=files)
    with led_there(foresight.files, case, programme):
        return foresight.of(reader, purpose=_purpose_there(reader, ground), ties=ties)


@contextmanager
def led_there(files: Sequence[File], case: Case, programme: Programme) -> Iterator[None]:
    """Let files be those of a case another programme leads, for as long as the block lasts."""
    moved = in_programme(case, programme)
    for file in files:
        file.case = moved
    try:
        yield
    finally:
        for file in files:
            file.case = case


def ties_there(
    *, files: Sequence[File], reader: Membership, ground: Ground | None, at: datetime
) -> Mapping[UUID, Relation]:
    """Answer what ties somebody of another programme to the files of a case led there; in one query."""
    return relations(actor=reader, files=files, at=at, purpose=_purpose_there(reader, ground))


def knows_who(
    *, file: File, reader: Membership, ground: Ground | None, ties: Mapping[UUID, Relation], at: datetime
) -> bool:
    """Say whether somebody of another programme would read who the person is, by every law that binds the name."""
    found = foreseen(
        reader=reader,
        files=[file],
        classes=[file.name_class],
        purpose=_purpose_there(reader, ground),
        at=at,
        ties=ties,
    )
    return any(one.level >= sharing.Level.VIEW for one in found[file.pk] or ())


def _purpose_there(reader: Membership, ground: Ground | None) -> str:
    return PURPOSE[ground.kind] if ground else sharing.purpose_of(reader)


def goes_along(*, case: Case, reader: Membership, purpose: str, at: datetime) -> list[SeenFile]:
    """Answer what the new lead of a case that was just taken over reads of each file."""
    return Foresight(case=case, actor=reader, at=at).of(reader, purpose=purpose)


def fetch_case(*, case_id: UUID, actor: Membership | None) -> tuple[Case, UUID | None]:
    """Answer a case of the actor's scope, and the transfer of it that waits, of those they may know of; in one query.

    Raises:
        NotVisible: there is no such case for the actor.
    """
    waiting = Transfer.objects.visible_to(actor).waiting().filter(case=OuterRef("pk")).order_by()
    rows = Case.objects.select_related("programme__lead_agency").annotate(
        waiting_transfer=Subquery(waiting.values("pk")[:1])
    )
    case = rows.fetch(case_id, actor=actor)
    return case, case.waiting_transfer  # type: ignore[attr-defined]


def fetch(*, transfer_id: UUID, actor: Membership) -> Transfer:
    """Answer a transfer with what its page shows.

    Raises:
        NotVisible: there is none for the actor.
    """
    unread = TransferQuestion.objects.filter(transfer=OuterRef("pk"), answer__isnull=True).order_by()
    rows = Transfer.objects.select_related(
        "case__programme__lead_agency",
        "case__lead__account",
        "from_programme__lead_agency",
        "to_programme__lead_agency",
        "from_programme__area",
        "to_programme__area",
        "proposed_by__account",
        "answered_by__account",
        "told_by__account",
        "coordinator__account",
        "first_task",
    ).annotate(is_asked_about=Exists(unread))
    return rows.fetch(transfer_id, actor=actor)


def questions_of(transfer: Transfer) -> list[TransferQuestion]:
    """Answer what was asked, in order."""
    rows = transfer.questions.select_related("asked_by__account", "answered_by__account")
    return list(rows.order_by("asked_at", "pk"))


def words_of(
    *, transfer: Transfer, questions: Sequence[TransferQuestion], file: File, actor: Membership, at: datetime
) -> dict[UUID, str]:
    """Answer the words of a transfer that the actor may read, by entry; by the decision of any entry. It leaves a trace."""
    wanted = {transfer.reason_id, transfer.wishes_id, transfer.contact_id, transfer.refusal_words_id}
    wanted |= {pk for one in questions for pk in (one.question_id, one.answer_id)}
    records = file.records_of_entries([pk for pk in wanted if pk])
    try:
        found = sharing.open_records(
            actor=actor, file=file, purpose=_purpose(transfer, actor), at=at, records=records
        )
    except NotVisible:
        return {}
    return {item.id: item.text for item in found}


def _purpose(transfer: Transfer, actor: Membership) -> str:
    """What a danger opens, it opens for the emergency; everything else for what one usually reads for."""
    is_asked = actor.agency_id == transfer.to_programme.lead_agency_id
    return "emergency_response" if is_asked and transfer.basis == "danger" else sharing.purpose_of(actor)


def listed(*, actor: Membership, which: str, after: str = "") -> Page[Transfer]:
    """Answer a page of the transfers of one list, newest first; in one query."""
    rows = Transfer.objects.visible_to(actor).filter(state__in=LISTS[which])
    unread = TransferQuestion.objects.filter(transfer=OuterRef("pk"), answer__isnull=True).order_by()
    rows = rows.select_related("case", "to_programme__lead_agency", "from_programme__lead_agency").annotate(
        is_asked_about=Exists(unread)
    )
    return paging.page(rows, by="-proposed_at", size=TRANSFERS, after=after)


def titles(slugs: Collection[str]) -> list[str]:
    """Answer the names of kinds of information, in the active language."""
    return [localized(one, "title") for slug, one in CATEGORIES.items() if slug in slugs]
