"""The decision table, for privacy officers: read it, propose a change, see what it would change, answer a proposal."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases.forms.tables import ProposeForm, RefuseForm, RowForm, WhereForm
from egide.cases.queries import previewing
from egide.cases.queries import tables as queries
from egide.cases.resuming import draft_address
from egide.cases.views.step import SHOWN_AGAIN, act, do, give_back
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.sharing import proposing
from egide.sharing import tables as versions
from egide.sharing.models import TableState, TableVersion
from egide.sharing.permissions import check_privacy_officer
from egide.sharing.rules.editing import rows_of
from egide.sharing.rules.levels import Level
from egide.sharing.rules.table import LETTERS
from egide.sharing.wording import BASES, WHEN, ChangeLine, row_title

#: The basis the page opens on.
FIRST_BASIS = "consent"


def _basis(said: str) -> str:
    if said not in BASES:
        raise NotVisible
    return said


@require_GET
def table(request: Request) -> HttpResponse:
    """The table in force, one basis at a time, with what waits and what came before."""
    found = queries.standing(actor=request.actor, after=request.GET.get("from", ""))
    basis = _basis(request.GET.get("basis", FIRST_BASIS))
    opened, shut = queries.rows_on(basis, found.table) if found.table else ([], [])
    address = reverse("cases:table")
    return render(
        request,
        "cases/table.html",
        {
            "found": found,
            "basis": basis,
            "basis_title": BASES[basis],
            "when": WHEN[basis],
            "tabs": [
                {"text": title, "href": f"{address}?{urlencode({'basis': code})}", "current": code == basis}
                for code, title in BASES.items()
            ],
            "opened": opened,
            "shut": shut,
            "due_at": proposing.due_at(found.waiting) if found.waiting else None,
            "at": clock.now(),
        },
    )


def _asked(given: QueryDict) -> queries.Asked:
    return queries.asked(back=given.get("back", ""), cells=given.getlist("cell"))


@require_GET
def row(request: Request) -> HttpResponse:
    """Choose what each sector may have of one kind of information on one basis."""
    check_privacy_officer(request.actor)
    if "row" not in request.GET:
        return redirect("cases:table")
    asked = _asked(request.GET)
    draft = proposing.drafted(cells=asked.cells, back_to=asked.back_to, actor=request.actor)
    basis, code = _basis(request.GET.get("basis", "")), request.GET.get("row", "")
    cells = queries.choices(basis=basis, row=code, draft=draft)
    return render(
        request,
        "cases/table_row.html",
        {
            "asked": asked,
            "basis": basis,
            "row": code,
            "basis_title": BASES[basis],
            "row_title": row_title(code),
            "when": WHEN[basis],
            "form": RowForm(cells=cells),
            "fixed": [one for one in cells if one.is_fixed],
        },
    )


def _with_row(given: QueryDict, asked: queries.Asked) -> queries.Asked:
    """Add the row a form of `row` sent."""
    levels = {
        name.removeprefix("to_"): Level(LETTERS.index(letter))
        for name, letter in given.items()
        if name.startswith("to_") and letter in LETTERS
    }
    return asked.with_row(given.get("basis", ""), given.get("row", ""), levels)


def change(request: Request) -> HttpResponse:
    """The change as chosen so far, what it would change for whom, and the reason to propose it with."""
    check_privacy_officer(request.actor)
    given = request.POST if request.method == "POST" else request.GET
    asked = _asked(given)
    is_chosen = "row" in given
    if is_chosen:
        asked = _with_row(given, asked)
    draft = proposing.drafted(cells=asked.cells, back_to=asked.back_to, actor=request.actor)
    lines = [ChangeLine(one) for one in draft.changes]
    asked = asked.only(lines)
    if is_chosen and request.method != "POST":
        # An address that can be read again, and no longer than it must.
        return redirect(f"{reverse('cases:table-change')}?{asked.query}")
    form = ProposeForm(request.POST if request.method == "POST" else None)
    kept = ("table-change", None)
    saved_at = give_back(request, form, kept) if request.method != "POST" else None

    def effect(at: datetime) -> str:
        made = proposing.propose(
            cells=asked.cells,
            back_to=asked.back_to,
            based_on=_number(request.POST.get("based_on", "")),
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:table-version", args=[made.pk])

    if form.is_bound and form.is_valid():
        done = _("Proposed. Another privacy officer answers it.")
        answer = act(request, scope="cases.table_change", effect=effect, form=form, draft=kept, done=done)
        if answer is not None:
            return answer
    return render(
        request,
        "cases/table_change.html",
        {
            "form": form,
            "autosave": draft_address(*kept),
            "draft_saved_at": saved_at,
            **_change_context(request, asked, draft, lines),
        },
        status=SHOWN_AGAIN if form.is_bound and form.errors else 200,
    )


def _number(said: str) -> int:
    if not said.isdecimal():
        raise NotVisible
    return int(said)


def _change_context(
    request: Request, asked: queries.Asked, draft: proposing.Draft, lines: list[ChangeLine]
) -> dict[str, Any]:
    made = versions.read(content=draft.content, number=0)
    codes = list(dict.fromkeys(code for basis in BASES for code in rows_of(basis, made)))
    return {
        "asked": asked,
        "lines": [
            {
                "line": line,
                "without": asked.without(line.change.cell).query,
                "is_chosen": line.change.cell in asked.cells,
            }
            for line in lines
        ],
        "is_empty": not lines,
        "waiting": TableVersion.objects.filter(state=TableState.PROPOSED).order_by().first(),
        "others": proposing.others(request.actor.account_id, at=clock.now()),
        "based_on": draft.based_on,
        "where": WhereForm(
            rows=sorted(((code, row_title(code)) for code in codes), key=lambda one: one[1]),
            auto_id="where_%s",
        ),
        "preview": previewing.preview(
            base=draft.base, content=draft.content, changes=draft.changes, actor=request.actor, at=clock.now()
        )
        if lines
        else None,
    }


@require_GET
def version(request: Request, version_id: UUID) -> HttpResponse:
    """One version or proposal: who, when, why, what; and, while it waits, what it would change."""
    return _show(request, queries.seen(version_id=version_id, actor=request.actor), RefuseForm())


def _show(request: Request, found: queries.Seen, form: RefuseForm) -> HttpResponse:
    at, one = clock.now(), found.version
    is_mine = one.proposed_by_account_id == request.actor.account_id
    preview = None
    if one.is_open and not found.is_damaged:
        preview = previewing.preview(
            base=found.base,
            content=one.content,
            changes=[line.change for line in found.lines],
            actor=request.actor,
            at=at,
        )
    return render(
        request,
        "cases/table_version.html",
        {
            "found": found,
            "version": one,
            "preview": preview,
            "is_mine": is_mine,
            "others": proposing.others(request.actor.account_id, at=at) if is_mine and one.is_open else {},
            "form": form,
            "at": at,
        },
        status=SHOWN_AGAIN if form.is_bound and form.errors else 200,
    )


@require_POST
def approve(request: Request, version_id: UUID) -> HttpResponse:
    """Approve what another privacy officer proposed."""
    check_privacy_officer(request.actor)

    def effect(at: datetime) -> str:
        proposing.approve(version_id=version_id, actor=request.actor, at=at)
        return reverse("cases:table")

    return do(
        request,
        scope=f"table-approve:{version_id}",
        effect=effect,
        done=_("In force. Every decision from now on is made by it."),
    )


@require_POST
def refuse(request: Request, version_id: UUID) -> HttpResponse:
    """Refuse what another privacy officer proposed, and say why."""
    check_privacy_officer(request.actor)
    form = RefuseForm(request.POST)

    def effect(at: datetime) -> str:
        proposing.refuse(
            version_id=version_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        )
        return reverse("cases:table-version", args=[version_id])

    if form.is_valid():
        answer = act(
            request,
            scope=f"table-refuse:{version_id}",
            effect=effect,
            form=form,
            done=_("Refused. Nothing changes."),
        )
        if answer is not None:
            return answer
    return _show(request, queries.seen(version_id=version_id, actor=request.actor), form)


@require_POST
def withdraw(request: Request, version_id: UUID) -> HttpResponse:
    """Withdraw one's own proposal."""
    check_privacy_officer(request.actor)

    def effect(at: datetime) -> str:
        proposing.withdraw(version_id=version_id, actor=request.actor, at=at)
        return reverse("cases:table")

    return do(
        request, scope=f"table-withdraw:{version_id}", effect=effect, done=_("Withdrawn. Nothing changes.")
    )
