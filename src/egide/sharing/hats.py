"""What a person reads for, under the hat they wear."""

from egide.partners.models import Membership

#: Somebody on a school's team who belongs elsewhere reads as an official of the school, for that and no more.
#: Source: 34 CFR 99.31(a)(1)(i)(B), 99.33(a).
_SCHOOL, _AS_OFFICIAL, _USUAL = "us-ferpa", "threat_assessment", "case_management"


def purpose_of(actor: Membership) -> str:
    """Answer what a person reads a case for, under the hat they wear."""
    return _AS_OFFICIAL if actor.is_visiting and _SCHOOL in actor.agency.regimes else _USUAL
