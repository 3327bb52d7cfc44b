"""Which rules act in this deployment: a rule whose source nobody read waits for a named reviewer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from egide.sharing.rules.catalogue import Rule

#: Stated from general knowledge: its source was not opened (domain/information-sharing.md, evidence marks).
UNREAD = "K"
_REVIEW = re.compile(r"\S[^,]*, \d{4}-\d{2}-\d{2}")


class ReviewError(ValueError):
    """A review names no known rule, or does not say who reviewed it and when."""


@dataclass(frozen=True)
class Deployment:
    """What decides which rules are on. The default is the strictest: real data, nothing reviewed.

    Args:
        is_fictional: a demonstration or an exercise, where every rule may act.
        reviewed: rule id to "name, YYYY-MM-DD" of whoever checked it against its source.
    """

    is_fictional: bool = False
    reviewed: Mapping[str, str] = field(default_factory=dict)

    def check(self, rules: Mapping[str, Rule]) -> None:
        """Refuse a review that cannot be relied on.

        Raises:
            ReviewError: the rule is unknown, or the review has no name or no date.
        """
        for name, review in self.reviewed.items():
            if name not in rules:
                raise ReviewError(f"a review names a rule that does not exist: {name}")
            if not isinstance(review, str) or not _REVIEW.fullmatch(review.strip()):
                raise ReviewError(f'{name}: a review is "name, YYYY-MM-DD"')

    def is_on(self, rule: Rule) -> bool:
        """Say whether a rule acts here."""
        if rule.status == "enacted_not_in_force":
            return False
        return rule.verified != UNREAD or self.is_fictional or rule.id in self.reviewed

    def regimes(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Answer the regimes some rule in force here speaks for; items bound by any other open to nobody else."""
        return frozenset(rule.regime for rule in rules if rule.regime and self.is_on(rule))
