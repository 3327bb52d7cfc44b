"""What an opening leaves behind, what it does when something is broken, and that nobody else can open."""

import ast
import json
from pathlib import Path

import grimp
import pytest
from django.db import connection, transaction

import egide
from egide.cases.models import Entry, File
from egide.common.errors import NotVisible, PermissionDenied
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.sharing import opening
from egide.sharing import services as sharing
from egide.sharing.services import Level
from egide.vault import errors, unsealing
from egide.vault import services as vault
from egide.vault.fields import ciphertext_of
from egide.vault.models import FileKeys
from egide.vault.providers import LocalKeyProvider
from tests.conftest import NOON
from tests.sharing.situations import situation

pytestmark = pytest.mark.django_db
SOURCE = Path(egide.__file__).parent


@pytest.fixture
def s(world):
    return situation(world)


def bodies(since=0):
    return [json.loads(row.body) for row in LedgerEntry.objects.filter(pk__gt=since).order_by("pk")]


def last():
    row = LedgerEntry.objects.order_by("-pk").first()
    return row.pk if row else 0


class TestTrace:
    def test_is_one_entry_for_one_opening(self, s):
        before = last()

        s.open("officer")

        [entry] = bodies(before)
        assert entry["action"] == "sharing.opened"
        assert entry["actor"] == str(s.people["officer"].pk)
        assert entry["agency"] == str(s.world.police_agency.pk)
        assert entry["role"] == "team_member"
        assert entry["subject"] == str(s.victim.pk)
        assert entry["purpose"] == "case_management"
        assert entry["basis"] == "consent+holder"

    def test_names_the_rules_and_how_many_of_what(self, s):
        for _turn in range(3):
            s.write("incident.facts")
        before = last()

        view = s.open("officer")

        [entry] = bodies(before)
        shown = {category: len(view.of(category)) for category in {i.category for i in view.items}}
        assert entry["counts"] == shown
        assert set(entry["rules"]) == {rule for one in s.explain("officer") for rule in one.rules}
        assert set(entry["details"]["withheld"]) == {
            one.category for one in s.explain("officer") if one.level < Level.VIEW
        }

    def test_holds_no_words_of_the_file(self, s):
        for who in ("coordinator", "advocate", "officer", "probation"):
            s.open(who)

        whole = "".join(LedgerEntry.objects.values_list("body", flat=True))
        for words in (
            "bleuets",
            "rue Union",
            "506-555",
            "Escale",
            "knife",
            "riault",
            "sister",
            "locks",
            "Some words",
        ):
            assert words not in whole

    def test_says_which_hat_was_worn(self, s):
        from tests.factories import a_member

        second = a_member(s.world.health_agency, account=s.people["officer"].account)
        before = last()

        s.open("officer")
        s.open(second)

        assert [entry["agency"] for entry in bodies(before)] == [
            str(s.world.police_agency.pk),
            str(s.world.health_agency.pk),
        ]

    def test_of_two_files_is_one_entry_each(self, s):
        before = last()

        sharing.open_files(
            actor=s.people["officer"], files=[s.victim, s.concern], purpose="case_management", at=NOON
        )

        assert {entry["subject"] for entry in bodies(before)} == {str(s.victim.pk), str(s.concern.pk)}

    def test_of_a_list_is_one_entry_that_names_whose_names_were_shown(self, s):
        before = last()

        sharing.open_names(
            actor=s.people["officer"], files=[s.victim, s.concern], purpose="case_management", at=NOON
        )

        [entry] = bodies(before)
        assert entry["action"] == "sharing.names_shown"
        assert entry["counts"] == {"names": 2, "withheld": 0}
        assert set(entry["details"]["files"]) == {str(s.victim.pk), str(s.concern.pk)}

    def test_an_opening_that_shows_nothing_is_a_denial(self, s):
        from egide.partners.models import AgreementParty

        AgreementParty.objects.filter(agency=s.world.police_agency).delete()
        before = last()

        assert s.open("officer").items == []
        assert [entry["result"] for entry in bodies(before)] == ["denied"]

    def test_is_written_or_nothing_is_shown(self, s, monkeypatch):
        def full(*_args, **_kwargs):
            raise OSError("no space left on device")

        monkeypatch.setattr(opening.ledger, "record_many", full)

        with pytest.raises(OSError):
            s.open("officer")

    def test_belongs_to_the_transaction_it_records(self, s):
        before = last()
        with pytest.raises(RuntimeError), transaction.atomic():
            s.open("officer")
            raise RuntimeError

        assert bodies(before) == []

    def test_cannot_hold_a_sentence(self, s):
        with pytest.raises(ValueError), transaction.atomic():
            ledger.record(
                action="sharing.opened",
                actor=s.people["officer"],
                target="",
                at=NOON,
                details={"why": "She said so."},
            )


