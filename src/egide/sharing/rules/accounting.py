"""In which accountings a disclosure counts: what a person may ask to be told of, law by law.

Source: domain/information-sharing.md §1.1 (us-hipaa-accounting), §1.2 (us-part2-accounting-rights), §1.3
(us-ferpa-disclosure-record), §1.7 (eu-led).
"""

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

    What counts is data, not code, so that a database can be asked the same (`sharing.accounting.counted`).

    Args:
        years: how far back; 0 when as long as the record.
        verified: the evidence mark of the domain note, for the years and the exceptions together.
        regime: the law that must bind what left; none for everything.
        omits_person: what went to the person is left out.
        omits_authorized: what left under their written consent is left out.
        omits_bases: bases on which what left is not a disclosure in this law's eyes.
    """

    slug: str
    rule: str
    years: int
    verified: str
    regime: str = ""
    omits_person: bool = True
    omits_authorized: bool = False
    omits_bases: tuple[str, ...] = ()

    def counts(self, left: Left) -> bool:
        """Say whether a disclosure counts in it."""
        omitted = (
            (self.omits_person and left.is_to_the_person)
            or (self.omits_authorized and left.is_authorized)
            or left.basis in self.omits_bases
        )
        return (not self.regime or left.is_bound_by(self.regime)) and not omitted


#: HIPAA: threats, abuse reports and police are in. Treatment, payment and operations are outside it too; none of our
#: purposes says so surely, so nothing is left out on that ground: too long a list harms nobody. FERPA: not parents or
#: the student, school officials, nor written consent; emergencies are in, with who was told. Part 2: everyone who
#: received, consent or not. LED: every disclosure of what police and justice hold; who consulted it is on the page of
#: readings.
ACCOUNTINGS = (
    Accounting("hipaa", "us-hipaa-accounting", 6, "S", "us-hipaa", omits_authorized=True),
    Accounting(
        "ferpa",
        "us-ferpa-disclosure-record",
        0,
        "K",
        "us-ferpa",
        omits_authorized=True,
        omits_bases=("common_programme",),
    ),
    Accounting("part2", "us-part2-accounting-rights", 3, "K", "us-part2"),
    Accounting("led", "eu-led", 0, "K", "eu-led", omits_person=False),
)

#: Where no law of its own is named: everyone who received, as an access law may ask (NB RTIPPA, GDPR 15(1)(c)).
EVERYTHING = Accounting("everything", "self", 0, "K")


def accountings_of(left: Left) -> tuple[str, ...]:
    """Answer the accountings of particular laws a disclosure counts in."""
    return tuple(one.slug for one in ACCOUNTINGS if one.counts(left))
