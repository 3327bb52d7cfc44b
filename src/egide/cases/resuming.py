"""Where what is being typed is kept, and taken up again: a name in words, and the address of its form."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from egide.cases.models import Draft
from egide.cases.services.drafting import FormOfACase


def draft_address(form: str, subject: UUID | None = None, file_id: UUID | None = None) -> str:
    """Answer where the page's script keeps what is typed in a form."""
    address = reverse("cases:draft", args=[form])
    asked = urlencode({name: pk for name, pk in (("about", subject), ("file", file_id)) if pk})
    return f"{address}?{asked}" if asked else address


def draft_lines(drafts: Iterable[Draft]) -> list[dict[str, Any]]:
    """Answer, for each draft, what it is, where it is taken up again, and when it was kept.

    What has no page of its own leads to its case; what may be of any case leads to the form.
    """
    return [
        {"text": text, "href": href, "at": draft.updated_at}
        for draft in drafts
        for text, href in [_of(draft)]
    ]


def _of(draft: Draft) -> tuple[Any, str]:
    if draft.form.startswith("refer-"):
        return _("A referral"), f"{reverse('cases:refer')}?{urlencode({'form': draft.form[6:]})}"
    if draft.form == "inquiry":
        return _("A question from outside"), reverse("cases:inquiry-new")
    if draft.form.startswith("triage-"):
        return _("A triage decision"), reverse("cases:triage-case", args=[draft.subject])
    if draft.form.startswith("assessment-"):
        return _("An assessment"), reverse("cases:assess", args=[draft.subject])
    if draft.form.startswith("audit-"):
        return _("A statement of the team’s audit"), reverse(
            "cases:audit-item", args=[draft.subject, draft.form[6:]]
        )
    if draft.form.startswith("own-file-"):
        return _("A person’s request for their own file"), reverse("cases:access", args=[draft.subject])
    if draft.form.startswith("supervision-"):
        return _("Words about returned work"), reverse("cases:supervision", args=[draft.subject])
    if draft.form.startswith("same-person-"):
        return _("Whether two files are of one person"), reverse("cases:same-people", args=[draft.subject])
    if draft.form == "document":
        return _("A document to add"), reverse("cases:document-new", args=[draft.subject])
    if draft.form.startswith("document-"):
        return _of_document(draft)
    if draft.form.startswith("task-how-"):
        return _("How a task goes"), reverse("cases:case", args=[draft.subject])
    if draft.form.startswith("release-ended-"):
        return _("Whether a release took place"), reverse("cases:release", args=[draft.subject])
    if draft.form.startswith("ground-"):
        return _("A reason to share"), reverse("cases:sharing", args=[draft.subject])
    if draft.form == "prosecutor-later":
        return _("Why it is not safe yet"), reverse("cases:my-day")
    if draft.form.startswith("item-"):
        return _("Something for a conference"), reverse("cases:conferences")
    if draft.form == "table-change":
        return _("A change of the decision table"), reverse("cases:table")
    if draft.form == "training":
        return _("A training to record"), reverse("cases:training-member", args=[draft.subject])
    if draft.form not in FormOfACase.values:
        return _("A form of a case"), reverse("cases:case", args=[draft.subject])
    page = draft.form if draft.file_id is None else "case"
    return FormOfACase(draft.form).label, reverse(f"cases:{page}", args=[draft.subject])


def _of_document(draft: Draft) -> tuple[Any, str]:
    """A new version, or a withdrawal: the form's name ends with the document's identifier."""
    *before, entry_id = draft.form.split("-")
    is_withdrawal = "withdrawal" in before
    page = "document-withdraw" if is_withdrawal else "document-replace"
    text = _("Why a document is withdrawn") if is_withdrawal else _("A new version of a document")
    return text, reverse(f"cases:{page}", args=[draft.subject, UUID(entry_id)])
