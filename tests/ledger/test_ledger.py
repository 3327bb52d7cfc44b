"""Recording, placing in the tree, and finding whatever was touched."""

import datetime
import json
import random
import re

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from egide.common.ids import new_id
from egide.ledger import queries, services, waiting
from egide.ledger.models import Checkpoint, Entry, Leaf, Pending
from egide.ledger.rules import merkle
from egide.ledger.rules.canonical import NotACode
from egide.ledger.verification import LATE, verify
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


class Someone:
    def __init__(self):
        self.pk, self.agency_id, self.role = new_id(), new_id(), "coordinator"


def fill(count, *, batches=1):
    someone = Someone()
    for _turn in range(batches):
        with transaction.atomic():
            services.record_many(
                services.entry(
                    action="cases.read", actor=someone, target=f"cases.case:{n}", at=NOON, subject=new_id()
                )
                for n in range(count // batches)
            )
        services.integrate(at=NOON)


class TestRecord:
    def test_says_who_did_what_for_whom(self):
        someone, subject = Someone(), new_id()

        services.record(
            action="sharing.opened",
            actor=someone,
            target="cases.file:1",
            at=NOON,
            subject=subject,
            rules=["ca-nb-ccr-consent"],
            counts={"identity.core": 3},
        )

        body = json.loads(Entry.objects.get().body)
        assert body["actor"] == str(someone.pk)
        assert body["agency"] == str(someone.agency_id)
        assert body["subject"] == str(subject)
        assert body["at"] == "2026-11-23T16:00:00.000000+00:00"
        assert body["counts"] == {"identity.core": 3}
        assert queries.entries_about(subject=subject)[0].facts == body
        assert queries.entries_by(actor=someone.pk)[0].facts == body

    @pytest.mark.parametrize("name", ["subject", "actor"])
    def test_refuses_a_detail_named_as_what_it_is_found_by(self, name):
        with pytest.raises(ValueError, match="by these names"):
            services.entry(action="cases.read", actor=None, target="x", at=NOON, details={name: "a"})

    def test_refuses_a_narrative(self):
        with pytest.raises(NotACode):
            services.record(
                action="cases.noted",
                actor=None,
                target="",
                at=NOON,
                details={"note": "he said he would come"},
            )

    def test_goes_with_the_transaction_it_belongs_to(self):
        with pytest.raises(RuntimeError), transaction.atomic():
            services.record(action="a.b", actor=None, target="", at=NOON)
            raise RuntimeError
        assert not Entry.objects.exists()
        assert not Pending.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        services.record(action="a.b", actor=None, target="", at=NOON)


@pytest.mark.parametrize("model", [Entry, Leaf, Checkpoint])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_itself_refuses_change(model, act):
    fill(3)

    field = {Entry: {"body": "{}"}, Leaf: {"entry_id": 99}, Checkpoint: {"note": ""}}[model]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.update(**field) if act == "update" else model.objects.all().delete()

    assert model.objects.exists()


class TestIntegrate:
    def test_places_every_entry_once_and_signs_the_head(self, tmp_path):
        fill(10, batches=2)

        assert services.integrate(at=NOON, anchor=tmp_path / "head") == 0
        assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(10))
        assert not Pending.objects.exists()
        head = queries.latest_checkpoint()
        assert head.size == 10
        hashes = [bytes(h) for h in Leaf.objects.order_by("index").values_list("hash", flat=True)]
        assert bytes(head.root) == merkle.root_of(hashes)

    def test_goes_on_in_batches(self, monkeypatch):
        monkeypatch.setattr(services, "BATCH", 4)
        with transaction.atomic():
            services.record_many(
                services.entry(action="a.b", actor=None, target="", at=NOON) for _n in range(10)
            )

        assert services.integrate(at=NOON) == 10
        assert verify().is_whole

    def test_proofs_hold_against_the_signed_head(self):
        fill(9)
        fill(5)
        head = queries.latest_checkpoint()

        leaf, path = queries.prove_inclusion(index=3, size=head.size)
        steps = queries.prove_consistency(old=9, new=14)

        assert merkle.is_included(leaf, 3, 14, path, bytes(head.root))
        old = Checkpoint.objects.get(size=9)
        assert merkle.is_consistent(9, 14, bytes(old.root), bytes(head.root), steps)


