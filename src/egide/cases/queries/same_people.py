"""Questions whether two files are of one person, with what is known of both: for the team that leads both cases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from egide.cases import permissions
from egide.cases.models import Case, Entry, File, SameAnswer, SamePerson, SamePersonAnswer
from egide.cases.models.case import programmes_of
from egide.cases.queries import matching
from egide.cases.queries.matching import Likeness, Somebody, Sought
from egide.cases.rules.matching import Comparison, compare
from egide.common import paging
from egide.common.errors import NotVisible
from egide.common.paging import Page
from egide.partners.models import Membership
from egide.sharing import services as sharing

PAGE = 25


def changed_since_answer() -> Exists:
    """Answer the condition that who one of the two is was written anew after the answer."""
    written = Entry.objects.filter(
        Q(file=OuterRef("first")) | Q(file=OuterRef("second")),
        form__in=matching.FORMS,
        created_at__gt=OuterRef("answered_at"),
    )
    return Exists(written.order_by())


def _own_cases(actor: Membership) -> QuerySet[Any]:
    own = Case.objects.visible_to(actor).filter(programme__in=programmes_of(actor))
    return own.order_by().values("pk")


def _seen_by(actor: Membership) -> QuerySet[SamePerson]:
    """Questions of the reader's own programmes, in which they are kept out of neither case."""
    scope = _own_cases(actor)
    return SamePerson.objects.filter(agency=actor.agency_id, first_case__in=scope, second_case__in=scope)


@dataclass(frozen=True)
class Line:
    """One question as it is shown: the other person, how alike the two are, what was answered."""

    mine: UUID
    theirs: UUID
    case: Case
    somebody: Somebody | None
    comparison: Comparison | None
    question: SamePerson | None

    @property
    def is_linked(self) -> bool:
        return self.question is not None and self.question.answer == SameAnswer.SAME


@dataclass(frozen=True)
class OfCase:
    """What is asked of the people of one case."""

    linked: list[Line] = field(default_factory=list)
    asked: list[Line] = field(default_factory=list)
    set_aside: list[Line] = field(default_factory=list)


def of_case(*, case: Case, actor: Membership, at: datetime) -> OfCase:
    """Look for the people of a case among those this reader may read, and say what was answered already.

    What was set aside is asked again once something of who one of the two is was written since.
    """
    likely = matching.of_case(case=case, actor=actor, at=at)
    rows = (
        _seen_by(actor)
        .filter(Q(first_case=case) | Q(second_case=case))
        .annotate(has_changed=changed_since_answer())
        .select_related("answered_by__account", "first_case", "second_case")
        .order_by("asked_at", "pk")
    )
    questions = {frozenset((row.first_id, row.second_id)): row for row in rows}
    found = OfCase()
    for one in likely:
        mine = cast(Somebody, one.sought).file.pk
        question = questions.pop(frozenset((mine, one.found.file.pk)), None)
        line = Line(mine, one.found.file.pk, one.found.file.case, one.found, one.comparison, question)
        _placed(found, line)
    for question in questions.values():
        is_first = question.first_case_id == case.pk
        mine, theirs = (question.first_id, question.second_id)[:: 1 if is_first else -1]
        other = question.second_case if is_first else question.first_case
        if question.answer:
            _placed(found, Line(mine, theirs, other, None, None, question))
    return found


def _placed(found: OfCase, line: Line) -> None:
    question = line.question
    if line.is_linked:
        found.linked.append(line)
    elif question is not None and question.answer == SameAnswer.NOT_SAME and not _has_changed(question):
        found.set_aside.append(line)
    elif line.comparison is not None:
        found.asked.append(line)


def _has_changed(question: SamePerson) -> bool:
    return bool(getattr(question, "has_changed", False))


def typed(*, people: Sequence[Sought], actor: Membership, at: datetime) -> list[Likeness]:
    """Look for people who are being typed, before anything is sent, among those this reader may read."""
    return matching.alike(people, actor=actor, at=at)


@dataclass(frozen=True)
class Waiting:
    """One question of the list, with both people."""

    question: SamePerson
    first: Somebody
    second: Somebody
    comparison: Comparison


@dataclass(frozen=True)
class WaitingPage:
    """One page of the questions that wait; how many of them are unlikely now that both are read, or not to be read."""

    page: Page[SamePerson]
    lines: list[Waiting]

    @property
    def left_out(self) -> int:
        return len(self.page.rows) - len(self.lines)


def waiting(*, actor: Membership, at: datetime, after: str = "") -> WaitingPage:
    """Return the questions that wait in the reader's own programmes, oldest first: nobody answered, or was not sure."""
    rows = _seen_by(actor).filter(answer__in=("", SameAnswer.NOT_SURE)).select_related("answered_by__account")
    page = paging.page(rows, by="asked_at", size=PAGE, after=after)
    known = _open(actor, [pk for row in page.rows for pk in (row.first_id, row.second_id)], at)
    lines = []
    for row in page.rows:
        first, second = known.get(row.first_id), known.get(row.second_id)
        if first is None or second is None:
            continue
        comparison = compare(first.known, second.known)
        if comparison.is_worth_asking:
            lines.append(Waiting(row, first, second, comparison))
    return WaitingPage(page, lines)


def _open(actor: Membership, files: Collection[UUID], at: datetime) -> dict[UUID, Somebody]:
    """Open who these are, in the reader's scope."""
    if not files:
        return {}
    return {one.file.pk: one for one in matching.open_people(list(files), actor=actor, at=at)}


@dataclass(frozen=True)
class Pair:
    """Two people side by side, with everything said of them."""

    mine: Somebody
    theirs: Somebody
    comparison: Comparison
    question: SamePerson | None
    #: Each answer with its reason, newest first.
    answers: list[tuple[SamePersonAnswer, str]]
    can_decide: bool

    @property
    def is_linked(self) -> bool:
        return self.question is not None and self.question.answer == SameAnswer.SAME


def pair(*, file_id: UUID, other_id: UUID, actor: Membership, at: datetime) -> Pair:
    """Open two people of the reader's own programmes side by side.

    Raises:
        NotVisible: one of them is not there to read, or the two are never compared.
    """
    both = File.objects.filter(pk__in=(file_id, other_id), case__in=_own_cases(actor)).order_by().values("pk")
    known = {one.file.pk: one for one in matching.open_people(both, actor=actor, at=at)}
    mine, theirs = known.get(file_id), known.get(other_id)
    if (
        mine is None
        or theirs is None
        or mine.file.case_id == theirs.file.case_id
        or mine.side != theirs.side
        or not mine.keepers.may_meet(theirs.keepers)
    ):
        raise NotVisible
    first, second = sorted((file_id, other_id))
    rows = SamePersonAnswer.objects.filter(
        pair__first=first, pair__second=second, pair__agency=actor.agency_id
    )
    said = list(rows.select_related("by__account", "pair").order_by("-at", "-pk"))
    return Pair(
        mine,
        theirs,
        compare(mine.known, theirs.known),
        said[0].pair if said else None,
        list(zip(said, sharing.open_team_words(actor=actor, rows=said), strict=True)),
        all(permissions.can_coordinate(actor, one.file.case) for one in (mine, theirs)),
    )
