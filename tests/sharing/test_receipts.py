"""Receipts: signed, in the ledger, checked by anyone, held by both sides and telling neither what they may not know."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from egide.cases.models import Entry
from egide.common.errors import Unavailable
from egide.ledger import services as ledger
from egide.ledger.models import Checkpoint, Leaf
from egide.ledger.models import Entry as LedgerEntry
from egide.ledger.rules import attestation, notes
from egide.ledger.rules.merkle import is_included, leaf_hash
from egide.sharing import disclosures, receipts, recusals
from egide.sharing.models import Disclosure
from tests.conftest import NOON
from tests.factories import DAY
from tests.ledger.test_ledger import without_triggers
from tests.sharing.situations import situation
from tests.sharing.test_disclosures import THREAT, left


@pytest.fixture
def s(world, noon):
    made = situation(world)
    Entry.objects.filter(file=made.victim, category="health.general").update(regimes="us-hipaa")
    Disclosure.objects.all().delete()
    return made


def read(document):
    origin, public = ledger.own_key()
    return attestation.read(document, origin=origin, public=public)


def facts(s, **more):
    return left(s, categories=("incident.facts",), basis="consent", **more)


class TestReceipt:
    def test_says_what_left_in_codes_and_names_nobody(self, s):
        said = read(receipts.receipt(facts(s))).said

        assert said["recipient"] == s.world.police_agency.code
        assert (said["categories"], said["basis"]) == (["incident.facts"], "consent")
        assert s.world.coordinator.person_name not in str(said)

    def test_says_no_kind_the_sector_is_told_nothing_of_and_no_law_of_the_file(self, s):
        text = receipts.receipt(left(s, categories=("incident.facts", "plan.safety"), basis="consent"))

        assert "plan.safety" not in text
        assert "us-hipaa" not in text

    def test_says_plainly_that_it_is_not_sequenced_yet(self, s):
        text = receipts.receipt(facts(s))

        assert "not yet sequenced" in text
        assert read(text).proof is None

    @pytest.mark.parametrize("others", [0, 1, 2, 5, 12])
    def test_carries_the_proof_once_it_has_its_place_whatever_came_before_and_after(self, s, others):
        ledger.integrate(at=NOON)
        made = facts(s)
        for _n in range(others):
            facts(s)
        ledger.integrate(at=NOON)
        text = receipts.receipt(made)
        for _n in range(3):
            facts(s)
        ledger.integrate(at=NOON)

        found = read(text)
        head = notes.read(found.proof.head, ledger.own_key()[1])
        leaf = leaf_hash(LedgerEntry.objects.get(pk=made.entry_id).body.encode())
        assert is_included(leaf, found.proof.index, head.size, found.proof.path, head.root)
        assert receipts.receipt(made) == text, "the same whenever it is asked for"

    def test_in_every_place_of_trees_of_every_size(self, s):
        made = []
        for batch in (1, 2, 1, 3, 4, 1, 7):
            made += [facts(s) for _n in range(batch)]
            ledger.integrate(at=NOON)

        assert all(read(receipts.receipt(one)).proof is not None for one in made)
        assert Checkpoint.objects.count() >= 7

    def test_costs_the_same_whatever_the_ledger_holds(self, s, django_assert_num_queries):
        made = facts(s)
        ledger.integrate(at=NOON)
        made = Disclosure.objects.select_related("recipient", "disclosed_by__agency").get(pk=made.pk)
        with django_assert_num_queries(5):
            receipts.receipt(made)


class TestAltered:
    @pytest.mark.parametrize("is_placed", [True, False])
    def test_any_byte_changed_is_refused(self, s, is_placed):
        made = facts(s)
        facts(s)
        if is_placed:
            ledger.integrate(at=NOON)
        whole = receipts.receipt(made)
        for place, letter in enumerate(whole):
            other = "A" if letter != "A" else "B"
            with pytest.raises(attestation.Altered):
                read(whole[:place] + other + whole[place + 1 :])
            with pytest.raises(attestation.Altered):
                read(whole[:place] + whole[place + 1 :])

    @pytest.mark.parametrize("added", ["\n", " ", "x\n", "\n— somebody else\nwords", "path AAAA\n"])
    def test_nothing_is_added(self, s, added):
        made = facts(s)
        ledger.integrate(at=NOON)
        whole = receipts.receipt(made)

        for other in (whole + added, added + whole, whole.replace("\nhead\n", f"\n{added}head\n")):
            with pytest.raises(attestation.Altered):
                read(other)

    def test_a_proof_cannot_be_taken_away_nor_lent(self, s):
        one, two = facts(s), facts(s)
        before = receipts.receipt(one)
        ledger.integrate(at=NOON)
        first, second = receipts.receipt(one), receipts.receipt(two)
        cut = f"\n{attestation.PROOF}\n"

        for words, proof in ((first, before), (before, first), (first, second)):
            with pytest.raises(attestation.Altered):
                read(words.partition(cut)[0] + cut + proof.partition(cut)[2])

    @pytest.mark.parametrize(
        ("part", "named"),
        [
            ("incident.facts", attestation.WORDS),
            ("\nindex ", attestation.PATH),
            ("\npath ", attestation.PATH),
            ("\nhead\n", attestation.HEAD),
        ],
    )
    def test_what_was_changed_is_named(self, s, part, named):
        made = facts(s)
        facts(s)
        ledger.integrate(at=NOON)
        whole = receipts.receipt(made)
        place = whole.index(part) + len(part)
        place += 3 if part in ("\npath ", "\nhead\n") else 0
        changed = whole[:place] + ("7" if whole[place] != "7" else "8") + whole[place + 1 :]

        with pytest.raises(attestation.Altered, match=named):
            read(changed)

    def test_a_tree_that_does_not_fit_its_head_gives_no_receipt(self, s):
        made = facts(s)
        facts(s)
        ledger.integrate(at=NOON)
        other = Leaf.objects.exclude(entry_id=made.entry_id).order_by("-index").first()
        without_triggers()
        Leaf.objects.filter(pk=other.pk).update(hash=b"x" * 32)

        with pytest.raises(Unavailable):
            receipts.receipt(made)


class TestCommand:
    def test_verifies_with_the_public_key_alone(self, s, tmp_path, capsys, monkeypatch):
        made = facts(s)
        ledger.integrate(at=NOON)
        file = tmp_path / "receipt.txt"
        file.write_text(receipts.receipt(made), encoding="utf-8")
        key = notes.verifier_key(*ledger.own_key())

        def forbidden(name):
            raise AssertionError("a secret was asked for")

        monkeypatch.setattr("egide.ledger.services.secret", forbidden)
        call_command("ledger", "receipt", str(file), key=key)

        said = capsys.readouterr().out
        assert "not altered" in said
        assert "In the ledger" in said

    def test_says_that_it_is_not_sequenced(self, s, tmp_path, capsys):
        file = tmp_path / "receipt.txt"
        file.write_text(receipts.receipt(facts(s)), encoding="utf-8")
        call_command("ledger", "receipt", str(file))

        assert "Not yet sequenced" in capsys.readouterr().out

    def test_refuses_and_says_what(self, s, tmp_path, capsys):
        file = tmp_path / "receipt.txt"
        file.write_text(receipts.receipt(left(s)).replace(THREAT, "consent"), encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "receipt", str(file))

        assert ended.value.code == 1
        assert "what it says" in capsys.readouterr().err

    @pytest.mark.parametrize("change", [lambda b: b.replace(b"\n", b"\r\n"), lambda b: b"\xef\xbb\xbf" + b])
    def test_refuses_another_end_of_line_or_mark(self, s, tmp_path, change):
        file = tmp_path / "receipt.txt"
        file.write_bytes(change(receipts.receipt(left(s)).encode()))
        with pytest.raises(SystemExit):
            call_command("ledger", "receipt", str(file))

    def test_refuses_another_signed_note(self, s, tmp_path):
        file = tmp_path / "head.txt"
        facts(s)
        ledger.integrate(at=NOON)
        file.write_text(Checkpoint.objects.get().note, encoding="utf-8")
        with pytest.raises(SystemExit):
            call_command("ledger", "receipt", str(file))


class TestPages:
    def page(self, made):
        return reverse("cases:receipt-received", args=[made.pk])

    def test_the_recipient_gets_the_one_the_other_side_holds_and_it_is_recorded(self, s, client):
        made = facts(s)
        ledger.integrate(at=NOON)
        client.force_login(s.world.officer.account)
        listed = client.get(reverse("cases:receipts")).content.decode()
        theirs = client.get(self.page(made))
        client.force_login(s.world.coordinator.account)
        ours = client.get(reverse("cases:disclosure-receipt", args=[s.case.pk, made.pk]))

        assert self.page(made) in listed
        assert theirs.content == ours.content
        taken = [
            json.loads(e.body) for e in LedgerEntry.objects.filter(body__contains="sharing.receipt_given")
        ]
        assert {one["agency"] for one in taken} == {
            str(s.world.police_agency.pk), str(s.world.coordinator.agency_id),
        }  # fmt: skip

    @pytest.mark.parametrize("who", ["teacher", "coordinator", "referrer", "probation", "evaluator"])
    def test_it_is_absent_to_everyone_else(self, s, client, who):
        made = facts(s)
        client.force_login(s.people[who].account)

        assert client.get(self.page(made)).status_code == 404
        assert self.page(made) not in client.get(reverse("cases:receipts")).content.decode()

    def test_it_is_absent_to_who_is_kept_out(self, s, client):
        made = facts(s)
        recusals.recuse(
            case_id=s.case.pk, membership=s.world.officer, reason_code="relative", actor=s.world.coordinator, at=NOON
        )  # fmt: skip
        client.force_login(s.world.officer.account)

        assert client.get(self.page(made)).status_code == 404

    def test_a_danger_told_of_nobody_is_not_listed_with_its_file(self, s, client):
        made = disclosures.record_disclosure(
            actor=s.world.coordinator, file=s.victim, categories=[], method="aloud",
            basis=disclosures.UNNAMED_DANGER, recipient=s.world.police_agency, at=NOON,
        )  # fmt: skip
        client.force_login(s.world.officer.account)

        assert client.get(self.page(made)).status_code == 404

    def test_it_stays_theirs_after_the_consent_has_ended_without_the_name_of_the_case(
        self, s, client, monkeypatch
    ):
        made = facts(s)
        monkeypatch.setattr("egide.common.clock.now", lambda: NOON + 800 * DAY)
        client.force_login(s.world.officer.account)
        listed = client.get(reverse("cases:receipts")).content.decode()

        assert self.page(made) in listed
        assert s.case.reference not in listed

    def test_they_are_listed_by_their_day_a_page_at_a_time(self, s, client, monkeypatch):
        monkeypatch.setattr(receipts, "PAGE", 2)
        made = [facts(s, at=NOON + n * DAY) for n in (3, 1, 5, 2, 4)]
        newest_first = sorted(made, key=lambda row: row.disclosed_at, reverse=True)
        found, before = [], None
        while True:
            rows, before = receipts.received_by(actor=s.world.officer, before=before)
            found += rows
            if before is None:
                break

        assert found == newest_first
