"""The equal doors into a programme. A finding supports a person's decision; it never takes it."""

from collections.abc import Mapping
from dataclasses import dataclass

from egide.cases.rules.protocol import Door, Protocol


@dataclass(frozen=True)
class ScoreRange:
    """What is known of one assessment: the score if every unknown were absent, and if present."""

    low: int
    high: int


@dataclass(frozen=True)
class DoorFinding:
    """One door: `open`, `closed`, or `undetermined` while answers are unknown or the tool is unused."""

    door: Door
    state: str


def door_findings(
    protocol: Protocol,
    *,
    scores: Mapping[str, ScoreRange],
    judgement: str,
    minimums: Mapping[str, int] | None = None,
) -> list[DoorFinding]:
    """List each door with what is known today. Doors are equal: none comes first, none outweighs.

    Args:
        scores: by instrument code; an instrument that was not used is absent.
        judgement: the practitioner's written reasons; empty when not relied on.
        minimums: a deployment's own minimum by door code (Danger Assessment, see the protocol file).
    Raises:
        ValueError: a range is upside down.
    Source:
        New Brunswick Department of Public Safety, Coordinated Community Response, key components
        (entry modified 2021-04-29): ODARA 7 to 13, Danger Assessment 18 or more, or judgement.
    """
    found = []
    for door in protocol.doors:
        if not door.instrument:
            found.append(DoorFinding(door, "open" if judgement.strip() else "undetermined"))
            continue
        score = scores.get(door.instrument)
        if score is None:
            found.append(DoorFinding(door, "undetermined"))
            continue
        if score.low > score.high:
            raise ValueError("a score range cannot end before it begins")
        low = (minimums or {}).get(door.code, door.minimum or 0)
        high = door.maximum if door.maximum is not None else score.high
        if score.low >= low and score.high <= high:
            found.append(DoorFinding(door, "open"))
        elif score.high < low or score.low > high:
            found.append(DoorFinding(door, "closed"))
        else:
            found.append(DoorFinding(door, "undetermined"))
    return found
