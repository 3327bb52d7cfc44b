"""Conferences: calling, running, one case a screen."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.cases import permissions
from egide.cases.forms import conferences as forms
from egide.cases.forms.fields import end_of
from egide.cases.lifecycle import ConferenceState
from egide.cases.models import AgendaItem, Case, Conference, Programme
from egide.cases.models.case import programmes_of
from egide.cases.queries import capacity
from egide.cases.queries import conferring as queries
from egide.cases.resuming import draft_address
from egide.cases.services import conferring, drafting
from egide.cases.services.meanwhile import Meanwhile
from egide.cases.views.lists import check_works
from egide.cases.views.step import act, asks_for_drafts, do, drafts_fragment, fill, step
from egide.common import clock, paging
from egide.common.errors import NotVisible, PermissionDenied, Refused
from egide.common.http import Request
from egide.common.parsing import uuid_or_absent, uuid_or_none
from egide.partners.models import Membership
from egide.sharing.rules.sides import is_management_only

#: Sittings on one page, of those to come and of those held.
SITTINGS = 20


@require_GET
def conferences(request: Request) -> HttpResponse:
    """Sittings to come and past."""
    check_works(request)
    at = clock.now()
    visible = Conference.objects.visible_to(request.actor).select_related("programme")
    since = at - timedelta(hours=12)
    rooms = capacity.rooms(actor=request.actor, at=at)
    return render(
        request,
        "cases/conferences.html",
        {
            "coming": paging.page(
                visible.filter(starts_at__gte=since).exclude(state=ConferenceState.CANCELLED),
                by="starts_at",
                size=SITTINGS,
                after=request.GET.get("coming", ""),
            ),
            "past": paging.page(
                visible.filter(starts_at__lt=since),
                by="-starts_at",
                size=SITTINGS,
                after=request.GET.get("past", ""),
            ),
            "can_call": request.actor is not None
            and request.actor.role in ("coordinator", "chair")
            and bool(programmes_of(request.actor)),
            "rooms": rooms,
            "at": at,
        },
    )


def _people(programmes: Any) -> list[Membership]:
    agencies = set(programmes.values_list("lead_agency", flat=True)) | set(
        programmes.values_list("partners", flat=True)
    )
    return list(
        Membership.objects.filter(
            agency__in=agencies, role__in=permissions.WORKING_ROLES, ends_on__isnull=True
        )
        .select_related("agency", "account")
        .order_by("agency__code", "account__full_name", "pk")
    )


def new(request: Request) -> HttpResponse:
    """Call a sitting."""
    if (
        request.actor is None
        or not programmes_of(request.actor)
        or request.actor.role not in ("coordinator", "chair")
    ):
        raise PermissionDenied(_("Only the coordinator or the chair of this programme can do this."))
    programmes = Programme.objects.filter(pk__in=programmes_of(request.actor)).order_by("code")
    people = {str(m.pk): m for m in _people(programmes)}
    form = forms.ConferenceForm(
        request.POST or None,
        programmes=programmes,
        people=[
            (pk, f"{m.person_name}, {m.agency.short_name} ({m.get_role_display()})")
            for pk, m in people.items()
        ],
    )

    def effect(at: Any) -> str:
        data = form.cleaned_data
        made = conferring.call_conference(
            programme_id=data["programme"].pk,
            starts_at=form.starts_at(),
            kind=data["kind"],
            seats=[(people[pk], str(people[pk].role)) for pk in data["people"]],
            actor=request.actor,
            at=at,
        )
        return reverse("cases:conference", args=[made.pk])

    return step(
        request,
        form=form,
        scope="cases.conference-new",
        effect=effect,
        template="cases/conference_form.html",
        done=_("The conference is called."),
        context={"title": _("Call a conference")},
    )


def _fetch(request: Request, conference_id: UUID) -> Conference:
    who = ("locked_by__account", "countersigned_by__account")
    return Conference.objects.select_related("programme__lead_agency", *who).fetch(
        conference_id, actor=request.actor
    )


@require_GET
def conference(request: Request, conference_id: UUID) -> HttpResponse:
    """The agenda, as far as the reader may know, and who is there; the page of one case shows the agenda alone."""
    found = _fetch(request, conference_id)
    at = clock.now()
    if request.htmx:
        lines, _none = queries.agenda(conference=found, actor=request.actor, at=at)
        current = uuid_or_none(request.GET.get("current", ""))
        return render(
            request,
            "cases/_agenda.html",
            {
                "conference": found,
                "items": lines,
                "current": current,
                "is_other_side": is_management_only(request.actor.sector),
            },
        )
    can_run = permissions.can_convene(request.actor, found.programme)
    items, candidates = queries.agenda(conference=found, actor=request.actor, at=at, with_candidates=can_run)
    return render(
        request,
        "cases/conference.html",
        {
            "conference": found,
            "items": items,
            "attendances": queries.attendances(found, actor=request.actor),
            "is_other_side": is_management_only(request.actor.sector),
            "can_run": can_run,
            "candidates": candidates,
            "next_up": next((line for line in items if line.item.discussed_at is None), None),
            "may_countersign": can_run and conferring.may_countersign(found, request.actor),
            "is_cut": len(candidates) == queries.CANDIDATES,
            "owes_part": request.actor.agency_id != found.programme.lead_agency_id,
            "too_many": can_run
            and found.state != ConferenceState.HELD
            and len(items) > found.programme.conference_capacity,
            "at": at,
        },
    )


@require_GET
def conflicts(request: Request, conference_id: UUID) -> HttpResponse:
    """Colleagues who may have a conflict in a case of the agenda: a notice above it, or a page of its own."""
    found = _fetch(request, conference_id)
    permissions.check_can_convene(request.actor, found.programme)
    return render(
        request,
        "cases/_agenda_conflicts.html" if request.htmx else "cases/conference_conflicts.html",
        {
            "conference": found,
            "lines": queries.possible(conference=found, actor=request.actor, at=clock.now()),
        },
    )


def _chosen(request: Request, conference: Conference) -> UUID:
    """The case to put on the agenda: named by its reference where one was typed, or chosen from the list.

    Raises:
        Refused: no case the actor may see, of this programme, has that reference.
    """
    reference = request.POST.get("reference", "").strip()
    if not reference:
        return uuid_or_absent(request.POST.get("case", ""))
    cases = Case.objects.visible_to(request.actor).filter(programme=conference.programme_id)
    pk = cases.filter(reference__iexact=reference).order_by().values_list("pk", flat=True).first()
    if pk is None:
        raise Refused(_("No case of this programme that you may see has this reference."))
    return pk


@require_POST
def run(request: Request, conference_id: UUID) -> HttpResponse:
    """Open, record who is there, put a case on the agenda, lock the minutes or countersign them."""
    found = _fetch(request, conference_id)
    asked = {"conference_id": found.pk, "actor": request.actor}
    what = request.POST.get("do", "")

    def effect(at: Any) -> str:
        if what == "open":
            conferring.open_conference(at=at, **asked)
        elif what == "lock":
            conferring.lock_minutes(at=at, **asked)
        elif what == "countersign":
            conferring.countersign(at=at, **asked)
        elif what == "attendance":
            present = [pk for text in request.POST.getlist("present") if (pk := uuid_or_none(text))]
            conferring.record_attendance(present=present, at=at, **asked)
        elif what == "add":
            conferring.put_on_agenda(case_id=_chosen(request, found), at=at, **asked)
        else:
            raise NotVisible
        return reverse("cases:conference", args=[found.pk])

    done = {
        "open": _("The conference sits."),
        "lock": _("The minutes are locked."),
        "countersign": _("The minutes are countersigned."),
        "attendance": _("Attendance was recorded."),
        "add": _("The case is on the agenda."),
    }
    return do(request, scope="cases.conference-run", effect=effect, done=done.get(what, ""))


def item(request: Request, conference_id: UUID, item_id: UUID) -> HttpResponse:
    """One case of the agenda: each agency's part, the person's wishes, decisions and actions.

    What is agreed alone, when the page's script asks: the line that was typed, and the next one to type in.
    """
    row, files = queries.fetch_item(conference_id=conference_id, item_id=item_id, actor=request.actor)
    found, case = row.conference, row.case
    team, quorum = queries.team_and_quorum(row)
    what = request.POST.get("do", "")
    shown: dict[str, Any] = {
        "decide": forms.DecisionForm(
            request.POST if what == "decide" else None, agencies=[(str(a.pk), a.short_name) for a in team]
        ),
        "part": forms.ContributionForm(request.POST if what == "part" else None),
        "wishes": forms.WishesForm(
            request.POST if what == "wishes" else None, initial={"based_on": row.wishes_id}
        ),
    }
    here = reverse("cases:conference-item", args=[found.pk, row.pk])
    if request.method == "POST":
        answer = _act_on(request, row, what, shown, here)
        if answer is not None:
            return answer
    at = clock.now()
    writing: dict[str, Any] = {
        "conference": found,
        "item": row,
        "here": here,
        **{f"{what}_form": form for what, form in shown.items()},
        "kept": {
            what: {"autosave": draft_address(*_item_draft(row, what)), "saved_at": None} for what in shown
        },
        "can_run": permissions.can_convene(request.actor, found.programme),
        "can_support": permissions.can_support(request.actor, case),
        "can_contribute": permissions.can_contribute(request.actor, case),
    }
    is_sitting = found.state == ConferenceState.OPEN and writing["can_run"]
    if asks_for_drafts(request):
        is_any = _give_back_parts(request, row, shown, writing["kept"])
        return drafts_fragment(request, "cases/_item_typed.html", writing, is_any=is_any)
    screen = queries.screen(item=row, files=files, actor=request.actor, at=at, team=team)
    if is_sitting and what in ("", "decide"):
        _correct(request, screen, shown["decide"])
        if row.taken_up_at or request.htmx:
            shown["decide"].take_focus()
    return render(
        request,
        "cases/_agreed_alone.html" if request.htmx else "cases/conference_item.html",
        {
            **writing,
            "case": case,
            "screen": screen,
            "quorum": quorum,
            "is_sitting": is_sitting,
            "has_live_keys": True,
            "spent": int((at - row.taken_up_at).total_seconds()) if row.taken_up_at else None,
            "at": at,
        },
        # htmx shows no answer that says it is an error: the words would stay with no reason beside them.
        status=422 if request.method == "POST" and not request.htmx else 200,
    )


def _correct(request: Request, screen: queries.Screen, form: forms.DecisionForm) -> None:
    """Put a decision that stands into the line, to be corrected there."""
    asked = uuid_or_none(request.GET.get("correct", ""))
    for one in screen.decisions:
        if one["row"].pk == asked and one["row"].ended_at is None and one["text"]:
            form.initial = {
                "text": one["text"],
                "agency": str(one["row"].agency.pk) if one["row"].agency else "",
                "due_on": timezone.localdate(one["row"].due_at) if one["row"].due_at else None,
                "side": one["row"].side,
                "replaces": asked,
            }


def _give_back_parts(
    request: Request, row: AgendaItem, shown: dict[str, Any], kept: dict[str, dict[str, Any]]
) -> bool:
    """Fill each form with what was typed in it and note when that was kept; answers whether there was any."""
    keys = {what: _item_draft(row, what)[0] for what in shown}
    saved = drafting.open_drafts(forms=keys.values(), subject=row.case_id, actor=request.actor)
    for what, form in shown.items():
        if keys[what] in saved:
            kept[what]["saved_at"] = fill(form, *saved[keys[what]])
    return bool(saved)


def _item_draft(row: AgendaItem, what: str) -> tuple[str, UUID]:
    return f"item-{what}-{row.pk.hex}", row.case_id


def _act_on(
    request: Request, row: AgendaItem, what: str, shown: dict[str, Any], here: str
) -> HttpResponse | None:
    form = shown.get(what)
    asked: dict[str, Any] = {"item_id": row.pk, "actor": request.actor}
    line = f"{here}#line-text"
    if what == "conflict":

        def recused(at: Any) -> str:
            conferring.declare_conflict(at=at, **asked)
            return reverse("cases:conference", args=[row.conference_id])

        return act(
            request, scope="cases.conflict", effect=recused, done=_("Recorded. You no longer see this case.")
        )
    if what == "take-up":

        def begun(at: Any) -> str:
            conferring.take_up(at=at, **asked)
            return here

        return act(request, scope="cases.take-up", effect=begun)
    if what == "withdraw":

        def withdrawn(at: Any) -> str:
            decision = uuid_or_absent(request.POST.get("decision", ""))
            conferring.withdraw_decision(decision_id=decision, at=at, **asked)
            return line

        return act(request, scope="cases.withdraw-decision", effect=withdrawn)
    if form is None or not form.is_valid():
        return None

    def effect(at: Any) -> str:
        data = form.cleaned_data
        if what == "decide":
            conferring.decide(
                text=data["text"],
                action_agency_id=UUID(data["agency"]) if data["agency"] else None,
                action_due_at=end_of(data["due_on"]) if data["due_on"] else None,
                action_side=data["side"],
                replaces_id=data["replaces"],
                at=at,
                **asked,
            )
            return line
        if what == "part":
            conferring.contribute(text=data["text"], kind=data["kind"], at=at, **asked)
        else:
            try:
                conferring.record_wishes(words=data["words"], based_on=data["based_on"], at=at, **asked)
            except Meanwhile:
                # What stands now is on the same page, above.
                form.go_on_from(row.wishes_id)
                raise
        return here

    return act(
        request,
        scope=f"cases.item-{what}",
        effect=effect,
        form=form,
        draft=_item_draft(row, what),
        # A line that was added is in the list beside the next one: no notice on the page after.
        done="" if what == "decide" else _("Recorded."),
    )