def damage(entry, change):
    Entry.objects.filter(pk=entry.pk).update(content=change(ciphertext_of(entry.content)))


class TestFaults:
    """Said plainly; no part is shown, no trace says that something was."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]),
            lambda sealed: sealed[: len(sealed) // 2],
            lambda sealed: b"",
            lambda sealed: b"plain words",
        ],
    )
    def test_a_damaged_row_refuses_the_whole_view(self, s, change, caplog):
        row = Entry.objects.filter(file=s.victim, category="incident.facts").order_by("pk").first()
        damage(row, change)
        before = last()

        with pytest.raises(errors.Damaged) as said:
            s.open("officer")

        assert bodies(before) == []
        assert str(row.pk) in caplog.text
        assert str(row.pk) not in str(said.value.message)
        assert "knife" not in caplog.text + str(said.value)

    def test_a_damaged_row_one_may_not_read_changes_nothing(self, s):
        row = Entry.objects.filter(file=s.victim, category="location.confidential").order_by("pk").first()
        damage(row, lambda sealed: sealed[:-1])

        assert s.open("officer").items
        with pytest.raises(errors.Damaged):
            s.open("advocate")

    def test_a_row_moved_to_another_file_does_not_open(self, world):
        one, other = situation(world, fill=False), situation(world, fill=False)
        row = Entry.objects.filter(file=one.victim, category="incident.facts").order_by("pk").first()
        Entry.objects.filter(pk=row.pk).update(file=other.victim)

        with pytest.raises(errors.Damaged):
            other.open("officer")

    def test_the_content_of_two_rows_exchanged_does_not_open(self, s):
        first, second = Entry.objects.filter(file=s.victim, compartment="common").order_by("pk")[:2]
        Entry.objects.filter(pk=first.pk).update(content=ciphertext_of(second.content))

        with pytest.raises(errors.Damaged):
            s.open("advocate")

    @pytest.mark.parametrize("compartment", ["location", "common"])
    def test_an_address_relabelled_as_facts_does_not_open(self, s, compartment, caplog):
        row = Entry.objects.filter(file=s.victim, category="location.confidential").order_by("pk").first()
        Entry.objects.filter(pk=row.pk).update(category="incident.facts", compartment=compartment)

        with pytest.raises(errors.Damaged):
            s.open("officer")

        assert str(row.pk) in caplog.text

    def test_another_master_key_refuses_plainly(self, s, settings, tmp_path):
        settings.EGIDE_KEY_FILE = str(tmp_path / "other.key")
        LocalKeyProvider(tmp_path / "other.key").create()
        before = last()

        with pytest.raises(errors.KeyUnavailable) as said:
            s.open("officer")

        assert said.value.message == errors.WRONG_KEY
        assert bodies(before) == []

    def test_a_missing_or_open_key_file_refuses_plainly(self, s, settings, tmp_path):
        settings.EGIDE_KEY_FILE = str(tmp_path / "none.key")
        with pytest.raises(errors.KeyUnavailable):
            s.open("officer")
        LocalKeyProvider(tmp_path / "none.key").create()
        (tmp_path / "none.key").chmod(0o644)

        with pytest.raises(errors.KeyUnavailable) as said:
            s.open("officer")

        assert said.value.message == errors.OPEN_KEY_FILE

    def test_a_shredded_file_is_said_to_be(self, s):
        vault.shred(file_id=s.victim.pk, at=NOON)

        with pytest.raises(errors.Shredded):
            s.open("officer")
        assert s.open("officer", file=s.concern).items

    def test_one_compartment_gone_leaves_the_others(self, s):
        FileKeys.objects.filter(pk=s.victim.pk).update(location=None)

        assert s.open("officer").items
        with pytest.raises(errors.Shredded):
            s.open("advocate")


def imported_names(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("egide", cache_dir=None)


class TestOnlySharingUnseals:
    def test_nobody_else_imports_the_unsealing(self, graph):
        assert graph.find_modules_that_directly_import("egide.vault.unsealing") == {"egide.sharing.opening"}

    @pytest.mark.parametrize("inner", ["egide.vault.envelope", "egide.vault.providers"])
    def test_nobody_outside_the_vault_reaches_the_keys(self, graph, inner):
        users = graph.find_modules_that_directly_import(inner)

        assert users
        # Cases by the million are made with one provider read once; it wraps new keys and unwraps none.
        makers = {"egide.demonstration.bulk"}
        assert {user for user in users if not user.startswith("egide.vault")} - makers == set()
        assert "unwrap" not in (SOURCE / "demonstration" / "bulk.py").read_text(encoding="utf-8")

    def test_nobody_outside_the_vault_takes_a_raw_key_or_a_cipher(self):
        for file in SOURCE.rglob("*.py"):
            if file.is_relative_to(SOURCE / "vault"):
                continue
            found = set(imported_names(file))
            assert "egide.vault.services.unwrapped" not in found, file
            # The bench draws its floor with a key of its own: what a cipher costs, without a record in sight.
            if not file.is_relative_to(SOURCE / "demonstration" / "bench"):
                assert not any("ciphers" in name or "keywrap" in name for name in found), file
            assert ".unwrapped(" not in file.read_text(encoding="utf-8"), file

    def test_nobody_outside_sharing_takes_what_sharing_does_not_offer(self, graph):
        """`open_private` opens without a decision: it is for `open_own_draft`, which checks whose it is."""
        for file in SOURCE.rglob("*.py"):
            if not file.is_relative_to(SOURCE / "sharing"):
                names = set(imported_names(file))
                assert not any(name.startswith("egide.sharing.opening") for name in names), file
                assert "open_private" not in file.read_text(encoding="utf-8"), file

    def test_the_issuer_is_taken_and_not_given_twice(self):
        for owner in ("egide.cases", "egide.sharing", ""):
            with pytest.raises(PermissionError):
                unsealing.claim_issuer(owner)
        opening.take_issuer()  # what starting twice in one process does: nothing

    def test_a_forged_grant_opens_nothing(self, s):
        row = Entry.objects.filter(file=s.victim).order_by("pk").first()
        item = unsealing.SealedItem(
            s.victim.pk,
            row.compartment,
            vault.SealContext("cases.Entry", "content", row.pk),
            ciphertext_of(row.content),
        )

        for forged in (None, object(), {s.victim.pk: {"common"}}):
            with pytest.raises(PermissionError):
                unsealing.unseal_many(forged, [item])
        with pytest.raises(PermissionError):
            unsealing.Grant(object(), {s.victim.pk: frozenset({row.compartment})})

    def test_before_sharing_has_started_nothing_opens(self, s, monkeypatch):
        monkeypatch.setattr(opening, "_issuer", None)

        with pytest.raises(PermissionDenied):
            s.open("officer")

    def test_the_database_holds_nothing_that_reads(self, s):
        for model in (Entry, File):
            for row in model.objects.order_by("pk"):
                shown = f"{row!r} {row} {vars(row)}"
                assert "rue Union" not in shown
                assert "bleuets" not in shown
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM cases_entry")
            assert not any(b"rue Union" in bytes(content) for (content,) in cursor.fetchall())


class TestDrafts:
    def test_belong_to_one_hat_of_one_person(self, s):
        from egide.cases.models import Draft
        from egide.cases.services import drafting
        from tests.factories import a_member

        drafting.save_draft(
            form="refer-harm", subject=None, content={"incident": "x"}, actor=s.people["officer"], at=NOON
        )
        draft = Draft.objects.select_related("owner").get()
        other_hat = a_member(s.world.health_agency, account=s.people["officer"].account)

        assert sharing.open_own_draft(actor=s.people["officer"], draft=draft)["incident"] == "x"
        colleague = a_member(s.world.police_agency)
        for other in (other_hat, colleague, s.people["coordinator"]):
            with pytest.raises(NotVisible):
                sharing.open_own_draft(actor=other, draft=draft)
