"""The rules as people read them: title, plain statement, source, status, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from egide.sharing.rules.table import DATA

STATUSES = ("in_force", "enacted_not_in_force", "guidance", "programme_rule", "deployment_choice")


@dataclass(frozen=True)
class Rule:
    """One rule. `verified` is the mark of its source (S, S-, K, O); `is_silent`: its effect is not shown."""

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

    def __post_init__(self) -> None:
        if self.status not in STATUSES or self.effect not in ("permit", "deny", "obligation"):
            raise ValueError(f"rule {self.id}: unknown status or effect")


@cache
def catalogue() -> Mapping[str, Rule]:
    """Answer the rules by id, read once.

    Raises:
        TypeError, ValueError: a rule lacks a part.
    """
    data = yaml.safe_load((DATA / "rules.yaml").read_text(encoding="utf-8"))
    rules = [Rule(**entry) for entry in data]
    found = {rule.id: rule for rule in rules}
    if len(found) != len(rules):
        raise ValueError("a rule is named twice")
    return found
