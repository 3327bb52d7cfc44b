"""The case page and the steps of the victim's side."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions, presentation
from egide.cases.forms import casework as forms
from egide.cases.forms.fields import end_of
from egide.cases.forms.safety import take_weapons
from egide.cases.models import ContactAttempt, LevelDecision
from egide.cases.queries import casefile
from egide.cases.services import (
    closing,
    contacting,
    enrolling,
    levels,
    needing,
    noting,
    planning,
    progressing,
    serving,
    tasks,
)
from egide.cases.views import shared
from egide.cases.views.step import do, fetch_case, fetch_supported, noticing, step
from egide.common import clock, paging
from egide.common.errors import NotVisible, Refused
from egide.common.http import Request
from egide.common.paging import Page
from egide.common.text import localized
from egide.partners.models import Agency

#: Attempts to reach a person, on one page.
ATTEMPTS = 20


def _back(case_id: UUID) -> str:
    return reverse("cases:case", args=[case_id])


@require_GET
def case(request: Request, case_id: UUID) -> HttpResponse:
    """One case, as far as the reader may see it; the next deadline first."""
    at = clock.now()
    opened = casefile.open_case(case_id=case_id, actor=request.actor, at=at)
    context = presentation.case_context(
        opened, actor=request.actor, at=at, shows_all=request.GET.get("all") == "1"
    )
    return render(request, "cases/case.html", context)


def safe_contact(request: Request, case_id: UUID) -> HttpResponse:
    """Record what the person says is safe."""
    found = fetch_supported(request, case_id)
    begun = {} if request.method == "POST" else {"based_on": contacting.last_rule(found.pk)}
    form = forms.SafeContactForm(request.POST or None, initial=begun)

    def effect(at: Any) -> str:
        contacting.record_safe_contact(
            case_id=found.pk,
            answers=form.answers(),
            based_on=form.cleaned_data["based_on"],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:contact", args=[found.pk])

    return step(
        request,
        form=form,
        scope="cases.safe-contact",
        effect=noticing(form, effect),
        theirs=lambda: shared.rule(request, form, found),
        draft=("safe-contact", found.pk),
        template="cases/safe_contact.html",
        done=_("What is safe was recorded."),
        context={"case": found},
    )


def contact(request: Request, case_id: UUID) -> HttpResponse:
    """Pass the gate before reaching the person; then say how it ended."""
    at = clock.now()
    file = casefile.visible_subject_file(case_id=case_id, actor=request.actor)
    found = file.case
    permissions.check_can_support(request.actor, found)
    form = forms.ContactForm(request.POST or None)

    def effect(now: Any) -> str:
        contacting.begin_contact(case_id=found.pk, actor=request.actor, at=now, **form.cleaned_data)
        return reverse("cases:contact", args=[found.pk])

    rule = contacting.current_rule(file=file, actor=request.actor, at=at)
    tried = file.contact_attempts.select_related("by__account")
    attempts = paging.page(tried, by="-at", size=ATTEMPTS, after=request.GET.get("from", ""))
    return step(
        request,
        form=form,
        scope="cases.contact",
        effect=effect,
        template="cases/contact.html",
        done=_("The contact may begin. Say afterwards how it ended."),
        context={
            "case": found,
            "rule": presentation.contact_context(rule, at=at, interpreter=needing.interpreter_of(file)),
            "attempts": [presentation.attempt_line(a) for a in attempts.rows],
            "page": attempts,
            "open_attempt": _open_attempt(request, tried, attempts),
            "outcome_form": forms.OutcomeForm(),
        },
    )


def _open_attempt(
    request: Request, tried: QuerySet[ContactAttempt], page: Page[ContactAttempt]
) -> ContactAttempt | None:
    """The reader's own attempt that has no end yet; asked for only where it may be on another page."""
    found = next((one for one in page.rows if not one.outcome and one.by_id == request.actor.pk), None)
    if found is None and (page.next or page.is_later):
        found = tried.filter(outcome="", by=request.actor).order_by("-at", "-pk").first()
    return found


@require_POST
def contact_ended(request: Request, case_id: UUID, attempt_id: UUID) -> HttpResponse:
    """Record how an attempt ended."""
    found = fetch_case(request, case_id)
    form = forms.OutcomeForm(request.POST)

    def effect(at: Any) -> str:
        contacting.end_contact(
            case_id=found.pk,
            attempt_id=attempt_id,
            outcome=form.data.get("outcome", ""),
            actor=request.actor,
            at=at,
        )
        return _back(found.pk)

    return do(request, scope="cases.contact-ended", effect=effect, done=_("The attempt was recorded."))


