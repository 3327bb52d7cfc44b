"""Which rules act in this deployment: its profiles, and for a rule whose source nobody read, a named reviewer."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from egide.sharing.rules.catalogue import Rule, profiles

#: Stated from general knowledge: its source was not opened (domain/information-sharing.md, evidence marks).
UNREAD = "K"
_REVIEW = re.compile(r"\S[^,]*, \d{4}-\d{2}-\d{2}")


class ReviewError(ValueError):
    """A review names no known rule, or does not say who reviewed it and when; or no such profile exists."""


@dataclass(frozen=True)
class Deployment:
    """What decides which rules are on. The default is the strictest: real data, no profile, nothing reviewed.

    Args:
        is_fictional: a demonstration or an exercise, where an unread rule may act.
        reviewed: rule id to "name, YYYY-MM-DD" of whoever checked it against its source.
        profiles: names of jurisdiction profiles: their doors may open, their duties apply.
    """

    is_fictional: bool = False
    reviewed: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()

    def check(self, rules: Mapping[str, Rule]) -> None:
        """Refuse a review or a profile that cannot be relied on.

        Raises:
            ReviewError: the rule or the profile is unknown, or the review has no name or no date.
        """
        for name in self.profiles:
            if name not in profiles():
                raise ReviewError(f"no such profile: {name}; there are {', '.join(sorted(profiles()))}")
        for name, review in self.reviewed.items():
            if name not in rules:
                raise ReviewError(f"a review names a rule that does not exist: {name}")
            if not isinstance(review, str) or not _REVIEW.fullmatch(review.strip()):
                raise ReviewError(f'{name}: a review is "name, YYYY-MM-DD"')

    def is_on(self, rule: Rule) -> bool:
        """Say whether a rule acts here. What a law closes is closed everywhere; doors and duties are chosen."""
        if rule.status == "enacted_not_in_force":
            return False
        if rule.verified == UNREAD and not self.is_fictional and rule.id not in self.reviewed:
            return False
        if rule.effect == "deny" or rule.jurisdiction == "deployment":
            return True
        return any(rule.jurisdiction in profiles()[name] for name in self.profiles)

    def regimes(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Answer the regimes a rule here speaks for; items bound by any other open to nobody else.

        A door alone does not count: without what closes the regime it would stand in no wall. A duty does, for
        a law that asks for nothing else.
        """
        return frozenset(
            rule.regime for rule in rules if rule.regime and rule.effect != "permit" and self.is_on(rule)
        )
