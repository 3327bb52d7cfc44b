"""Agreements: the list with their state, one agreement, a signature, its end."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from egide.common import clock
from egide.common.http import Request
from egide.partners import presentation, queries
from egide.partners.forms import AgreementForm, SignatureForm, TerminationForm
from egide.partners.queries import administering
from egide.partners.services import agreements, changes
from egide.partners.services.signing import Signature
from egide.partners.views.step import administrators, step


@administrators
@require_GET
def agreements_list(request: Request) -> HttpResponse:
    """Agreements with where each stands, fifty a page; what ends first comes first."""
    page = presentation.page_number(request.GET.get("page", ""))
    today = clock.today()
    rows, has_more = administering.agreements(on=today, page=page)
    return render(
        request,
        "partners/agreements.html",
        {
            "rows": [presentation.agreement_row(row, on=today) for row in rows],
            "page": page,
            "has_more": has_more,
            "tabs": presentation.tabs("agreements"),
        },
    )


@administrators
def agreement_new(request: Request) -> HttpResponse:
    """Write down an agreement and its parties."""
    form = AgreementForm(request.POST if request.method == "POST" else None, agencies=queries.open_agencies())

    def create(at: datetime) -> str:
        given = dict(form.cleaned_data)
        parties = given.pop("agencies")
        made = agreements.create_agreement(
            text=agreements.Text(**given), agency_ids=parties, actor=request.actor, at=at
        )
        return reverse("partners:agreement", args=[made.pk])

    return step(
        request,
        form=form,
        scope="partners.agreement_new",
        effect=create,
        context={
            "title": _("New agreement"),
            "lead": _("Nobody is bound, and nothing opens, before they sign."),
            "submit": _("Write it down"),
            "back": reverse("partners:agreements"),
            "crumbs": presentation.crumbs("agreements", _("New agreement")),
        },
        done=_("Written down. Record each signature as it is given."),
    )


@administrators
@require_GET
def agreement(request: Request, agreement_id: UUID) -> HttpResponse:
    """One agreement: its dates, its parties, who signed."""
    found = administering.fetch_agreement(agreement_id=agreement_id)
    row = presentation.agreement_row(found, on=clock.today())
    return render(
        request,
        "partners/agreement.html",
        {
            "row": row,
            "title": str(found.agreement),
            "facts": presentation.agreement_facts(found.agreement),
            "parties": administering.parties_of(agreement_id=agreement_id),
            "waiting": administering.signatures_waiting(agreement_id=agreement_id),
            "crumbs": presentation.crumbs("agreements", str(found.agreement)),
        },
    )


@administrators
def agreement_sign(request: Request, party_id: UUID) -> HttpResponse:
    """Propose a signature as seen on the paper; a second administrator confirms it."""
    party = administering.fetch_unsigned_party(party_id=party_id)
    form = SignatureForm(
        request.POST if request.method == "POST" else None, initial={"signed_on": clock.today()}
    )

    def sign(at: datetime) -> str:
        given = dict(form.cleaned_data)
        reason = given.pop("reason")
        changes.propose_signature(
            party_id=party_id, signature=Signature(**given), reason=reason, actor=request.actor, at=at
        )
        return reverse("partners:administration")

    return step(
        request,
        form=form,
        scope="partners.agreement_sign",
        effect=sign,
        context={
            "title": _("Signature of %(agency)s") % {"agency": party.agency},
            "lead": _(
                "%(agreement)s. It binds the agency, and opens what the agreement opens, once a second administrator confirms."
            )
            % {"agreement": party.agreement},
            "submit": _("Propose this signature"),
            "back": reverse("partners:agreement", args=[party.agreement_id]),
            "crumbs": presentation.crumbs("agreements", str(party.agreement)),
        },
        done=_("Proposed. Nothing changes before a second administrator confirms."),
    )


@administrators
def agreement_terminate(request: Request, agreement_id: UUID) -> HttpResponse:
    """End an agreement from a day on, after reading whom it binds."""
    found = administering.fetch_agreement(agreement_id=agreement_id)
    form = TerminationForm(request.POST if request.method == "POST" else None, initial={"on": clock.today()})

    def terminate(at: datetime) -> str:
        agreements.terminate_agreement(
            agreement_id=agreement_id, **form.cleaned_data, actor=request.actor, at=at
        )
        return reverse("partners:agreement", args=[agreement_id])

    signed = [party for party in administering.parties_of(agreement_id=agreement_id) if party.signed_on]
    return step(
        request,
        form=form,
        scope="partners.agreement_terminate",
        effect=terminate,
        context={
            "title": _("Terminate an agreement"),
            "lead": str(found.agreement),
            "losing_title": _("Who loses what it opens, unless another agreement binds them"),
            "losing": [str(party.agency) for party in signed],
            "submit": _("Terminate"),
            "submit_kind": "warning",
            "back": reverse("partners:agreement", args=[agreement_id]),
            "crumbs": presentation.crumbs("agreements", str(found.agreement)),
        },
        done=_("The agreement ends."),
    )
