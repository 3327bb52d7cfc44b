"""What a referral says, by the form it comes by: whom it is about first, then whoever else it names."""

from egide.cases.intake.behaviour import BehaviourContent
from egide.cases.intake.bias import BiasContent
from egide.cases.intake.harm import ReferralContent
from egide.cases.intake.people import Content, Person, Somebody, written
from egide.cases.intake.returning import ReturnContent

__all__ = [
    "BehaviourContent",
    "BiasContent",
    "Content",
    "Person",
    "ReferralContent",
    "ReturnContent",
    "Somebody",
    "written",
]
