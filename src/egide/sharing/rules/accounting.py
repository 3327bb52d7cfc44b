"""In which accountings a disclosure counts: what a person may ask to be told of, law by law.

Source: domain/information-sharing.md §1.1 (us-hipaa-accounting), §1.2 (us-part2-accounting-rights), §1.3
(us-ferpa-disclosure-record), §1.7 (eu-led).
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Left:
    """What a disclosure says of itself, in codes.

    Args:
        regimes: laws that bound what left; None when nobody wrote them down, which counts everywhere.
        basis: one of `question.BASES`.
        is_to_the_person: handed to the person themselves.
        is_written: there is a consent, and it was given in writing: only such a one is an authorization.
    """

    regimes: frozenset[str] | None
    basis: str
    is_to_the_person: bool = False
    is_written: bool = False

    def is_bound_by(self, regime: str) -> bool:
        return self.regimes is None or regime in self.regimes

    @property
    def is_authorized(self) -> bool:
        return self.basis == "consent" and self.is_written


@dataclass(frozen=True)
class Accounting:
    """One law's accounting: the rule it comes from, how far back it reaches, what counts in it.

    Args:
        years: how far back; 0 when as long as the record.
        verified: the evidence mark of the domain note, for the years and the exceptions together.
    """

    slug: str
    rule: str
    years: int
    verified: str
    counts: Callable[[Left], bool]


def _hipaa(left: Left) -> bool:
    """Not what went to the person, nor under their authorization. Threats, abuse reports and police are in.

    Treatment, payment and operations are outside it too; none of our purposes says so surely, so nothing is left
    out on that ground: too long a list harms nobody.
    """
    return left.is_bound_by("us-hipaa") and not left.is_to_the_person and not left.is_authorized


def _ferpa(left: Left) -> bool:
    """Not parents or the student, school officials, nor written consent. Emergencies are in, with who was told."""
    outside = left.is_to_the_person or left.is_authorized or left.basis == "common_programme"
    return left.is_bound_by("us-ferpa") and not outside


def _part2(left: Left) -> bool:
    """Everyone who received, consent or not: patients may ask who did."""
    return left.is_bound_by("us-part2") and not left.is_to_the_person


def _led(left: Left) -> bool:
    """Every disclosure of what police and justice hold; who consulted it is on the page of readings."""
    return left.is_bound_by("eu-led")


ACCOUNTINGS = (
    Accounting("hipaa", "us-hipaa-accounting", 6, "S", _hipaa),
    Accounting("ferpa", "us-ferpa-disclosure-record", 0, "K", _ferpa),
    Accounting("part2", "us-part2-accounting-rights", 3, "K", _part2),
    Accounting("led", "eu-led", 0, "K", _led),
)


def _everything(left: Left) -> bool:
    return not left.is_to_the_person


#: Where no law of its own is named: everyone who received, as an access law may ask (NB RTIPPA, GDPR 15(1)(c)).
EVERYTHING = Accounting("everything", "self", 0, "K", _everything)


def accountings_of(left: Left) -> tuple[str, ...]:
    """Answer the accountings of particular laws a disclosure counts in."""
    return tuple(one.slug for one in ACCOUNTINGS if one.counts(left))
