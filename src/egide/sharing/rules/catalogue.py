"""The rules as people read them: title, plain statement, source, status, in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import yaml

from egide.sharing.rules.table import DATA

STATUSES = ("in_force", "enacted_not_in_force", "guidance", "programme_rule", "deployment_choice")
#: How far the source was read: the text, a second-hand account, nothing yet (K), or it is our own (O).
MARKS = ("S", "S-", "K", "O")


@dataclass(frozen=True)
class Rule:
    """One rule.

    `verified` is the mark of its source (S, S-, K, O); `is_silent`: its effect is not shown; `regime`: the
    code of the law it speaks for, as items carry it, when it speaks for one.
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

    def __post_init__(self) -> None:
        if self.verified not in MARKS:
            raise ValueError(f"rule {self.id}: unknown mark")
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
