"""Where what is being typed is kept, and taken up again: a name in words, and the address of its form."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from egide.cases.models import Draft

#: Forms of one case that stand at an address of their own.
_OF_A_CASE = {
    "note": _("Something to add to a file"),
    "plan": _("A safety plan"),
    "safe-contact": _("What is safe"),
    "consent": _("A consent"),
    "refusal": _("A refusal of consent"),
    "eligibility": _("An eligibility decision"),
    "level": _("A level of concern"),
    "task": _("A task"),
    "review": _("A review"),
    "help": _("Help given"),
    "close": _("A closure"),
    "reopen": _("A reopening"),
    "danger": _("A danger to report"),
    "prosecutor": _("A report to the prosecutor"),
    "access": _("A person’s request for their own file"),
    "lead-change": _("A proposal that another agency lead"),
    "disclosure-new": _("Something to read aloud or hand over"),
    "disclosure-suspend": _("An agency’s request that the person be not told yet"),
}


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
    if draft.form == "refer":
        return _("A referral"), reverse("cases:refer")
    if draft.form == "inquiry":
        return _("A question from outside"), reverse("cases:inquiry-new")
    if draft.form.startswith("triage-"):
        return _("A triage decision"), reverse("cases:triage-case", args=[draft.subject])
    if draft.form.startswith("assessment-"):
        return _("An assessment"), reverse("cases:assess", args=[draft.subject])
    if draft.form.startswith("own-file-"):
        return _("A person’s request for their own file"), reverse("cases:access", args=[draft.subject])
    if draft.form.startswith("ground-"):
        return _("A reason to share"), reverse("cases:sharing", args=[draft.subject])
    if draft.form == "prosecutor-later":
        return _("Why it is not safe yet"), reverse("cases:my-day")
    if draft.form.startswith("item-"):
        return _("Something for a conference"), reverse("cases:conferences")
    if draft.form in _OF_A_CASE and draft.file_id is None:
        return _OF_A_CASE[draft.form], reverse(f"cases:{draft.form}", args=[draft.subject])
    return _OF_A_CASE.get(draft.form, _("A form of a case")), reverse("cases:case", args=[draft.subject])
