"""People: the list, one person, their places, their invitation."""

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from egide.common import clock
from egide.common.errors import PermissionDenied, Refused
from egide.common.http import Request
from egide.partners import presentation, queries
from egide.partners.forms import AccountForm, ConfirmForm, HomeForm, MembershipForm
from egide.partners.models import ProposedChange
from egide.partners.queries import administering
from egide.partners.services import changes, inviting, people
from egide.partners.services.placing import Place
from egide.partners.views.step import administrators, do, once, show, step


@administrators
@require_GET
def people_list(request: Request) -> HttpResponse:
    """Everyone with an account, by name, fifty a page."""
    search = request.GET.get("q", "").strip()[:80]
    page = presentation.page_number(request.GET.get("page", ""))
    rows, has_more = queries.people(search=search, on=clock.today(), page=page)
    context = {"rows": rows, "search": search, "page": page, "has_more": has_more}
    return render(request, "partners/people.html", {**context, "tabs": presentation.tabs("people")})


@administrators
@require_GET
def person(request: Request, account_id: UUID) -> HttpResponse:
    """One person: their places, and whether they can sign in."""
    account = queries.fetch_account(account_id=account_id)
    today = clock.today()
    return render(
        request,
        "partners/person.html",
        {
            "account": account,
            "places": queries.places_of(account_id=account.pk, on=today),
            "waiting": queries.waiting_changes().filter(account=account),
            "facts": presentation.person_facts(
                account, invitation=queries.open_invitation(account_id=account.pk, at=clock.now())
            ),
            "may_be_invited": inviting.may_be_invited(account) and account.pk != request.actor.account_id,
            "is_me": account.pk == request.actor.account_id,
            "crumbs": presentation.crumbs("people", str(account)),
        },
    )


@administrators
def person_new(request: Request) -> HttpResponse:
    """Make an account; the code of its invitation is shown once."""
    form = AccountForm(request.POST if request.method == "POST" else None)
    made: list[inviting.Invited] = []

    def create(at: datetime) -> str:
        made.append(people.create_account(**form.cleaned_data, actor=request.actor, at=at))
        return reverse("partners:person", args=[made[0].invitation.account_id])

    if request.method == "POST" and form.is_valid():
        try:
            target = once(request, scope="partners.person_new", effect=create)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            return show_code(request, made[0]) if made else redirect(target)
    context = {
        "title": _("New person"),
        "lead": _("They set their own password with a code you give them. You never know it."),
        "submit": _("Make the account"),
        "back": reverse("partners:people"),
        "crumbs": presentation.crumbs("people", _("New person")),
    }
    return show(request, form=form, context=context)


@administrators
@require_POST
def person_invite(request: Request, account_id: UUID) -> HttpResponse:
    """Make a code for a person who cannot sign in yet, and show it once."""
    made: list[inviting.Invited] = []

    def make(at: datetime) -> str:
        made.append(inviting.invite(account_id=account_id, actor=request.actor, at=at))
        return reverse("partners:person", args=[account_id])

    target = once(request, scope="partners.person_invite", effect=make)
    return show_code(request, made[0]) if made else redirect(target)


def show_code(request: Request, made: inviting.Invited) -> HttpResponse:
    """Show a code, the only time it exists outside the person's hands: it is in no address, session or log."""
    return render(
        request,
        "partners/invited.html",
        {
            "invitation": made.invitation,
            "code": made.code,
            "address": request.build_absolute_uri(reverse("partners:invitation")),
            "crumbs": presentation.crumbs("people", str(made.invitation.account)),
        },
    )


@administrators
def membership_new(request: Request, account_id: UUID) -> HttpResponse:
    """Give a person a role in an agency."""
    account = queries.fetch_account(account_id=account_id)
    if account.pk == request.actor.account_id:
        raise PermissionDenied(_("Another administrator does this for you."))
    form = MembershipForm(
        request.POST if request.method == "POST" else None,
        agencies=queries.open_agencies(),
        areas=administering.areas(),
        has_home=account.home_agency_id is not None,
        initial={"starts_on": clock.today()},
    )

    def give(at: datetime) -> str:
        given = form.cleaned_data
        place = Place(
            given["agency"],
            given["role"],
            given["starts_on"],
            given["ends_on"],
            tuple(given["areas"]),
            given.get("home"),
        )
        made = people.give_membership(
            account_id=account_id, place=place, reason=given["reason"], actor=request.actor, at=at
        )
        if isinstance(made, ProposedChange):
            return reverse("partners:administration")
        return reverse("partners:person", args=[account_id])

    return step(
        request,
        form=form,
        scope="partners.membership_new",
        effect=give,
        context={
            "title": _("A place for %(person)s") % {"person": account},
            "submit": _("Give this place"),
            "back": reverse("partners:person", args=[account_id]),
            "crumbs": presentation.crumbs("people", str(account)),
        },
        done=_(
            "Done. A role that reads every case, or decides who sees what, waits for a second administrator."
        ),
    )


@administrators
def home_change(request: Request, account_id: UUID) -> HttpResponse:
    """Ask that a person belong to another agency."""
    account = queries.fetch_account(account_id=account_id, is_active=True)
    if account.pk == request.actor.account_id:
        raise PermissionDenied(_("Another administrator does this for you."))
    form = HomeForm(
        request.POST if request.method == "POST" else None,
        agencies=queries.open_agencies(),
        initial={"agency": str(account.home_agency_id or "")},
    )

    def propose(at: datetime) -> str:
        changes.propose_home(
            account_id=account_id,
            agency_id=form.cleaned_data["agency"],
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=at,
        )
        return reverse("partners:administration")

    return step(
        request,
        form=form,
        scope="partners.home_change",
        effect=propose,
        context={
            "title": _("The own agency of %(person)s") % {"person": account},
            "lead": _(
                "In their own agency a person reads what it holds. In any other they visit: they read for that "
                "work only, and carry nothing home."
            ),
            "submit": _("Propose this change"),
            "back": reverse("partners:person", args=[account_id]),
            "crumbs": presentation.crumbs("people", str(account)),
        },
        done=_("Proposed. Nothing changes before a second administrator confirms."),
    )


@administrators
@require_POST
def membership_end(request: Request, membership_id: UUID) -> HttpResponse:
    """End one place at once."""

    def end(at: datetime) -> str:
        ended = people.end_membership(membership_id=membership_id, actor=request.actor, at=at)
        if ended.pk == request.actor.pk:
            return "/"
        return reverse("partners:person", args=[ended.account_id])

    return do(request, scope="partners.membership_end", effect=end, done=_("The place is ended."))


@administrators
def person_deactivate(request: Request, account_id: UUID) -> HttpResponse:
    """Close a person's account, after reading what it ends."""
    account = queries.fetch_account(account_id=account_id, is_active=True)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def close(at: datetime) -> str:
        people.deactivate_account(account_id=account_id, actor=request.actor, at=at)
        return reverse("partners:person", args=[account_id])

    places = queries.current_places(account_id=account.pk, on=clock.today())
    return step(
        request,
        form=form,
        scope="partners.person_deactivate",
        effect=close,
        context={
            "title": _("Close the account of %(person)s") % {"person": account},
            "lead": _("They are signed out everywhere at once and cannot come back with this account."),
            "losing_title": _("What ends"),
            "losing": [f"{place.agency}, {place.get_role_display()}" for place in places],
            "submit": _("Close this account"),
            "submit_kind": "warning",
            "back": reverse("partners:person", args=[account_id]),
            "crumbs": presentation.crumbs("people", str(account)),
        },
        done=_("The account is closed."),
    )
