"""Whose laws hold in an area, and whether this deployment knows them: nothing is decided there by laws it does not have."""

from django.conf import settings

from egide.partners.models import Jurisdiction
from egide.sharing.rules.catalogue import profiles

#: The places that make laws about what is shared.
LAWMAKERS = ("country", "state")


def laws_of(area: Jurisdiction) -> frozenset[str]:
    """Answer the country and the state or province an area is in, as the rules name them: CA, CA-NB."""
    found, place = set(), area
    while True:
        if place.kind in LAWMAKERS:
            found.add(place.code.upper())
        if place.parent is None:
            return frozenset(found)
        place = place.parent


def holds_there(*, here: Jurisdiction, there: Jurisdiction) -> bool:
    """Say whether what is decided here holds in another area: the same laws, or laws of a profile switched on here."""
    laws = laws_of(there)
    known = {one for name in settings.EGIDE_SHARING_PROFILES for one in profiles()[name]}
    return laws == laws_of(here) or (bool(laws) and laws <= known)
