"""Deciding as another deployment would, for one test.

Its policies are read once a process: a situation kept by `replay` is known by those in use, and is found again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from egide.sharing.rules import policies
from egide.sharing.rules.enabling import Deployment

_read: dict[str, policies.PolicySet] = {}


def use(deployment: Deployment) -> policies.PolicySet:
    """Decide as that deployment from now on; raises as `policies.use` does."""
    key = repr(deployment)
    if key not in _read:
        _read[key] = policies.use(deployment)
    policies._in_use = _read[key]
    return _read[key]


@contextmanager
def as_before() -> Iterator[None]:
    """Decide as before once the block is over, by the very same policies."""
    before = policies._in_use
    try:
        yield
    finally:
        policies._in_use = before
