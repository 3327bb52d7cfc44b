"""What tests of sharing build on."""

import pytest

from egide.sharing.rules import policies
from egide.sharing.rules.enabling import Deployment


@pytest.fixture
def deployment():
    """Decide, for one test, as another deployment would: `deployment(is_fictional=False, reviewed={…})`."""
    before = policies._in_use

    def become(**fields):
        return policies.use(Deployment(**{"profiles": ("ca-nb", "us-ct"), **fields}))

    yield become
    policies._in_use = before


@pytest.fixture
def ledger_count(db):
    from egide.ledger.models import Entry

    return Entry.objects.count
