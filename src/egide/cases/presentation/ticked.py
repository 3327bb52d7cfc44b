"""What was ticked in a form of referral, in the reader's words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from egide.cases.forms.concerns import ACTS, BEHAVIOURS, KNOWN_HOW, NEEDS
from egide.cases.forms.fields import LANGUAGES, SPECIAL_NEEDS
from egide.cases.forms.referring import INDICATORS
from egide.cases.forms.safety import PLACES
from egide.cases.presentation.contact import wording
from egide.cases.services.weaponing import Reach
from egide.common import dates

_SIGNS = [*INDICATORS, *BEHAVIOURS]


def _said(choices: Sequence[tuple[str, Any]], codes: Iterable[str]) -> str:
    return "; ".join(wording(choices, code) for code in codes)


def ticked_lines(content: Mapping[str, Any]) -> list[str]:
    """Answer the lines an entry's answers make, beside its text; none for what was not asked or not said."""
    lines = [
        _said(choices, content[name])
        for name, choices in (("indicators", _SIGNS), ("acts", ACTS), ("needs", NEEDS))
        if content.get(name)
    ]
    if content.get("weapons"):
        lines.append(
            _("Weapons within reach: %(answer)s.") % {"answer": _said(Reach.choices, [content["weapons"]])}
        )
    if content.get("need"):
        said = [wording(SPECIAL_NEEDS, content["need"]), wording(LANGUAGES, content.get("language", ""))]
        lines.append(", ".join(word for word in said if word))
    if content.get("expected_on"):
        where = wording(PLACES, content.get("place", ""))
        day = dates.said_of(content["expected_on"])
        lines.append(_("Release (%(where)s): %(day)s.") % {"where": where, "day": day})
    if content.get("known_how"):
        lines.append(_("How it is known: %(answer)s.") % {"answer": _said(KNOWN_HOW, [content["known_how"]])})
    if content.get("place") and not content.get("expected_on"):
        lines.append(_("Where: %(place)s.") % {"place": content["place"]})
    if content.get("returns_on"):
        lines.append(_("Day of return: %(day)s.") % {"day": content["returns_on"]})
    return lines