def eligibility(request: Request, case_id: UUID) -> HttpResponse:
    """Equal doors, one decision by a person."""
    found = fetch_case(request, case_id)
    permissions.check_can_coordinate(request.actor, found)
    at = clock.now()
    doors = enrolling.doors_of(case=found, actor=request.actor, at=at)
    form = forms.EligibilityForm(
        request.POST or None,
        doors=[(f.door.code, localized(f.door, "title")) for f in doors],
        initial={} if request.method == "POST" else {"based_on": enrolling.last_decision(found.pk)},
    )

    def effect(now: Any) -> str:
        data = form.cleaned_data
        enrolling.decide_eligibility(
            case_id=found.pk,
            is_eligible=data["is_eligible"] == "yes",
            doors=data["doors"],
            reasons=data["reasons"],
            based_on=data["based_on"],
            actor=request.actor,
            at=now,
        )
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.eligibility",
        effect=noticing(form, effect),
        theirs=lambda: shared.eligibility(request, form, found),
        draft=("eligibility", found.pk),
        template="cases/eligibility.html",
        done=_("Your decision was recorded."),
        context={"case": found, "doors": presentation.door_lines(doors)},
    )


def level(request: Request, case_id: UUID) -> HttpResponse:
    """Set the level of concern, or propose a lower one."""
    found = fetch_supported(request, case_id)
    begun = {} if request.method == "POST" else {"based_on": levels.last_decision(found.pk)}
    form = forms.LevelForm(request.POST or None, initial=begun, protocol=found.programme.protocol)

    def effect(at: Any) -> str:
        levels.set_level(case_id=found.pk, actor=request.actor, at=at, **form.cleaned_data)
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.level",
        effect=noticing(form, effect),
        theirs=lambda: shared.level(request, form, found),
        draft=("level", found.pk),
        done=_("The level was recorded."),
        context={
            "case": found,
            "title": _("Level of concern"),
            "lead": _(
                "You set it, with your reasons. A lower level waits for a second person. No score sets it."
            ),
            "submit": _("Record the level"),
        },
    )


@require_POST
def level_answer(request: Request, case_id: UUID, decision_id: UUID) -> HttpResponse:
    """Confirm or refuse a lowered level, as a second person."""
    found = fetch_case(request, case_id)
    if not LevelDecision.objects.filter(pk=decision_id, case=found).order_by().exists():
        raise NotVisible

    def effect(at: Any) -> str:
        levels.answer_level(
            decision_id=decision_id,
            is_confirmed=request.POST.get("answer") == "confirm",
            actor=request.actor,
            at=at,
        )
        return _back(found.pk)

    return do(request, scope="cases.level-answer", effect=effect, done=_("Your answer was recorded."))


def note(request: Request, case_id: UUID) -> HttpResponse:
    """Add what the agency knows."""
    at = clock.now()
    found = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, found)
    files = presentation.known_files(found, actor=request.actor, at=at)
    form = forms.NoteForm(request.POST or None, files=files)

    def effect(now: Any) -> str:
        data = dict(form.cleaned_data)
        noting.add_note(
            case_id=found.pk, file_id=UUID(data.pop("about")), actor=request.actor, at=now, **data
        )
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.note",
        effect=effect,
        draft=("note", found.pk),
        done=_("What you added is in the file."),
        context={
            "case": found,
            "title": _("Add to the file"),
            "lead": _("It is held by your agency and bound by your agency’s law, wherever it is read."),
            "submit": _("Add to the file"),
        },
    )


