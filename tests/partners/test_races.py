"""Two administrators at the same moment."""

import threading

import pytest
from django.db import connection

from egide.common.errors import Refused
from egide.partners.models import Membership, Role
from egide.partners.services import people
from tests.conftest import NOON
from tests.factories import a_member, an_agency


@pytest.mark.django_db(transaction=True)
def test_who_end_each_other_leave_one():
    agency = an_agency()
    one, two = a_member(agency, Role.ADMINISTRATOR), a_member(agency, Role.ADMINISTRATOR)
    ready, refused = threading.Barrier(2), []

    def end(actor, other):
        ready.wait()
        try:
            people.end_membership(membership_id=other.pk, actor=actor, at=NOON)
        except Refused:
            refused.append(actor)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    left = Membership.objects.in_force(NOON.date()).filter(role=Role.ADMINISTRATOR)
    assert (left.count(), len(refused)) == (1, 1)
