"""How alike two people are, in words: a band, and what it rests on, field by field. Never a figure."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from egide.cases.models.file import FileRole
from egide.cases.queries.matching import Likeness, Somebody
from egide.cases.rules.matching import UNKNOWN, Band, Comparison
from egide.common import dates

BANDS = {
    Band.VERY_LIKELY: _("Very likely the same person"),
    Band.POSSIBLE: _("Possibly the same person"),
    Band.UNLIKELY: _("Probably not the same person"),
}
_GROUNDS = {
    ("given", "same"): _("Same first name."),
    ("given", "alike"): _("First names that are alike."),
    ("given", "initial"): _("Same initial."),
    ("given", "different"): _("Different first names."),
    ("given", UNKNOWN): _("First name not known."),
    ("family", "same"): _("Same family name."),
    ("family", "alike"): _("Family names that are alike."),
    ("family", "different"): _("Different family names."),
    ("family", UNKNOWN): _("Family name not known."),
    ("born", "same"): _("Same date of birth."),
    ("born", "swapped"): _("Same date of birth, day and month in each other’s place."),
    ("born", "year_near"): _("Same day of birth, one year apart."),
    ("born", "near"): _("Dates of birth that differ in one place."),
    ("born", "different"): _("Different dates of birth."),
    ("born", UNKNOWN): _("Date of birth not known."),
    ("born_year", "same"): _("Same year of birth."),
    ("born_year", "near"): _("Born one year apart."),
    ("born_year", "different"): _("Different years of birth."),
    ("phone", "same"): _("Same last figures of the phone number."),
    ("phone", "different"): _("Different phone numbers."),
    ("phone", UNKNOWN): _("Phone not known of both."),
    ("address", "same"): _("Same address."),
    ("address", "near"): _("Same neighbourhood or street."),
    ("address", "different"): _("Different addresses."),
    ("address", UNKNOWN): _("Address not known of both."),
}


def comparison_words(comparison: Comparison) -> dict[str, Any]:
    """Answer a comparison in words: what agrees first, then what differs, then what is not known."""
    said: dict[str, list[Any]] = {"agrees": [], "differs": [], "unknown": []}
    for ground in comparison.grounds:
        kind = {"different": "differs", UNKNOWN: "unknown"}.get(ground.level, "agrees")
        said[kind].append(_GROUNDS[ground.field, ground.level])
    return {"band": BANDS[comparison.band], "is_likely": comparison.band is Band.VERY_LIKELY, **said}


def person_words(somebody: Somebody) -> dict[str, Any]:
    """Answer who somebody is, as far as the page says it: neither telephone nor address."""
    known = somebody.known
    return {
        "name": f"{known.given} {known.family}".strip(),
        "born_on": dates.said_of(known.born) if known.born else "",
        "role": FileRole(somebody.file.role).label,
        "case": somebody.file.case,
    }


def likely_lines(likely: Iterable[Likeness]) -> list[dict[str, Any]]:
    """Answer people who may be those being typed, as a referral shows them."""
    return [
        {
            "case": one.found.file.case,
            "person": person_words(one.found),
            "said": comparison_words(one.comparison),
        }
        for one in likely
    ]
