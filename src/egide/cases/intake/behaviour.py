"""Somebody's behaviour causes concern: what was seen or heard, never what the person believes, is or suffers from.

Source: domain/instruments.md §4 (NTAC: behaviour, not identity: V1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from egide.cases.intake.people import (
    AboutOne,
    Person,
    Somebody,
    identity,
    needed,
    orders,
    reached,
    ticked,
    written,
)
from egide.cases.models.file import FileRole, Kind


@dataclass(frozen=True)
class BehaviourContent(AboutOne):
    """What a referrer saw or heard somebody do, and of whom may be in danger."""

    seen: str
    #: How the referrer knows: seen, heard, online, told.
    known_how: str
    seen_on: date | None = None
    behaviours: Sequence[str] = field(default_factory=tuple)
    #: What was threatened, against whom and when; empty when nothing was.
    threat: str = ""
    #: Weapons within reach: yes, no, unknown; and what is known of them.
    weapons: str = "unknown"
    weapons_known: str = ""
    at_risk: Person | None = None
    at_risk_how: str = ""
    strengths: str = ""
    reasons: str = ""
    already_done: str = ""
    orders: str = ""
    #: The orders were made without notice, and not served yet.
    is_unserved: bool = False
    is_emergency: bool = False
    #: What the person needs to be reached and heard.
    special_needs: Sequence[str] = field(default_factory=tuple)
    external_id: str = ""

    #: Nobody asks the referrer to tell the person: that is for the team to decide.
    person_informed: str = "unknown"

    def people(self) -> Iterator[Somebody]:
        yield Somebody(FileRole.PERSON_OF_CONCERN, self.person, self._of_person())
        if self.at_risk is not None:
            yield Somebody(FileRole.OTHER, self.at_risk, self._of_somebody_at_risk(self.at_risk))

    def _of_person(self) -> Iterator[dict[str, Any]]:
        yield identity(self.person)
        yield from needed(self.special_needs, self.language)
        yield {
            "category": "incident.facts",
            "text": self.seen,
            "data": {"known_how": self.known_how},
            "observed_on": self.seen_on,
            "form": "behaviour:1",
        }
        yield from ticked(self.behaviours, "behaviours:1")
        yield from written("threat.indicators", self.threat, "threat:1", kind=Kind.STATEMENT)
        yield {
            "category": "threat.indicators",
            "text": self.weapons_known,
            "data": {"weapons": self.weapons, "stage": "referral"},
            "form": "weapons:1",
        }
        yield from written("incident.facts", self.strengths, "strengths:1")
        yield from written("incident.facts", self.reasons, "reasons:1", kind=Kind.OPINION)
        yield from written("incident.facts", self.already_done, "already-done:1")
        yield from orders(self.orders, is_unserved=self.is_unserved)

    def _of_somebody_at_risk(self, person: Person) -> Iterator[dict[str, Any]]:
        yield identity(person)
        yield from reached(person, "")
        yield from written("incident.facts", self.at_risk_how, "at-risk:1")
