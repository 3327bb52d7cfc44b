"""The legal regimes a record may be bound by: `sharing` names those it has rules for; others follow the pattern.

A regime is a code such as `ca-nb-phipaa`: country, region where there is one, law.
"""

import re
from collections.abc import Iterable, Mapping

#: Lower-case words joined by hyphens, 3 to 40 characters, starting with a country of two letters.
PATTERN = re.compile(r"[a-z]{2}(-[a-z0-9]+){1,5}")
LONGEST = 40

_known: dict[str, str] = {}


def register(names: Mapping[str, str] | Iterable[str]) -> None:
    """Add regimes, with their names where given; registering one again replaces its name."""
    _known.update(names if isinstance(names, Mapping) else dict.fromkeys(names, ""))


def known() -> dict[str, str]:
    """Answer the regimes somebody has rules for, by code, with their names (empty when not given)."""
    return dict(sorted(_known.items()))


def is_acceptable(code: str) -> bool:
    """Say whether an agency may be bound by this code: a known one; any well-formed one while none is known."""
    if _known:
        return code in _known
    return len(code) <= LONGEST and PATTERN.fullmatch(code) is not None
