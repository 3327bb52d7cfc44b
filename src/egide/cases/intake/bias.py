"""Somebody was harmed for what they are, or are taken for: whether it is a crime is nobody's question here.

Source: domain/reporting.md 1.3 (what is asked, in plain words), 1.6 (the person's own idea of why, never a verdict).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from egide.cases.intake.people import AboutOne, Somebody, identity, needed, reached, written
from egide.cases.models.file import FileRole, Kind


@dataclass(frozen=True)
class BiasContent(AboutOne):
    """What a referrer says of an act of prejudice and of whom it touched."""

    incident: str
    incident_on: date | None = None
    place: str = ""
    acts: Sequence[str] = field(default_factory=tuple)
    #: Why the person thinks it happened, in their words; protected, as it says what they are or are taken for.
    why: str = ""
    wishes: str = ""
    safe_contact_note: str = ""
    reasons: str = ""
    person_informed: str = "unknown"
    is_emergency: bool = False
    #: What the person needs to be reached and heard.
    special_needs: Sequence[str] = field(default_factory=tuple)
    external_id: str = ""

    def people(self) -> Iterator[Somebody]:
        yield Somebody(FileRole.VICTIM, self.person, self._of_person())

    def _of_person(self) -> Iterator[dict[str, Any]]:
        yield identity(self.person)
        yield from needed(self.special_needs, self.language)
        yield from reached(self.person, self.safe_contact_note)
        yield {
            "category": "incident.facts",
            "text": self.incident,
            "data": {"place": self.place, "acts": list(self.acts)},
            "observed_on": self.incident_on,
            "form": "bias-incident:1",
        }
        yield from written("identity.protected", self.why, "bias-why:1", kind=Kind.STATEMENT)
        yield from written("incident.facts", self.wishes, "wishes-told:1", kind=Kind.STATEMENT)
        yield from written("incident.facts", self.reasons, "reasons:1", kind=Kind.OPINION)
