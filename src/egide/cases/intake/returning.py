"""Somebody comes back from custody and wants support: what they hope for first, then what they need and are bound to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from egide.cases.intake.people import AboutOne, Somebody, identity, needed, orders, reached, written
from egide.cases.models.file import FileRole, Kind

#: Needs of a return that are special needs too.
_ARRANGED = {"language": "interpreter", "substance": "substance"}


@dataclass(frozen=True)
class ReturnContent(AboutOne):
    """What a referrer says of somebody's return, with them where it can be."""

    goals: str
    returns_on: date | None = None
    needs: Sequence[str] = field(default_factory=tuple)
    needs_known: str = ""
    strengths: str = ""
    conditions: str = ""
    #: The orders were made without notice, and not served yet.
    is_unserved: bool = False
    worries: str = ""
    person_informed: str = "unknown"
    safe_contact_note: str = ""
    is_emergency: bool = False
    external_id: str = ""

    @property
    def special_needs(self) -> tuple[str, ...]:
        """Of what would help, what somebody has to arrange before anything else."""
        return tuple(_ARRANGED[code] for code in self.needs if code in _ARRANGED)

    def people(self) -> Iterator[Somebody]:
        yield Somebody(FileRole.PERSON_OF_CONCERN, self.person, self._of_person())

    def _of_person(self) -> Iterator[dict[str, Any]]:
        yield identity(self.person)
        yield from needed(self.special_needs, self.language)
        yield from reached(self.person, self.safe_contact_note)
        yield {
            "category": "incident.facts",
            "text": self.goals,
            "data": {"returns_on": self.returns_on.isoformat() if self.returns_on else ""},
            "kind": Kind.STATEMENT,
            "form": "goals:1",
        }
        if self.needs or self.needs_known:
            yield {
                "category": "social.services",
                "text": self.needs_known,
                "data": {"needs": list(self.needs)},
                "form": "needs:1",
            }
        yield from written("incident.facts", self.strengths, "strengths:1")
        yield from written("incident.facts", self.worries, "reasons:1", kind=Kind.OPINION)
        yield from orders(self.conditions, is_unserved=self.is_unserved)