def served(request: Request, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Record that an order was served: from then on the side it binds may know of it."""
    found = fetch_case(request, case_id)
    order = serving.find_order(case_id=found.pk, entry_id=entry_id, actor=request.actor, at=clock.now())
    form = forms.ServedForm(request.POST or None)

    def effect(at: Any) -> str:
        serving.record_service(
            case_id=found.pk, entry_id=order.pk, actor=request.actor, at=at, **form.cleaned_data
        )
        return _back(found.pk)

    if order.is_served and request.method != "POST":
        raise Refused(_("This order is recorded as served already."))
    return step(
        request,
        form=form,
        scope="cases.served",
        effect=effect,
        done=_("It is recorded that the order was served."),
        context={
            "case": found,
            "title": _("An order was served"),
            "lead": _(
                "From then on, those who work with the person it binds see it as far as the rules let them. "
                "This cannot be taken back: what they read stays read."
            ),
            "submit": _("Record that it was served"),
        },
    )


def task(request: Request, case_id: UUID) -> HttpResponse:
    """Give an agency something to do."""
    found = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, found)
    team = Agency.objects.filter(pk__in=tasks.team_agencies(found)).order_by("code")
    form = forms.TaskForm(request.POST or None, agencies=[(str(a.pk), str(a)) for a in team])

    def effect(at: Any) -> str:
        data = form.cleaned_data
        tasks.add_task(
            case_id=found.pk,
            text=data["text"],
            side=data["side"],
            agency_id=UUID(data["agency"]),
            due_at=end_of(data["due_on"]),
            actor=request.actor,
            at=at,
        )
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.task",
        effect=effect,
        draft=("task", found.pk),
        done=_("The task was added."),
        context={"case": found, "title": _("Add a task"), "submit": _("Add the task")},
    )


@require_POST
def task_done(request: Request, case_id: UUID, task_id: UUID) -> HttpResponse:
    """Say how a task ended."""
    found = fetch_case(request, case_id)

    def effect(at: Any) -> str:
        progressing.finish_task(
            task_id=task_id, outcome=request.POST.get("outcome", "done"), actor=request.actor, at=at
        )
        my_day = reverse("cases:my-day")
        return my_day if request.POST.get("next") == my_day else _back(found.pk)

    return do(request, scope="cases.task-done", effect=effect, done=_("The task was ended."))


def review(request: Request, case_id: UUID) -> HttpResponse:
    """Record a review."""
    found = fetch_supported(request, case_id)
    form = forms.ReviewForm(request.POST or None)

    def effect(at: Any) -> str:
        data = dict(form.cleaned_data)
        tasks.record_review(
            case_id=found.pk, weapons=take_weapons(data), text=data["text"], actor=request.actor, at=at
        )
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.review",
        effect=effect,
        draft=("review", found.pk),
        done=_("The review was recorded. The date of the next one follows the level in force."),
        context={"case": found, "title": _("Review"), "submit": _("Record the review")},
    )


def help_given(request: Request, case_id: UUID) -> HttpResponse:
    """Record legal information given, or a service named."""
    found = fetch_supported(request, case_id)
    form = forms.HelpForm(request.POST or None)

    def effect(at: Any) -> str:
        planning.record_help(case_id=found.pk, actor=request.actor, at=at, **form.cleaned_data)
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.help",
        effect=effect,
        draft=("help", found.pk),
        done=_("Recorded."),
        context={"case": found, "title": _("Help given"), "submit": _("Record")},
    )


def close(request: Request, case_id: UUID) -> HttpResponse:
    """Close a case."""
    found = fetch_case(request, case_id)
    permissions.check_can_coordinate(request.actor, found)
    form = forms.ClosureForm(request.POST or None, protocol=found.programme.protocol)

    def effect(at: Any) -> str:
        data = dict(form.cleaned_data)
        closing.close_case(case_id=found.pk, weapons=take_weapons(data), actor=request.actor, at=at, **data)
        return _back(found.pk)

    days = found.programme.protocol.closed_days
    return step(
        request,
        form=form,
        scope="cases.close",
        effect=effect,
        draft=("close", found.pk),
        done=_("The case is closed."),
        context={
            "case": found,
            "title": _("Close the case"),
            "lead": _(
                "Partners stop seeing it at once. The file is kept %(days)s days, unless it is reopened; "
                "then it is due to be destroyed. This version does not destroy it by itself."
            )
            % {"days": days},
            "submit": _("Close the case"),
        },
    )


def reopen(request: Request, case_id: UUID) -> HttpResponse:
    """Reopen a closed case."""
    found = fetch_case(request, case_id)
    permissions.check_can_coordinate(request.actor, found)
    form = forms.ReopenForm(request.POST or None)

    def effect(at: Any) -> str:
        closing.reopen_case(case_id=found.pk, actor=request.actor, at=at, **form.cleaned_data)
        return _back(found.pk)

    return step(
        request,
        form=form,
        scope="cases.reopen",
        effect=effect,
        draft=("reopen", found.pk),
        done=_("The case is open again. Consent is asked again."),
        context={"case": found, "title": _("Reopen the case"), "submit": _("Reopen the case")},
    )
