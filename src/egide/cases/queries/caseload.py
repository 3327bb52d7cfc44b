"""Lists of cases: keyset pages ordered by next date, and counts that stop counting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

from egide.cases.lifecycle import Level, State
from egide.cases.models import Case
from egide.cases.models.case import has_cases_elsewhere, programmes_of
from egide.cases.queries.rows import Row, knows_dates, named, with_name
from egide.common.paging import Place, decode_place, encode_place
from egide.partners.models import Membership
from egide.sharing import queries as sharing_queries

PAGE = 25
#: Counts stop here and say "100 or more": what a person does with a longer list does not change.
COUNT_LIMIT = 100


@dataclass(frozen=True)
class Filters:
    """What the reader asked to see; empty means everything open."""

    state: str = ""
    level: str = ""
    lead: str = ""
    is_late: bool = False
    is_closed: bool = False

    @classmethod
    def read(cls, data: Any) -> "Filters":
        """Read a query string; anything unknown is left out."""
        state, level, lead = data.get("state", ""), data.get("level", ""), data.get("lead", "")
        return cls(
            state=state if state in State.values else "",
            level=level if level in Level.values else "",
            lead=lead if lead in ("me", "none") else "",
            is_late=data.get("late") == "1",
            is_closed=data.get("closed") == "1",
        )

    def apply(self, cases: QuerySet[Case], *, actor: Membership, at: datetime) -> QuerySet[Case]:
        """Narrow a list."""
        stage: Any = {"state": self.state} if self.state else {"is_open": not self.is_closed}
        cases = cases.filter(**stage)
        if self.level:
            cases = cases.filter(level=self.level)
        if self.lead:
            cases = cases.filter(lead=actor if self.lead == "me" else None)
        if self.is_late:
            # No case is without a state: who may not know the dates is told of no late one.
            cases = cases.filter(next_due_at__lt=at) if knows_dates(actor) else cases.filter(state="")
        return cases


@dataclass
class CasePage:
    """One page of a list: its rows, and where the pages beside it begin."""

    rows: list[Row]
    next_cursor: str = ""
    previous_cursor: str = ""


def _scopes(actor: Membership) -> Sequence[QuerySet[Case]]:
    """The actor's cases as one list a programme, each served by one index, and those assigned from elsewhere."""
    clear = sharing_queries.not_recused(actor, case_ref="pk")
    programmes = programmes_of(actor)
    scopes = [Case.objects.filter(clear, programme_id=pk) for pk in programmes]
    if has_cases_elsewhere(actor):
        assigned = Case.objects.filter(clear, pk__in=sharing_queries.assigned_case_ids(actor))
        scopes.append(assigned.exclude(programme_id__in=programmes) if programmes else assigned)
    return scopes


def _after(cases: QuerySet[Case], place: Place | None, *, by_date: bool) -> QuerySet[Case]:
    is_back = bool(place and place[2])
    if not by_date:
        if place:
            cases = cases.filter(pk__lt=place[1]) if is_back else cases.filter(pk__gt=place[1])
        return cases.order_by("-id" if is_back else "id")
    order = ("-next_due_at", "-id") if is_back else ("next_due_at", "id")
    if place:
        due, pk, _back = place
        if due is None:  # closed cases have no date: by identifier alone
            cases = (
                cases.filter(next_due_at__isnull=True, pk__lt=pk)
                if is_back
                else cases.filter(next_due_at__isnull=True, pk__gt=pk)
            )
        elif is_back:
            cases = cases.filter(Q(next_due_at__lt=due) | Q(next_due_at=due, pk__lt=pk), next_due_at__lte=due)
        else:
            cases = cases.filter(Q(next_due_at__gt=due) | Q(next_due_at=due, pk__gt=pk), next_due_at__gte=due)
    return cases.order_by(*order)


def caseload(
    *, actor: Membership, filters: Filters, at: datetime, cursor: str = "", is_last: bool = False
) -> CasePage:
    """Answer one page of the actor's cases, nearest date first; the cost does not grow with the list.

    On the other side, where dates are not told, oldest first.

    Args:
        cursor: a place given by a former page; an unknown one answers the first page.
        is_last: the last page instead.
    """
    place = decode_place(cursor) if cursor else None
    found: list[Case] = []
    by_date = knows_dates(actor)
    for scope in _scopes(actor):
        wanted = filters.apply(scope, actor=actor, at=at)
        if is_last:
            wanted = wanted.order_by(*(("-next_due_at", "-id") if by_date else ("-id",)))
        else:
            wanted = _after(wanted, place, by_date=by_date)
        # The page is chosen before its names are brought: joined first, every case would bring its own.
        found += with_name(Case.objects.filter(pk__in=wanted.values("pk")[: PAGE + 1]), actor).order_by()
    is_back = is_last or bool(place and place[2])
    found.sort(key=_order if by_date else _by_age, reverse=is_back)
    has_more = len(found) > PAGE
    page = found[:PAGE]
    if is_back:
        page.reverse()
    rows = named(page, actor=actor, at=at)
    return CasePage(
        rows=rows,
        next_cursor=_place_of(page[-1], is_back=False)
        if page and (has_more or is_back) and not is_last
        else "",
        previous_cursor=_place_of(page[0], is_back=True)
        if page and ((is_back and has_more) or (place and not is_back))
        else "",
    )


def _place_of(case: Case, *, is_back: bool) -> str:
    return encode_place(case.next_due_at, case.pk, is_back=is_back)


def _order(case: Case) -> tuple[float, UUID]:
    return (case.next_due_at.timestamp() if case.next_due_at else 0.0, case.pk)


def _by_age(case: Case) -> UUID:
    return case.pk


def counts(*, actor: Membership, at: datetime) -> dict[str, int]:
    """Answer how many open cases are late, and led by the actor, each counted up to the limit, in one query."""
    asked = {"late": Filters(is_late=True), "mine": Filters(lead="me")}
    parts: list[str] = []
    params: list[Any] = []
    scopes = _scopes(actor)
    for filters in asked.values():
        subqueries = []
        for scope in scopes:
            limited = (
                filters.apply(scope, actor=actor, at=at)
                .order_by()
                .values_list("pk", flat=True)[: COUNT_LIMIT + 1]
            )
            try:
                sql, values = limited.query.sql_with_params()
            except EmptyResultSet:  # a role that works on no case
                continue
            subqueries.append(f"(SELECT COUNT(*) FROM ({sql}) counted)")  # noqa: S608 - our own query sets, with parameters
            params += values
        parts.append(" + ".join(subqueries) or "0")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        row = cursor.fetchone()
    return {name: min(value, COUNT_LIMIT) for name, value in zip(asked, row, strict=True)}
