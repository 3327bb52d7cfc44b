"""kill -9 while documents are brought and added: what was acknowledged opens whole; nothing is left of the rest."""

import os
import random
import select
import time

import pytest

from egide.cases.models import DocumentPart, Entry, PendingDocument
from egide.cases.models.document import FORM, PART_BYTES
from egide.cases.queries import documents as queries
from egide.cases.services import documents
from egide.common import clock
from egide.ledger.models import Entry as LedgerEntry
from egide.uploads.inspecting import Inspected
from egide.uploads.kinds import KINDS
from egide.vault.models import FileKeys
from tests.conftest import NOON
from tests.factories import World
from tests.faults.test_kills import forked, killed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
KILLS = 12
LONG = Inspected(KINDS["text"], b"a line of a long text\n" * 40_000, (), 1)


def go_on(world, case_id, file_id, told):
    """Bring and add documents without end; say on a pipe each one the service answered for."""
    said = documents.Said(file_id, "incident.facts", "A text", "Many lines.")
    while True:
        pending = documents.bring(
            case_id=case_id,
            said=said,
            brought=documents.Brought(LONG, "a.txt", LONG.data),
            actor=world.officer,
            at=NOON,
        )
        made = documents.add_document(case_id=case_id, pending_id=pending.pk, actor=world.officer, at=NOON)
        os.write(told, made.pk.bytes)


def test_what_was_acknowledged_opens_whole_and_nothing_is_left_of_the_rest():
    world, rng = World(), random.Random(11)
    case = world.active()
    file_id = case.files.get(role="victim").pk
    keys = FileKeys.objects.count()
    acknowledged = set()
    for turn in range(KILLS):
        heard, told = os.pipe()
        child = forked(lambda told=told: go_on(world, case.pk, file_id, told))
        os.close(told)
        if turn % 2:  # after an answer, at any moment of the next one; else at any moment of the first
            select.select([heard], [], [], 60)
        time.sleep(rng.uniform(0.0, 0.4))
        killed(child)
        with os.fdopen(heard, "rb") as answers:
            raw = answers.read()
        acknowledged |= {raw[n : n + 16] for n in range(0, len(raw), 16)}

    entries = {entry.pk.bytes: entry for entry in Entry.objects.filter(form=FORM)}
    assert acknowledged
    assert acknowledged <= set(entries)
    for entry in entries.values():
        found = queries.open_document(
            case_id=case.pk, entry_id=entry.pk, actor=world.coordinator, at=clock.now(), bytes_of=KINDS
        )
        assert found.data == LONG.data
    assert LedgerEntry.objects.filter(body__contains='"cases.document_added"').count() == len(entries)
    # What waits is whole too, and goes by its own date; no part and no key belongs to nothing.
    waiting = list(PendingDocument.objects.order_by("pk"))
    for pending in waiting:
        assert (
            documents.waiting(case_id=case.pk, pending_id=pending.pk, actor=world.officer).data == LONG.data
        )
    parts = -(-len(LONG.data) // PART_BYTES)
    assert DocumentPart.objects.count() == parts * (len(entries) + len(waiting))
    assert FileKeys.objects.count() == keys + len(waiting)