def without_triggers():
    """Do what an attacker with all rights on the database can do."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type='trigger' AND name LIKE 'ledger%'")
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            for table in ("entry", "leaf", "checkpoint"):
                cursor.execute(f"ALTER TABLE ledger_{table} DISABLE TRIGGER ALL")


def run(sql, params=()):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.rowcount


def change_body(leaf, rng):
    body = Entry.objects.get(pk=leaf.entry_id).body
    at = rng.randrange(len(body))
    altered = body[:at] + chr((ord(body[at]) + rng.randint(1, 90)) % 94 + 33) + body[at + 1 :]
    if altered == body:
        altered = body + " "
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [altered, leaf.entry_id])
    return f"entry {leaf.entry_id} "


def change_body_and_hash(leaf, rng):
    body = Entry.objects.get(pk=leaf.entry_id).body + str(rng.random())
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [body, leaf.entry_id])
    run('UPDATE ledger_leaf SET hash = %s WHERE "index" = %s', [merkle.leaf_hash(body.encode()), leaf.index])
    return f"entry {leaf.entry_id} "


def file_elsewhere(leaf, rng):
    """Hide a reading from "who read this file", or from "what did this person do"."""
    return _misfile(leaf.entry_id, rng)


def file_waiting_elsewhere(leaf, rng):
    return _misfile(a_waiting(rng).entry_id, rng)


def _misfile(entry_id, rng):
    column, value = rng.choice(["subject", "actor"]), rng.choice([None, new_id()])
    if value is None and getattr(Entry.objects.get(pk=entry_id), column) is None:
        value = new_id()
    stored = value and (value.hex if connection.vendor == "sqlite" else str(value))
    run(f"UPDATE ledger_entry SET {column} = %s WHERE id = %s", [stored, entry_id])
    return f"entry {entry_id}.* found under another file or person than it names"


def drop_entry(leaf, rng):
    run("DELETE FROM ledger_entry WHERE id = %s", [leaf.entry_id])
    return f"entry {leaf.entry_id} "


def drop_leaf(leaf, rng):
    run('DELETE FROM ledger_leaf WHERE "index" = %s', [leaf.index])
    return f"(leaf|entry) ({leaf.index}|{leaf.entry_id})( |$)"


def drop_both(leaf, rng):
    drop_leaf(leaf, rng)
    drop_entry(leaf, rng)
    return f"leaf {leaf.index} is missing"


def swap(leaf, rng):
    other = Leaf.objects.exclude(pk=leaf.pk).order_by("index")[rng.randrange(Leaf.objects.count() - 1)]
    run('UPDATE ledger_leaf SET "index" = -1 WHERE "index" = %s', [leaf.index])
    run('UPDATE ledger_leaf SET "index" = %s WHERE "index" = %s', [leaf.index, other.index])
    run('UPDATE ledger_leaf SET "index" = %s WHERE "index" = -1', [other.index])
    return f"entry ({leaf.entry_id}|{other.entry_id}) "


def swap_bodies(leaf, rng):
    other = Leaf.objects.exclude(pk=leaf.pk).order_by("index")[rng.randrange(Leaf.objects.count() - 1)]
    bodies = dict(Entry.objects.filter(pk__in=[leaf.entry_id, other.entry_id]).values_list("pk", "body"))
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [bodies[other.entry_id], leaf.entry_id])
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [bodies[leaf.entry_id], other.entry_id])
    return f"entry ({leaf.entry_id}|{other.entry_id}) "


def insert_at_the_end(leaf, rng):
    body = f'{{"action":"forged.{rng.random()}"}}'
    made = Entry.objects.create(body=body)
    run("DELETE FROM ledger_pending WHERE entry_id = %s", [made.pk])
    size = Leaf.objects.count()
    Leaf.objects.create(
        index=size, entry_id=made.pk, hash=merkle.leaf_hash(body.encode()), mac=rng.randbytes(16)
    )
    return f"entry {made.pk} "


def insert_without_a_place(leaf, rng):
    made = Entry.objects.create(body='{"action":"forged.again"}')
    run("DELETE FROM ledger_pending WHERE entry_id = %s", [made.pk])
    return f"entry {made.pk} "


def cut_off(leaf, rng):
    """Drop the end of the ledger and every head that knew of it: only the anchor outside remembers."""
    first = max(1, leaf.index)
    gone = list(Leaf.objects.filter(index__gte=first).values_list("entry_id", flat=True))
    run('DELETE FROM ledger_leaf WHERE "index" >= %s', [first])
    run(f"DELETE FROM ledger_entry WHERE id IN ({','.join(map(str, gone))})")
    run("DELETE FROM ledger_checkpoint WHERE size > %s", [first])
    return f"lea(f|ves) {first} "


def forge_head(leaf, rng):
    head = Checkpoint.objects.order_by("size").first()
    run("UPDATE ledger_checkpoint SET root = %s WHERE size = %s", [rng.randbytes(32), head.size])
    return f"checkpoint {head.size} "


def a_waiting(rng):
    return Pending.objects.order_by("entry_id")[rng.randrange(Pending.objects.count())]


def change_waiting(leaf, rng):
    entry = a_waiting(rng).entry_id
    run("UPDATE ledger_entry SET body = body || %s WHERE id = %s", [" ", entry])
    return f"entry {entry}, which waits"


def change_waiting_and_its_mark(leaf, rng):
    entry = a_waiting(rng).entry_id
    run("UPDATE ledger_entry SET body = body || %s WHERE id = %s", [str(rng.random()), entry])
    run("UPDATE ledger_pending SET mark = %s WHERE entry_id = %s", [rng.randbytes(16), entry])
    return f"entry {entry}, which waits"


def swap_waiting(leaf, rng):
    one, other = rng.sample(list(Pending.objects.order_by("entry_id").values_list("entry_id", flat=True)), 2)
    bodies = dict(Entry.objects.filter(pk__in=[one, other]).values_list("pk", "body"))
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [bodies[other], one])
    run("UPDATE ledger_entry SET body = %s WHERE id = %s", [bodies[one], other])
    return f"entry ({one}|{other}), which waits"


def drop_waiting(leaf, rng):
    entry = a_waiting(rng).entry_id
    run("DELETE FROM ledger_entry WHERE id = %s", [entry])
    run("DELETE FROM ledger_pending WHERE entry_id = %s", [entry])
    return f"entry {entry} was dropped"


def drop_the_last_waiting(leaf, rng):
    """The end of what waits, with the counter set back: in the database nothing is left to tell of it."""
    last = Pending.objects.order_by("-entry_id").first().entry_id
    run("DELETE FROM ledger_entry WHERE id = %s", [last])
    run("DELETE FROM ledger_pending WHERE entry_id = %s", [last])
    return f"entry {last} was dropped"


def drop_waiting_entry_alone(leaf, rng):
    entry = a_waiting(rng).entry_id
    run("DELETE FROM ledger_entry WHERE id = %s", [entry])
    return f"entry {entry} "


def drop_the_mark_alone(leaf, rng):
    entry = a_waiting(rng).entry_id
    run("DELETE FROM ledger_pending WHERE entry_id = %s", [entry])
    return f"entry {entry} has no place"


def insert_waiting(leaf, rng):
    made = Entry.objects.create(body='{"action":"forged.third"}')
    Pending.objects.create(entry_id=made.pk, mark=rng.randbytes(16))
    return f"entry {made.pk}, which waits"


def repeat_waiting(leaf, rng):
    """A true entry a second time, with its true mark."""
    one = a_waiting(rng)
    made = Entry.objects.create(body=Entry.objects.get(pk=one.entry_id).body)
    Pending.objects.create(entry_id=made.pk, mark=bytes(one.mark))
    return f"entry {made.pk}, which waits"


TAMPERINGS = [
    file_elsewhere,
    file_waiting_elsewhere,
    change_waiting,
    change_waiting_and_its_mark,
    swap_waiting,
    drop_waiting,
    drop_the_last_waiting,
    drop_waiting_entry_alone,
    drop_the_mark_alone,
    insert_waiting,
    repeat_waiting,
    change_body,
    change_body_and_hash,
    drop_entry,
    drop_leaf,
    drop_both,
    swap,
    swap_bodies,
    insert_at_the_end,
    insert_without_a_place,
    cut_off,
    forge_head,
]


class _Undo(Exception):
    pass


def found_after(tamper, rng, anchor):
    leaf = Leaf.objects.order_by("index")[rng.randrange(Leaf.objects.count())]
    try:
        with transaction.atomic():
            named = tamper(leaf, rng)
            problems = verify(anchor=anchor).problems
            raise _Undo
    except _Undo:
        pass
    assert problems, f"{tamper.__name__} of leaf {leaf.index} was not found"
    assert any(re.search(named, p + " ") for p in problems), f"{tamper.__name__}: {named!r} not in {problems}"


def wait(count, kept):
    """Record entries that wait for their place, in a transaction that is kept."""
    with kept(execute=True), transaction.atomic():
        services.record_many(
            services.entry(action="cases.read", actor=None, target=f"cases.case:{n}", at=NOON)
            for n in range(count)
        )


@pytest.fixture
def kept(django_capture_on_commit_callbacks, settings, tmp_path):
    settings.EGIDE_DATA = tmp_path
    return django_capture_on_commit_callbacks


def tampered(count, kept):
    fill(24, batches=4)
    wait(6, kept)
    anchor = services.default_anchor()
    services.write_anchor(anchor, queries.latest_checkpoint().note)
    assert verify(anchor=anchor).is_whole
    without_triggers()
    rng = random.Random(20261123)
    for turn in range(count):
        found_after(TAMPERINGS[turn % len(TAMPERINGS)], rng, anchor)
    assert verify(anchor=anchor).is_whole


def test_whatever_is_touched_is_found_and_named(kept):
    tampered(120, kept)


@pytest.mark.slow
@pytest.mark.anywhere  # the hundred and twenty above are found on both databases
def test_ten_thousand_random_tamperings_are_found_and_named(kept):
    tampered(10_000, kept)


class TestVerify:
    def test_an_empty_ledger_is_whole(self):
        assert verify().is_whole

    def test_an_entry_placed_before_the_first_leaf_is_named(self):
        fill(4)
        services.record(action="a.b", actor=None, target="", at=NOON)
        hidden = Pending.objects.get().entry_id
        Pending.objects.all().delete()
        Leaf.objects.create(index=-1, entry_id=hidden, hash=b"\0" * 32, mac=b"\0" * 16)

        assert f"entry {hidden} stands before the first leaf" in verify().problems

    def test_blocks_make_the_same_root_as_one_walk(self, monkeypatch):
        fill(40, batches=5)
        whole = verify()
        monkeypatch.setattr("egide.ledger.verification.BLOCK", 8)

        again = verify()

        assert again.is_whole
        assert again.root == whole.root == bytes(queries.latest_checkpoint().root)

    def test_says_how_many_have_waited_too_long(self):
        services.record(action="a.b", actor=None, target="", at=NOON)
        written = Pending.objects.get().noted_at

        assert verify(at=written + LATE - datetime.timedelta(seconds=1)).late == 0
        assert verify(at=written + LATE + datetime.timedelta(seconds=1)).late == 1

    def test_a_late_one_has_its_own_status(self, capsys, kept, noon):
        wait(2, kept)
        noon(Pending.objects.first().noted_at + 2 * LATE)

        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "verify", "--processes", "1")

        assert ended.value.code == 3
        assert "./egide worker" in capsys.readouterr().err

    def test_waiting_entries_are_counted_not_blamed(self):
        fill(3)
        services.record(action="a.b", actor=None, target="", at=NOON)

        report = verify()

        assert report.is_whole
        assert report.pending == 1

    def test_the_command_ends_with_status_1_and_names_the_entry(self, capsys, settings, tmp_path):
        settings.EGIDE_DATA = tmp_path
        fill(5)
        call_command("ledger", "verify", "--processes", "1")
        assert "5" in capsys.readouterr().out
        without_triggers()
        entry = Entry.objects.order_by("pk").first()
        run("UPDATE ledger_entry SET body = '{}' WHERE id = %s", [entry.pk])

        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "verify", "--processes", "1")

        assert ended.value.code == 1
        assert f"entry {entry.pk} " in capsys.readouterr().err


class TestWaiting:
    def test_what_does_not_bear_its_mark_is_never_placed(self, kept):
        wait(3, kept)
        changed, forged = Pending.objects.first().entry_id, Entry.objects.create(body="{}").pk
        Pending.objects.create(entry_id=forged, mark=b"m" * 16)
        without_triggers()
        run("UPDATE ledger_entry SET body = body || ' ' WHERE id = %s", [changed])

        assert services.integrate(at=NOON) == 2

        assert set(Pending.objects.values_list("entry_id", flat=True)) == {changed, forged}
        assert {re.search(r"entry (\d+), which waits", p)[1] for p in verify().problems} == {
            str(changed),
            str(forged),
        }

    def test_nothing_is_noted_of_what_was_undone(self, kept):
        with kept(execute=True), pytest.raises(RuntimeError), transaction.atomic():
            services.record(action="a.b", actor=None, target="", at=NOON)
            raise RuntimeError

        assert list(waiting.noted(waiting.default_folder())) == []

    def test_notes_hold_numbers_and_marks_for_their_owner_alone(self, kept):
        wait(2, kept)

        [file] = waiting.default_folder().iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert re.fullmatch(r"(\d+ [0-9a-f]{32}\n){2}", file.read_text())

    def test_notes_go_once_all_have_their_place(self, kept, monkeypatch):
        monkeypatch.setattr(waiting, "NOTED", 1)
        wait(3, kept)
        last = Entry.objects.order_by("-pk").first().pk

        services.integrate(at=NOON, anchor=services.default_anchor())

        assert [path.name for path in waiting.default_folder().iterdir()] == [str(last)]
        assert verify(anchor=services.default_anchor()).is_whole

    def test_a_dropped_one_stays_noted(self, kept, monkeypatch):
        monkeypatch.setattr(waiting, "NOTED", 1)
        wait(3, kept)
        first = Entry.objects.order_by("pk").first().pk
        without_triggers()
        run("DELETE FROM ledger_entry WHERE id = %s", [first])
        run("DELETE FROM ledger_pending WHERE entry_id = %s", [first])

        services.integrate(at=NOON, anchor=services.default_anchor())

        assert verify(anchor=services.default_anchor()).problems == [
            f"entry {first} was dropped while it waited for its place"
        ]

    def test_work_goes_on_when_the_folder_cannot_be_written(self, kept, settings, tmp_path, caplog):
        (tmp_path / "file").write_text("")
        settings.EGIDE_DATA = tmp_path / "file"

        wait(1, kept)

        assert "could not be noted" in caplog.text
        assert verify().is_whole


def test_the_head_is_public(client):
    assert client.get("/ledger/checkpoint").status_code == 204
    fill(2)

    answer = client.get("/ledger/checkpoint")

    assert answer.status_code == 200
    assert answer.content.decode().splitlines()[1] == "2"
    assert client.get("/ledger/key").content.decode().startswith("egide.local/ledger+")
