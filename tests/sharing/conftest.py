"""What tests of sharing build on."""

import pytest

from egide.partners.models import Role
from egide.sharing.rules import policies
from egide.sharing.rules.enabling import Deployment
from tests.factories import a_member, an_agency


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


@pytest.fixture
def officers(db):
    """Two privacy officers of one agency."""
    agency = an_agency()
    return a_member(agency, Role.PRIVACY_OFFICER), a_member(agency, Role.PRIVACY_OFFICER)
