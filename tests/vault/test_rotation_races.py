"""A rotation beside transactions that make files meanwhile: none of those files is lost."""

import threading

import pytest
from django.db import connection, transaction

from egide.common.ids import new_id
from egide.vault import services
from egide.vault.models import FileKeys
from egide.vault.services import SealContext
from tests.vault.test_vault import SECRET_TEXT, SealedItem, opened, sealed

TWO_WRITERS = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer at a time"
)


class Maker(threading.Thread):
    """Makes a file in a transaction that ends when told to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.has_made, self.may_end = threading.Event(), threading.Event()
        self.item = None

    def run(self):
        try:
            with transaction.atomic():
                self.item = sealed()
                self.has_made.set()
                assert self.may_end.wait(20)
        finally:
            connection.close()


@TWO_WRITERS
@pytest.mark.django_db(transaction=True)
def test_a_file_made_before_and_committed_after_still_opens(own_keys):
    former, maker = own_keys.current_id(), Maker()
    maker.start()
    assert maker.has_made.wait(20)
    counted = []

    def rotate():
        try:
            counted.append(services.rotate())
        finally:
            connection.close()

    rotation = threading.Thread(target=rotate, daemon=True)
    rotation.start()
    rotation.join(1)
    assert rotation.is_alive()  # it waits for what was begun under the older key
    assert own_keys.knows(former)
    later = sealed()  # nobody else waits for it

    maker.may_end.set()
    maker.join(20)
    rotation.join(20)

    assert counted == [1]
    assert not own_keys.knows(former)
    assert opened(maker.item, later) == [SECRET_TEXT] * 2


@pytest.mark.django_db
def test_keys_kept_after_their_master_was_forgotten_are_wrapped_again(own_keys):
    file_id, context = new_id(), SealContext("cases.Entry", "content", new_id())
    made = services.new_sealer(file_id)
    value = made.seal("location", SECRET_TEXT, context)
    services.rotate()

    services.save_keys([made])

    assert FileKeys.objects.get(pk=file_id).master_id == own_keys.current_id()
    assert opened(SealedItem(file_id, "location", context, value)) == [SECRET_TEXT]


@pytest.mark.django_db
def test_a_master_that_a_row_still_names_is_not_forgotten(own_keys, monkeypatch):
    item, former = sealed(), own_keys.current_id()
    own_keys.begin_rotation()

    assert not services._forget(own_keys)

    assert own_keys.knows(former)
    assert opened(item) == [SECRET_TEXT]
