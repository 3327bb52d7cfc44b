"""Somebody is in danger from somebody: what is known of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from egide.cases.intake.people import Person, Somebody, identity, needed, orders, reached, ticked, written
from egide.cases.models.file import FileRole, Kind


@dataclass(frozen=True)
class ReferralContent:
    """What a referrer says of a victim and of whom they fear, as the form and the file import give it."""

    victim: Person
    person_of_concern: Person | None
    incident: str
    incident_on: date | None = None
    reasons: str = ""
    safe_contact_note: str = ""
    children: str = ""
    indicators: Sequence[str] = field(default_factory=tuple)
    is_emergency: bool = False
    #: What the person needs to be reached and heard.
    special_needs: Sequence[str] = field(default_factory=tuple)
    victim_informed: str = "unknown"
    external_id: str = ""
    police_orders: str = ""
    #: The orders were made without notice, and not served yet.
    is_unserved: bool = False
    #: Weapons within the other person's reach: yes, no, unknown; not_asked where nobody said.
    weapons: str = "not_asked"
    weapons_known: str = ""

    @property
    def language(self) -> str:
        return self.victim.language

    @property
    def person_informed(self) -> str:
        return self.victim_informed

    def people(self) -> Iterator[Somebody]:
        yield Somebody(FileRole.VICTIM, self.victim, self._of_victim())
        if self.person_of_concern is not None:
            other = self.person_of_concern
            yield Somebody(FileRole.PERSON_OF_CONCERN, other, iter([identity(other)]))

    def _of_victim(self) -> Iterator[dict[str, Any]]:
        """Yield what is written in the victim's file, in the order it is read."""
        yield identity(self.victim)
        yield from needed(self.special_needs, self.language)
        yield from reached(self.victim, self.safe_contact_note)
        yield {
            "category": "incident.facts",
            "text": self.incident,
            "observed_on": self.incident_on,
            "form": "referral:1",
        }
        yield from ticked(self.indicators, "indicators:1")
        if self.weapons != "not_asked":
            yield {
                "category": "threat.indicators",
                "text": self.weapons_known,
                "data": {"weapons": self.weapons, "stage": "referral"},
                "form": "weapons:1",
            }
        yield from written("incident.facts", self.reasons, "reasons:1", kind=Kind.OPINION)
        yield from written("incident.facts", self.children, "children:1")
        yield from orders(self.police_orders, is_unserved=self.is_unserved)
