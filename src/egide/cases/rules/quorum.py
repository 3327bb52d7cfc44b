"""Who must be in the room before a conference decides on a case."""

from collections.abc import Iterable
from dataclasses import dataclass

from egide.cases.rules.protocol import Protocol, Seat


@dataclass(frozen=True)
class Present:
    """One person present and not recused on this case: the role they sit in, and their sector."""

    role: str
    sector: str
    agency_id: object


@dataclass(frozen=True)
class QuorumFinding:
    """Seats still empty; and whether a decision may be taken on a case."""

    missing: tuple[Seat, ...]
    is_victim_heard: bool

    @property
    def is_quorate(self) -> bool:
        return not self.missing

    @property
    def may_decide(self) -> bool:
        """Quorum, and the advocate or the victim's recorded wishes."""
        return self.is_quorate and self.is_victim_heard


def quorum_finding(
    protocol: Protocol, *, present: Iterable[Present], has_recorded_wishes: bool
) -> QuorumFinding:
    """Find the empty seats. One person fills one seat of role; a sector seat needs someone of that sector.

    Source: domain/frameworks.md f.2, default of ours: chair, coordinator, victim advocate, police or
    justice, one health or social service; no decision without the advocate or the recorded wishes.
    """
    people = list(present)
    missing = tuple(
        seat
        for seat in protocol.quorum
        if not any(person.role in seat.roles or person.sector in seat.sectors for person in people)
    )
    has_advocate = any(person.role == "advocate" for person in people)
    is_heard = has_advocate or has_recorded_wishes or not protocol.hears_the_person
    return QuorumFinding(missing=missing, is_victim_heard=is_heard)
