"""What a person's own file holds, in words: for whoever puts the answer together, and for the person."""

from typing import Any

from django.utils.translation import gettext as _

from egide.assessments.queries import Summary
from egide.cases.forms.casework import CHANNELS
from egide.cases.forms.plans import SECTION_LABELS
from egide.cases.models.access import Given
from egide.cases.presentation import entry_text
from egide.cases.queries.accessing import Held
from egide.common import dates
from egide.common.text import localized, with_colon
from egide.sharing import services as sharing
from egide.sharing.rules.categories import CATEGORIES


def words_of(held: Held) -> str:
    """Answer one thing in words, without who wrote it or when it was written."""
    if held.summary is not None:
        return _assessment_words(held.summary)
    return item_words(held.item)


def _assessment_words(one: Summary) -> str:
    """Answer what a tool gave, in figures where it gives some, else in its own words; then the assessor's reasons."""
    said = one.instrument
    if one.low is not None:
        said = _("%(tool)s: %(low)s to %(high)s.") % {
            "tool": one.instrument,
            "low": one.low,
            "high": one.high,
        }
    lines = [said, one.result.get("words", ""), one.result.get("text", ""), one.judgement_reason]
    return "\n".join(line for line in lines if line)


def item_words(item: sharing.OpenedItem) -> str:
    """Answer an entry in words, whatever form it came from."""
    lines = [entry_text(item)]
    content = item.content
    sections = content.get("sections") or {}
    lines += [
        f"{with_colon(label)} {sections[name]}"
        for name, label in SECTION_LABELS.items()
        if sections.get(name)
    ]
    if sections and content.get("why"):
        lines.append(f"{with_colon(_('Why it was written again'))} {content['why']}")
    if content.get("born_on"):
        lines.append(_("Born on %(day)s") % {"day": dates.said_of(content["born_on"])})
    channels = dict(CHANNELS)
    if content.get("channels"):
        lines.append("; ".join(str(channels[code]) for code in content["channels"] if code in channels))
    if content.get("code_word"):
        lines.append(_("Code word: %(word)s") % {"word": content["code_word"]})
    return "\n".join(line for line in lines if line)


def line_of(held: Held) -> dict[str, Any]:
    """Answer one thing as a page shows it: its kind, its words, and what is given of it."""
    observed = held.item.observed_on if held.summary is None else None
    return {
        "id": held.item.id,
        "held": held,
        "title": localized(CATEGORIES[held.item.category], "title"),
        "text": words_of(held),
        "day": dates.said(observed, "DATE_FORMAT") if observed else "",
    }


#: Kinds whose very name, on a paper at home, tells that the person is helped (§7.1).
_TELLING = ("plan.safety", "contact.safe", "referral.status", "consent.record")


def paper_line(held: Held) -> dict[str, Any]:
    """Answer one thing as it stands on the paper the person keeps."""
    line = line_of(held)
    if held.item.category in _TELLING:
        line["title"] = _("Notes")
    return {**line, "text": given_words(held)}


def given_words(held: Held) -> str:
    """Answer what the person is given of it: never the whole of what is given in part, even when the part is not there."""
    is_part = held.row is not None and held.row.given == Given.PART
    return held.part if is_part else words_of(held)
