"""Where a person with a one-time code sets their own password."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from egide.common import clock, idempotency
from egide.common.access import public
from egide.common.errors import Refused
from egide.partners.forms import InvitationForm
from egide.partners.services import inviting
from egide.partners.views.step import SHOWN_AGAIN


@public
def invitation(request: HttpRequest) -> HttpResponse:
    """Set a first password, or one after a reset, with the code told in person."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            target = _accept(request, form)
        except ValidationError as weak:
            form.add_error("password", weak)
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            if target:
                messages.success(request, _("Your password is set. You can sign in."))
                return redirect(target)
            form.add_error(None, _wrong())
    status = SHOWN_AGAIN if form.is_bound and form.errors else 200
    return render(request, "partners/invitation.html", {"form": form}, status=status)


def _accept(request: HttpRequest, form: InvitationForm) -> str:
    at = clock.now()
    given = form.cleaned_data

    def effect() -> str:
        # A wrong code is an answer and not an error: the try must stay counted.
        is_set = inviting.accept_invitation(
            username=given["username"], code=given["code"], password=given["password"], at=at
        )
        return reverse("account_login") if is_set else ""

    return idempotency.once(
        scope="partners.invitation",
        owner="invitation",
        key=request.POST.get(idempotency.FIELD, ""),
        at=at,
        effect=effect,
    )


def _wrong() -> str:
    """Answer the one sentence for an unknown person, a wrong, used or old code, and too many tries."""
    return _(
        "The user name or the code is not right, or the code no longer works. After five wrong codes, "
        "wait a quarter of an hour. Your administrator can make another code."
    )
