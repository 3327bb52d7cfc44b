"""What an agency brings to the next conference, written beforehand from the case, in its own hand."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.cases import permissions
from egide.cases.forms.conferences import ContributionForm
from egide.cases.queries import parts
from egide.cases.queries.casefile import case_files
from egide.cases.services import conferring
from egide.cases.views.step import step
from egide.common import clock
from egide.common.errors import Refused
from egide.common.http import Request
from egide.common.parsing import uuid_or_none


def part(request: Request, case_id: UUID) -> HttpResponse:
    """Write, or correct, the part of one's agency for the next conference this case is on."""
    files = case_files(case_id=case_id, actor=request.actor)
    case = files[0].case
    permissions.check_can_contribute(request.actor, case)
    item = parts.next_item(case=case, actor=request.actor)
    if item is None and request.method == "POST":
        raise Refused(_("This case is on the agenda of no conference to come."))
    if item is None:
        return render(request, "cases/conference_part.html", {"case": case, "item": None})
    form = ContributionForm(request.POST or None)
    written = parts.own_parts(item=item, files=files, actor=request.actor, at=clock.now())
    asked = uuid_or_none(request.GET.get("correct", ""))
    for pk, one in written:
        if pk == asked:
            form.initial = {"kind": one.kind, "text": one.text, "replaces": pk}
    here = reverse("cases:conference-part", args=[case.pk])

    def effect(at: Any) -> str:
        data = form.cleaned_data
        conferring.contribute(
            item_id=item.pk,
            text=data["text"],
            kind=data["kind"],
            replaces_id=data["replaces"],
            actor=request.actor,
            at=at,
        )
        return here

    return step(
        request,
        form=form,
        scope="cases.item-part",
        effect=effect,
        # The same draft as on the page of the conference: what was begun on one goes on on the other.
        draft=None if asked else (f"item-part-{item.pk.hex}", case.pk),
        template="cases/conference_part.html",
        done=_("Your agency’s part is written. It is read as your agency’s other notes are."),
        context={"case": case, "item": item, "written": written, "is_correcting": asked is not None},
    )
