"""Returned work in words: what it is, where it stands, and where it is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from egide.assessments import queries as assessments
from egide.assessments import wording
from egide.cases import permissions
from egide.cases.forms.plans import plan_title
from egide.cases.lifecycle import SupervisionState
from egide.cases.models import Case, Supervision
from egide.cases.models.supervision import WorkKind
from egide.cases.queries.supervising import Shown, Work
from egide.partners.models import Membership

#: The tone of the badge of each state.
TONES = {
    SupervisionState.WAITING: "warning",
    SupervisionState.ANSWERED: "info",
    SupervisionState.ACCEPTED: "success",
    SupervisionState.AGAIN: "neutral",
    SupervisionState.TAKEN_BACK: "neutral",
}


def work_of(row: Supervision) -> Any:
    """Answer the piece of work a round is about."""
    return row.assessment or row.plan or row.closure


def work_title(kind: str, work: Any, case: Case) -> str:
    """Name a piece of work, without a word of what it says."""
    if kind == WorkKind.ASSESSMENT:
        made_with = assessments.by_digest({work.definition_id} if work.definition_id else ()).get(
            work.definition_id
        )
        tool = wording.in_language(made_with.short) if made_with else work.instrument
        return _("Assessment: %(tool)s") % {"tool": tool}
    if kind == WorkKind.PLAN:
        title = plan_title(case.programme.protocol.plan)
        return _("%(plan)s, version %(n)s") % {"plan": title, "n": work.version}
    return str(WorkKind.CLOSURE.label)


def _know(works: Iterable[Any]) -> None:
    """Read at once what the assessments among some works were made with: each is then named without a query."""
    assessments.by_digest({digest for work in works if (digest := getattr(work, "definition_id", ""))})


def work_href(kind: str, work: Any, case: Case, actor: Membership) -> str:
    """Answer where it is read; empty where the reader opens no such page."""
    if kind == WorkKind.ASSESSMENT:
        return reverse("cases:assessment", args=[case.pk, work.pk])
    if kind == WorkKind.PLAN:
        return reverse("cases:plan", args=[case.pk]) if permissions.can_support(actor, case) else ""
    return reverse("cases:case", args=[case.pk])


def page(shown: Shown, *, actor: Membership, at: datetime) -> dict[str, Any]:
    """Answer what the page of one case needs."""
    _know([*map(work_of, shown.rows), *(one.work for one in shown.works)])
    return {
        "case": shown.case,
        "at": at,
        "rounds": [_round(row, shown, actor) for row in shown.rows],
        "works": [_work(one, shown.case, actor) for one in shown.works],
        "lists": [("returned", _("Returned work")), ("finished", _("Finished work"))]
        if shown.is_supervisor
        else [],
    }


def _work(one: Work, case: Case, actor: Membership) -> dict[str, Any]:
    return {
        "title": work_title(one.kind, one.work, case),
        "by": one.author.person_name,
        "at": one.at,
        "href": work_href(one.kind, one.work, case, actor),
        "return_href": reverse("cases:supervision-new", args=[case.pk, one.kind.value, one.id]),
    }


def _round(row: Supervision, shown: Shown, actor: Membership) -> dict[str, Any]:
    work, is_own = work_of(row), row.author_account_id == actor.account_id
    can_settle = shown.is_supervisor and not is_own
    return {
        "row": row,
        "title": work_title(row.kind, work, shown.case),
        "href": work_href(row.kind, work, shown.case, actor),
        "tone": TONES[SupervisionState(row.state)],
        "reasons": shown.words.get(row.reasons_id, ""),
        "answer": shown.words.get(row.answer_id, "") if row.answer_id else "",
        "can_answer": row.state == SupervisionState.WAITING and row.author_id == actor.pk,
        # Their work, under another of their hats: it is answered under the one they wore.
        "is_other_hat": is_own and row.author_id != actor.pk and row.state == SupervisionState.WAITING,
        "can_take_back": row.state == SupervisionState.WAITING and can_settle,
        "can_accept": row.state == SupervisionState.ANSWERED and can_settle,
    }


def lines(rows: Sequence[Supervision]) -> list[dict[str, Any]]:
    """Answer the lines of the programme's list."""
    _know(map(work_of, rows))
    return [_line(row) for row in rows]


def _line(row: Supervision) -> dict[str, Any]:
    return {
        "row": row,
        "reference": row.case.reference,
        "title": work_title(row.kind, work_of(row), row.case),
        "href": reverse("cases:supervision", args=[row.case_id]),
        "tone": TONES[SupervisionState(row.state)],
    }
