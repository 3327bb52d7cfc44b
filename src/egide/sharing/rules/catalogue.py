"""The rules as people read them: title, plain statement, source, status, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).resolve().parent.parent / "data"
STATUSES = ("in_force", "enacted_not_in_force", "guidance", "programme_rule", "deployment_choice")
#: How far the source was read: the text, a second-hand account, nothing yet (K), or it is our own (O).
MARKS = ("S", "S-", "K", "O")
#: `permit`: a door of the law (and the table). `deny`: what it closes. `obligation`: a duty that comes along.
EFFECTS = ("permit", "deny", "obligation")


@dataclass(frozen=True)
class Rule:
    """One rule.

    `verified` is the mark of its source (S, S-, K, O); `is_silent`: its effect is not shown; `regime`: the
    code of the law it speaks for, as items carry it, when it speaks for one; `protected_by`: for a denial
    nobody reviewed yet, the rule that denies in its place meanwhile.
    """

    id: str
    jurisdiction: str
    status: str
    verified: str
    effect: str
    title_en: str
    title_fr: str
    text_en: str
    text_fr: str
    citation: str
    is_silent: bool = False
    regime: str = ""
    protected_by: str = ""

    def __post_init__(self) -> None:
        if self.verified not in MARKS:
            raise ValueError(f"rule {self.id}: unknown mark")
        if self.status not in STATUSES or self.effect not in EFFECTS:
            raise ValueError(f"rule {self.id}: unknown status or effect")


@cache
def catalogue() -> Mapping[str, Rule]:
    """Answer the rules by id, read once.

    Raises:
        TypeError, ValueError: a rule lacks a part, or two are named alike.
    """
    found: dict[str, Rule] = {}
    for path in sorted((DATA / "rules").glob("*.yaml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
            rule = Rule(**entry)
            if rule.id in found:
                raise ValueError(f"rule {rule.id} is named twice")
            found[rule.id] = rule
    return found


@cache
def profiles() -> Mapping[str, frozenset[str]]:
    """Answer the jurisdictions each profile covers, by its name."""
    data = yaml.safe_load((DATA / "profiles.yaml").read_text(encoding="utf-8"))
    return {name: frozenset(places) for name, places in data.items()}
