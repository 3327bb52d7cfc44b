"""What cannot wait: a critical development, and the emergency conference two clicks from the case."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from egide.cases import permissions, presentation
from egide.cases.forms.conferences import EmergencyForm
from egide.cases.forms.developments import DevelopmentForm
from egide.cases.lifecycle import State
from egide.cases.queries import inviting
from egide.cases.services import conferring, developments
from egide.cases.views.step import fetch_case, step
from egide.common import clock, dates
from egide.common.errors import NotVisible, Refused
from egide.common.http import Request


def development(request: Request, case_id: UUID) -> HttpResponse:
    """Record that something happened that reopens review; whoever may call a conference is led to it."""
    found = fetch_case(request, case_id)
    permissions.check_can_contribute(request.actor, found)
    protocol = found.programme.protocol
    if not protocol.developments:
        raise NotVisible
    at = clock.now()
    files = presentation.known_files(found, actor=request.actor, at=at)
    form = DevelopmentForm(
        request.POST or None,
        initial={"happened_on": timezone.localdate(at)},
        protocol=protocol,
        files=files,
    )
    can_call = permissions.can_convene(request.actor, found.programme) and found.state == State.ACTIVE

    def effect(at: Any) -> str:
        data = dict(form.cleaned_data)
        developments.record_development(
            case_id=found.pk, file_id=UUID(data.pop("about")), actor=request.actor, at=at, **data
        )
        return reverse("cases:emergency-conference" if can_call else "cases:case", args=[found.pk])

    return step(
        request,
        form=form,
        scope="cases.development",
        effect=effect,
        draft=("development", found.pk),
        done=_("It is recorded, and a review is due. Call an emergency conference if the team must meet.")
        if can_call
        else _("It is recorded, and whoever leads the case is told that something cannot wait."),
        context={
            "case": found,
            "title": _("Critical development"),
            "lead": _(
                "Something that changes the danger reopens review at once. It is in your agency’s hand and read "
                "as everything your agency adds. If somebody is in danger now, act first: nobody waits for the team."
            ),
            "submit": _("Record it"),
        },
    )


def emergency(request: Request, case_id: UUID) -> HttpResponse:
    """Call an emergency conference on this case: filled in, so that one click more calls it."""
    found = fetch_case(request, case_id)
    permissions.check_can_convene(request.actor, found.programme)
    if found.state != State.ACTIVE:
        raise Refused(_("Only an active case of this programme goes on the agenda: consent comes first."))
    at = clock.now()
    latest = conferring.latest_start(found.programme, kind="emergency", at=at) or at
    people = {str(one.pk): one for one in inviting.may_come(found)}
    initial: dict[str, Any] = {}
    if request.method == "GET":
        start = inviting.proposed_start(at, latest=latest)
        ticked = inviting.proposed(found, list(people.values()), actor=request.actor)
        initial = {"on": start.date(), "at_hour": start.time(), "people": [str(one.pk) for one in ticked]}
    form = EmergencyForm(
        request.POST or None,
        initial=initial,
        people=[
            (pk, f"{one.person_name}, {one.agency.short_name} ({one.get_role_display()})")
            for pk, one in people.items()
        ],
    )

    def effect(now: Any) -> str:
        made = conferring.call_emergency(
            case_id=found.pk,
            starts_at=form.starts_at(),
            seats=[(people[pk], str(people[pk].role)) for pk in form.cleaned_data["people"]],
            actor=request.actor,
            at=now,
        )
        return reverse("cases:conference", args=[made.pk])

    return step(
        request,
        form=form,
        scope="cases.emergency-conference",
        effect=effect,
        done=_("The emergency conference is called, and the case is on its agenda."),
        context={
            "case": found,
            "title": _("Emergency conference"),
            "lead": _(
                "It sits at the latest on %(moment)s. Those who work with the person of concern alone are "
                "not ticked: choose whether they are invited."
            )
            % {"moment": dates.said(timezone.localtime(latest), "DATETIME_FORMAT")},
            "submit": _("Call the emergency conference"),
        },
    )
