"""The plan of a case: write, agree, print."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms.plans import SECTION_LABELS, PaperForm, PlanForm, plan_title
from egide.cases.lifecycle import PlanState
from egide.cases.models import File, Plan
from egide.cases.presentation.plans import plan_progress, plan_sections
from egide.cases.queries import planning as planned
from egide.cases.queries.casefile import visible_subject_file
from egide.cases.rules.plans import SAFETY
from egide.cases.services import entries, planning
from egide.cases.views.step import do, fetch_supported, noticing, step
from egide.common import clock
from egide.common.errors import NotVisible
from egide.common.http import Request
from egide.common.parsing import uuid_or_none
from egide.sharing import disclosures
from egide.sharing import services as sharing


def _words(request: Request, file: File) -> list[Any]:
    """Answer the versions still in the file, opened for the reader."""
    kind = file.case.programme.protocol.plan
    purpose = "victim_safety" if kind is SAFETY else sharing.purpose_of(request.actor)
    view = sharing.open_file(
        actor=request.actor, file=file, purpose=purpose, at=clock.now(), only=[kind.category]
    )
    return view.form(kind.form)


def _opened(request: Request, file: File) -> tuple[list[Plan], dict[UUID, Any]]:
    """Answer the versions, newest first, and the words of those still in the file."""
    opened = _words(request, file)
    plans = list(Plan.objects.filter(file=file).select_related("written_by__account").order_by("-version"))
    return plans, {item.id: item.content.get("sections", {}) for item in opened}


@require_GET
def plan(request: Request, case_id: UUID) -> HttpResponse:
    """The current plan and the one being written; the former versions, each a link away."""
    case = fetch_supported(request, case_id)
    file = entries.subject_file(case)
    versions = planned.versions(file=file)
    former = [one for one in versions if one.state == PlanState.REPLACED]
    living = [one for one in versions if one.state != PlanState.REPLACED]
    at = clock.now()
    opened, tasks = planned.open_plan(file=file, plans=living, actor=request.actor, at=at)
    kind = case.programme.protocol.plan
    return render(
        request,
        "cases/plan.html",
        {
            "case": case,
            "plans": [
                {
                    "plan": one.plan,
                    "why": one.why,
                    "sections": None if one.sections is None else plan_sections(one.sections),
                }
                for one in opened
            ],
            "former": former,
            "progress": plan_progress(tasks, at=at),
            "title": plan_title(kind),
            "is_safety": kind is SAFETY,
        },
    )


def write(request: Request, case_id: UUID) -> HttpResponse:
    """Write the next version, beginning with the words of the last."""
    file: Any = visible_subject_file(case_id=case_id, actor=request.actor, marks=planned.MARKS)
    case = file.case
    permissions.check_can_support(request.actor, case)
    protocol = case.programme.protocol
    kind = protocol.plan
    form = PlanForm(
        request.POST or None,
        initial=_begun(request, file) if request.method == "GET" else {},
        kind=kind,
        prompts=protocol.plan_parts,
        is_again=file.has_agreed_plan,
    )

    def effect(at: Any) -> str:
        planning.write_plan(
            case_id=case.pk,
            sections=form.sections(),
            made_with=form.cleaned_data["made_with"],
            based_on=form.cleaned_data["based_on"],
            why=form.cleaned_data.get("why", ""),
            actor=request.actor,
            at=at,
        )
        return reverse("cases:plan", args=[case.pk])

    def theirs() -> list[dict[str, Any]]:
        """Open what somebody else wrote meanwhile; what is sent from now on is written having seen it."""
        last = _last(request, file)
        if last is None:
            return []
        form.go_on_from(last.id)
        return plan_sections(last.content.get("sections", {}))

    return step(
        request,
        form=form,
        scope="cases.plan",
        effect=noticing(form, effect),
        draft=("plan", case.pk),
        theirs=theirs,
        template="cases/plan_form.html",
        done=_("The plan was kept as a draft. Agree it with the person to make it the current one.")
        if kind is SAFETY
        else _("The plan was kept as a draft. Once it is agreed, make it the current one."),
        context={"case": case, "is_safety": kind is SAFETY},
    )


def _begun(request: Request, file: Any) -> dict[str, Any]:
    """Answer what the next version begins with: the words of the last; why it was written, while it is a draft."""
    last = _last(request, file)
    if last is None:
        return {}
    content = last.content
    why = content.get("why", "") if last.id == file.plan_draft_id else ""
    return {**content.get("sections", {}), "why": why, "based_on": last.id}


def _last(request: Request, file: File) -> Any:
    """Answer the newest words, opened: each version, and each rewriting of a draft, is an entry of its own."""
    return max(_words(request, file), key=lambda item: (item.created_at, item.id), default=None)


@require_POST
def agree(request: Request, case_id: UUID, plan_id: UUID) -> HttpResponse:
    """Make a draft the current plan."""
    # Before any plan is looked for: whoever may not agree to one does not learn that it is there.
    case = fetch_supported(request, case_id)

    def effect(at: Any) -> str:
        shown = uuid_or_none(request.POST.get("content", ""))
        planning.agree_plan(plan_id=plan_id, content_id=shown, actor=request.actor, at=at)
        return reverse("cases:plan", args=[case.pk])

    return do(request, scope="cases.plan-agree", effect=effect, done=_("This is now the current plan."))


#: What the paper of a plan holds.
_ON_PAPER = ["plan.safety"]
#: Which parts of it were chosen for the last print, by the session's own key.
_PARTS = "plan_parts_on_paper"


def _on_paper(request: Request, case_id: UUID, plan_id: UUID) -> tuple[File, Plan, dict[str, str]]:
    """Answer a version still in the file, opened."""
    case = fetch_supported(request, case_id)
    if (
        case.programme.protocol.plan is not SAFETY
    ):  # a management plan is the team's: it goes out as any other thing does
        raise NotVisible
    file = entries.subject_file(case)
    plans, words = _opened(request, file)
    found = next((p for p in plans if p.pk == plan_id and p.content_id in words), None)
    if found is None:
        raise NotVisible
    file.case = case
    return file, found, words[found.content_id]


def printed(request: Request, case_id: UUID, plan_id: UUID) -> HttpResponse:
    """Before the plan is on paper: what of it, and is it safe to keep? Recording the print leads to the paper."""
    file, found, written = _on_paper(request, case_id, plan_id)
    form = PaperForm(request.POST or None, kind=SAFETY, written=written)

    def effect(at: datetime) -> str:
        made = sharing.record_disclosure(
            actor=request.actor, file=file, categories=_ON_PAPER, method="print", basis="self", at=at
        )
        # Kept in the session: which parts a person asked for is in no address, and in no log.
        request.session[_PARTS] = {"print": str(made.pk), "parts": form.chosen()}
        return reverse("cases:plan-paper", args=[case_id, plan_id, made.pk])

    return step(
        request,
        form=form,
        scope="cases.plan-print",
        effect=effect,
        template="cases/plan_print.html",
        context={
            "case": file.case,
            "plan": found,
            "has_parts": bool(form.fields),
            "never": [SECTION_LABELS[name] for name in SAFETY.never_on_paper if written.get(name)],
        },
    )


@require_GET
def paper(request: Request, case_id: UUID, plan_id: UUID, disclosure_id: UUID) -> HttpResponse:
    """The plan on paper, for the person: a neutral title, no name, no reference. Only after its print was recorded."""
    file, found, said = _on_paper(request, case_id, plan_id)
    row = disclosures.recorded_print(
        disclosure_id=disclosure_id, file=file, categories=_ON_PAPER, actor=request.actor, at=clock.now()
    )
    chosen = request.session.get(_PARTS) or {}
    if row is None or chosen.get("print") != str(disclosure_id):
        return redirect("cases:plan-print", case_id, plan_id)
    parts = {name: said[name] for name in SAFETY.for_paper(said) if name in chosen["parts"]}
    return render(
        request, "cases/plan_paper.html", {"case": file.case, "plan": found, "sections": plan_sections(parts)}
    )
