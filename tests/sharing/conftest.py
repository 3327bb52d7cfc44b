"""What tests of sharing build on."""

import pytest

from egide.partners.models import Role
from egide.sharing.rules.enabling import Deployment
from tests import deployments
from tests.factories import a_member, an_agency


@pytest.fixture
def deployment():
    """Decide, for one test, as another deployment would: `deployment(is_fictional=False, reviewed={…})`."""

    def become(**fields):
        return deployments.use(Deployment(**{"profiles": ("ca-nb", "us-ct"), **fields}))

    with deployments.as_before():
        yield become


@pytest.fixture
def ledger_count(db):
    from egide.ledger.models import Entry

    return Entry.objects.count


@pytest.fixture
def officers(db):
    """Two privacy officers of one agency."""
    agency = an_agency()
    return a_member(agency, Role.PRIVACY_OFFICER), a_member(agency, Role.PRIVACY_OFFICER)
