"""What waits for a privacy officer, in a few lines that each lead to their page."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from egide.cases.models.inquiry import Inquiry
from egide.cases.queries import emergencies
from egide.partners.models import Membership
from egide.sharing.models import TableState, TableVersion


def waiting_for(*, actor: Membership) -> list[dict[str, str]]:
    """Answer a proposal to change the table, emergencies to review and questions to answer: nothing about anybody."""
    lines = []
    proposal = TableVersion.objects.filter(state=TableState.PROPOSED).first()
    if proposal is not None:
        is_own = proposal.proposed_by_account_id == actor.account_id
        said = (
            _("Your proposal to change the decision table waits for another privacy officer")
            if is_own
            else _("A proposal to change the decision table waits for your answer")
        )
        lines.append({"text": said, "href": reverse("cases:table-version", args=[proposal.pk])})
    opened = sum(row.reviewed_at is None for row in emergencies.to_review(actor=actor))
    if opened:
        said = ngettext("%(n)s emergency access to review", "%(n)s emergency accesses to review", opened)
        lines.append({"text": said % {"n": opened}, "href": reverse("cases:emergency-reviews")})
    asked = Inquiry.objects.filter(agency=actor.agency_id, answered_at=None).count()
    if asked:
        said = ngettext(
            "%(n)s question from outside to answer", "%(n)s questions from outside to answer", asked
        )
        lines.append({"text": said % {"n": asked}, "href": reverse("cases:inquiries")})
    return lines
