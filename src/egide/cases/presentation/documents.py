"""What the pages of documents say: what each is, what was left out of it, in words."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from egide.cases.models import Case
from egide.cases.models.document import FORM, WITHDRAWN
from egide.common.text import localized
from egide.sharing import services as sharing
from egide.sharing.rules.categories import CATEGORIES

#: Forms whose entries are documents, or say that one was withdrawn.
FORMS = (FORM.split(":")[0], WITHDRAWN.split(":")[0])
TYPES = {
    "jpeg": gettext_lazy("Picture (JPEG)"),
    "png": gettext_lazy("Picture (PNG)"),
    "webp": gettext_lazy("Picture (WebP)"),
    "pdf": gettext_lazy("PDF"),
    "text": gettext_lazy("Plain text"),
}
_REMOVED: dict[str, Any] = {
    "where": gettext_lazy("Where it was taken"),
    "when": gettext_lazy("When it was made"),
    "device": gettext_lazy("With what"),
    "who": gettext_lazy("By whom"),
    "words": gettext_lazy("Words written in it"),
    "description": gettext_lazy("A description made by a program"),
    "small_picture": gettext_lazy("A small picture of it, which may show what was cut off"),
    "second_picture": gettext_lazy("A second picture behind the first"),
    "pictures": gettext_lazy("What its photographs say of when and where they were taken"),
    "links": gettext_lazy("Links and notes: what they show stays, they no longer lead anywhere"),
    "form": gettext_lazy("Boxes to fill: what they show stays, they are no longer filled"),
    "signature": gettext_lazy(
        "An electronic signature: it no longer proves anything here; keep the original"
    ),
    "contents": gettext_lazy("The list of its chapters"),
    "other": gettext_lazy("Other things a camera or a program wrote"),
}


def document_lines(
    case: Case,
    items: Iterable[sharing.OpenedItem],
    roles: Mapping[UUID, Any],
    *,
    can_serve: Callable[[sharing.OpenedItem], bool],
) -> list[dict[str, Any]]:
    """Answer the documents a reader has, newest first; the withdrawn ones as the reason why.

    Args:
        roles: whose file each is, in words. can_serve: whether the reader may record that it was served, of an order.
    """
    found = [item for item in items if str(item.form).split(":")[0] in FORMS]
    return [
        {
            "title": str(item.content.get("title", "")),
            "text": item.text,
            "is_withdrawn": item.form == WITHDRAWN,
            "href": "" if item.form == WITHDRAWN else reverse("cases:document", args=[case.pk, item.id]),
            "is_unserved": not item.is_served,
            "served_href": ""
            if item.is_served or not can_serve(item)
            else reverse("cases:served", args=[case.pk, item.id]),
            "category": localized(CATEGORIES[item.category], "title"),
            "about": roles.get(item.file_id, ""),
            "facts": "" if item.form == WITHDRAWN else facts_of(item.content),
            "by": item.author_name or "",
            "at": item.created_at,
            "dated_on": item.observed_on,
            "notices": item.notices,
        }
        for item in sorted(found, key=lambda item: item.created_at, reverse=True)
    ]


def facts_of(content: Mapping[str, Any]) -> str:
    """Answer what a file is and how large, in a few words."""
    said = [str(TYPES.get(content.get("type", ""), "")), filesizeformat(content.get("size", 0))]
    if content.get("type") == "pdf":
        pages = int(content.get("pages", 0))
        said.append(ngettext("%(n)s page", "%(n)s pages", pages) % {"n": pages})
    return " · ".join(one for one in said if one)


def removed_lines(removed: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Answer what was left out of a file, in words, each with its value where it has one."""
    return [
        {"key": str(_REMOVED.get(code, _REMOVED["other"])), "value": value or str(_("Left out"))}
        for code, value in removed
    ]


def entry_title(content: Mapping[str, Any]) -> str:
    """Answer a document's title as a line of words; empty for any other entry."""
    if not content.get("title"):
        return ""
    return _("Document: %(title)s") % {"title": content["title"]}
