"""Agencies: the list, one agency, and its end."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.common import clock
from egide.common.http import Request
from egide.partners import presentation, queries
from egide.partners.forms import AgencyFilter, AgencyForm, NewAgencyForm, ReasonForm
from egide.partners.queries import administering
from egide.partners.services import agencies
from egide.partners.views.step import administrators, step

#: People named on the page that closes an agency; the rest are counted.
NAMED = 100


@administrators
@require_GET
def agencies_list(request: Request) -> HttpResponse:
    """Agencies by name, fifty a page, of one place (and below) or one sector."""
    form = AgencyFilter(request.GET, areas=administering.areas())
    chosen = form.chosen()
    page = presentation.page_number(request.GET.get("page", ""))
    area_ids = queries.areas_within(jurisdiction_id=chosen["area"]) if chosen["area"] else None
    rows, has_more = administering.agencies(
        area_ids=area_ids, sector=chosen["sector"], on=clock.today(), page=page
    )
    return render(
        request,
        "partners/agencies.html",
        {
            "rows": rows,
            "form": form,
            "page": page,
            "has_more": has_more,
            "tabs": presentation.tabs("agencies"),
        },
    )


def _parts(form: AgencyForm) -> dict[str, Any]:
    given = form.cleaned_data
    names = agencies.Names(
        given["name_en"], given["name_fr"], given["short_en"], given["short_fr"], given["area"]
    )
    return {
        "names": names,
        "law": agencies.Law(given["sector"], tuple(given["regimes"])),
        "reason": given["reason"],
    }


@administrators
def agency_new(request: Request) -> HttpResponse:
    """Make an agency, closed until a second administrator confirms it."""
    form = NewAgencyForm(request.POST if request.method == "POST" else None, areas=administering.areas())

    def create(at: datetime) -> str:
        made = agencies.create_agency(
            code=form.cleaned_data["code"], **_parts(form), actor=request.actor, at=at
        )
        return reverse("partners:agency", args=[made.pk])

    return step(
        request,
        form=form,
        scope="partners.agency_new",
        effect=create,
        context={
            "title": _("New agency"),
            "lead": _("It stays closed until a second administrator confirms its sector and regimes."),
            "submit": _("Propose this agency"),
            "back": reverse("partners:agencies"),
            "crumbs": presentation.crumbs("agencies", _("New agency")),
        },
        done=_("Made, and closed until a second administrator confirms it."),
    )


@administrators
@require_GET
def agency(request: Request, agency_id: UUID) -> HttpResponse:
    """One agency: what binds it, who acts for it, what it signed."""
    found = administering.fetch_agency(agency_id=agency_id)
    today = clock.today()
    people = list(administering.members_of(agency_id=found.pk, on=today)[: NAMED + 1])
    areas = {str(area.pk): str(area) for area in administering.areas()}
    return render(
        request,
        "partners/agency.html",
        {
            "agency": found,
            "title": str(found),
            "facts": presentation.agency_facts(found),
            "people": people[:NAMED],
            "has_more_people": len(people) > NAMED,
            "parties": administering.agreements_of(agency_id=found.pk),
            "waiting": [
                presentation.change_row(change, actor=request.actor, areas=areas)
                for change in queries.waiting_changes().filter(agency=found)
            ],
            "crumbs": presentation.crumbs("agencies", str(found)),
        },
    )


@administrators
def agency_edit(request: Request, agency_id: UUID) -> HttpResponse:
    """Edit an agency; sector and regimes wait for a second administrator."""
    found = administering.fetch_agency(agency_id=agency_id)
    form = AgencyForm(
        request.POST if request.method == "POST" else None,
        areas=administering.areas(),
        initial={
            **{
                name: getattr(found, name)
                for name in ("name_en", "name_fr", "short_en", "short_fr", "sector")
            },
            "area": str(found.jurisdiction_id),
            "regimes": "\n".join(found.regimes),
        },
    )
    form.fields["reason"].required = False

    def edit(at: datetime) -> str:
        agencies.edit_agency(agency_id=agency_id, **_parts(form), actor=request.actor, at=at)
        return reverse("partners:agency", args=[agency_id])

    return step(
        request,
        form=form,
        scope="partners.agency_edit",
        effect=edit,
        context={
            "title": _("Edit %(agency)s") % {"agency": found},
            "lead": _("A change of sector or regimes needs a reason and waits for a second administrator."),
            "submit": _("Save"),
            "back": reverse("partners:agency", args=[agency_id]),
            "crumbs": presentation.crumbs("agencies", str(found)),
        },
        done=_("Saved. A change of sector or regimes waits for a second administrator."),
    )


@administrators
def agency_close(request: Request, agency_id: UUID) -> HttpResponse:
    """Close an agency, after reading who loses access."""
    found = administering.fetch_agency(agency_id=agency_id, is_active=True)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def close(at: datetime) -> str:
        agencies.deactivate_agency(
            agency_id=agency_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        )
        return reverse("partners:agency", args=[agency_id])

    people = list(administering.members_of(agency_id=found.pk, on=clock.today()))
    return step(
        request,
        form=form,
        scope="partners.agency_close",
        effect=close,
        context={
            "title": _("Close %(agency)s") % {"agency": found},
            "lead": _("From the next page they open, nobody acts for this agency. What it recorded stays."),
            "losing_title": _("Who loses access"),
            "losing": presentation.losing_access(people, named=NAMED),
            "submit": _("Close this agency"),
            "submit_kind": "warning",
            "back": reverse("partners:agency", args=[agency_id]),
            "crumbs": presentation.crumbs("agencies", str(found)),
        },
        done=_("The agency is closed."),
    )


@administrators
def agency_reopen(request: Request, agency_id: UUID) -> HttpResponse:
    """Ask that a closed agency take part again."""
    found = administering.fetch_agency(agency_id=agency_id, is_active=False)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def reopen(at: datetime) -> str:
        agencies.propose_reopening(
            agency_id=agency_id, reason=form.cleaned_data["reason"], actor=request.actor, at=at
        )
        return reverse("partners:administration")

    return step(
        request,
        form=form,
        scope="partners.agency_reopen",
        effect=reopen,
        context={
            "title": _("Reopen %(agency)s") % {"agency": found},
            "lead": _("Its people act for it again once a second administrator confirms."),
            "submit": _("Propose it"),
            "back": reverse("partners:agency", args=[agency_id]),
            "crumbs": presentation.crumbs("agencies", str(found)),
        },
        done=_("Proposed. A second administrator confirms it."),
    )
