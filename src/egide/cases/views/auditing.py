"""The audit a team makes of itself, each year: where each programme stands, one audit, one statement, two signatures."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.auditing import AnswerForm
from egide.cases.models import AuditAnswer
from egide.cases.queries import auditing as queries
from egide.cases.services import auditing
from egide.cases.views.quality import tabs
from egide.cases.views.step import do, noticing, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none, whole_number
from egide.common.text import localized


@require_GET
def audits(request: Request) -> HttpResponse:
    """Each programme of the reader's team: when the next audit is due, what is promised, the former ones."""
    permissions.check_can_audit(request.actor)
    at = clock.now()
    return render(
        request,
        "cases/audits.html",
        {
            "standings": queries.standings(actor=request.actor, at=at),
            "actions": queries.open_actions(actor=request.actor),
            "today": clock.today(),
            "tabs": tabs(request.actor, "audits"),
        },
    )


@require_POST
def begin(request: Request, programme_id: UUID) -> HttpResponse:
    """Begin the audit of a programme's team."""

    def effect(at: datetime) -> str:
        made = auditing.begin_audit(programme_id=programme_id, actor=request.actor, at=at)
        return made.get_absolute_url()

    permissions.check_can_audit(request.actor)
    return do(request, scope=f"audit-begin:{programme_id}", effect=effect, done=_("The audit is begun."))


@require_GET
def audit(request: Request, audit_id: UUID) -> HttpResponse:
    """One audit: each statement, what is answered now, and what was answered in the one before."""
    permissions.check_can_audit(request.actor)
    found = queries.opened(actor=request.actor, audit_id=audit_id)
    is_first = found.audit.signed_by_account_id == request.actor.account_id
    return render(
        request,
        "cases/audit.html",
        {
            "opened": found,
            "audit": found.audit,
            "can_sign": found.audit.is_open and found.left == 0 and not is_first,
            "signed_first": is_first,
            "today": clock.today(),
        },
    )


def item(request: Request, audit_id: UUID, statement: str) -> HttpResponse:
    """Answer one statement, with what was answered last year beside."""
    permissions.check_can_audit(request.actor)
    found = queries.opened(actor=request.actor, audit_id=audit_id)
    line = next((one for one in found.lines if one.statement.code == statement), None)
    if line is None:
        raise NotVisible
    team = queries.team_of(found.audit.programme, clock.now()).select_related("account")
    form = AnswerForm(
        request.POST or None, initial=_said(line.answer), team=team.order_by("account__full_name", "pk")
    )

    def effect(at: datetime) -> str:
        data = form.cleaned_data
        auditing.answer_statement(
            audit_id=audit_id,
            statement=statement,
            word=data["word"],
            evidence=data["evidence"],
            action=data["action"],
            action_owner_id=uuid_or_none(data["action_owner"]),
            action_due_on=data["action_due_on"],
            based_on=data["based_on"],
            actor=request.actor,
            at=at,
        )
        return f"{found.audit.get_absolute_url()}#{statement}"

    def theirs() -> list[dict[str, Any]]:
        """What a colleague answered meanwhile; what is sent from now on is written having seen it."""
        if line.answer is None:
            return []
        form.go_on_from(line.answer.pk)
        parts = (
            (_("Answered"), line.answer.get_word_display()),
            (_("What shows it"), line.answer.evidence),
            (_("What will be done"), line.answer.action),
        )
        return [{"label": label, "text": text} for label, text in parts if text]

    return step(
        request,
        form=form,
        scope=f"audit:{audit_id}:{statement}",
        effect=noticing(form, effect),
        draft=(f"audit-{statement}", audit_id),
        theirs=theirs,
        template="cases/audit_item.html",
        done=_("“%(statement)s” is answered.") % {"statement": localized(line.statement, "title")},
        context={"audit": found.audit, "before": found.before, "line": line},
    )


def _said(answer: AuditAnswer | None) -> dict[str, Any]:
    if answer is None:
        return {}
    return {
        "word": answer.word,
        "evidence": answer.evidence,
        "action": answer.action,
        "action_owner": str(answer.action_owner_id or ""),
        "action_due_on": answer.action_due_on,
        "based_on": answer.pk,
    }


@require_POST
def sign(request: Request, audit_id: UUID) -> HttpResponse:
    """Sign the answers as they were shown."""

    def effect(at: datetime) -> str:
        revision = whole_number(request.POST.get("revision", ""))
        return auditing.sign_audit(
            audit_id=audit_id, revision=revision, actor=request.actor, at=at
        ).get_absolute_url()

    permissions.check_can_audit(request.actor)
    return do(request, scope=f"audit-sign:{audit_id}", effect=effect, done=_("You signed this audit."))


@require_POST
def action_done(request: Request, answer_id: UUID) -> HttpResponse:
    """Record that an improvement is made."""

    def effect(at: datetime) -> str:
        auditing.end_action(answer_id=answer_id, actor=request.actor, at=at)
        return reverse("cases:audits")

    permissions.check_can_audit(request.actor)
    return do(
        request,
        scope=f"audit-done:{answer_id}",
        effect=effect,
        done=_("The improvement is recorded as made."),
    )
