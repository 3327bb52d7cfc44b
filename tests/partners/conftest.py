"""Two administrators, one of them with a second hat, and a person they look after."""

from dataclasses import dataclass, field

import pytest

from egide.common.idempotency import new_key
from egide.partners.models import Membership, Role
from tests.factories import a_member, an_agency

PASSWORD = "a-long-password-1"


@dataclass
class Office:
    """Who administers: `one` and `two` are two people, `again` is `one` under another hat."""

    one: Membership = field(default_factory=lambda: a_member(an_agency(), Role.ADMINISTRATOR))

    def __post_init__(self):
        self.two = a_member(self.one.agency, Role.ADMINISTRATOR)
        self.again = a_member(an_agency(), Role.ADMINISTRATOR, account=self.one.account)
        self.person = a_member(an_agency())
        self.person.account.set_unusable_password()
        self.person.account.save()


@pytest.fixture
def office(db):
    return Office()


@pytest.fixture
def enter(client):
    """Answer a client signed in under a hat."""

    def enter_as(member, language="en"):
        client.force_login(member.account)
        session = client.session
        session["acting_as"] = str(member.pk)
        session.save()
        client.cookies["egide_language"] = language
        return client

    return enter_as


@pytest.fixture
def send(client):
    """Answer a function that posts a form with a fresh key."""

    def post(url, data=None, **kwargs):
        return client.post(url, {"submission": new_key(), **(data or {})}, **kwargs)

    return post
