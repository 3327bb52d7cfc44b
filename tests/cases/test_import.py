"""A partner's file is imported once and whole, or not at all, and makes what the form makes."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from egide.cases import intake
from egide.cases.importing import check, read
from egide.cases.importing.rejected import keep_rejected
from egide.cases.lifecycle import State
from egide.cases.models import Case, Entry, File, NameToken, Referral, Task
from egide.cases.services import importing, referring
from egide.cases.services.importing import import_referrals
from egide.common.errors import PermissionDenied
from egide.ledger import services as ledger
from egide.ledger.models import Entry as LedgerEntry
from egide.ledger.verification import verify
from egide.partners.models import Role
from egide.sharing import services as sharing
from egide.vault import deployment_secrets
from egide.vault.blind import DIGEST, INDEX
from egide.vault.models import FileKeys, Secret
from tests.conftest import NOON
from tests.factories import World, a_member, an_agency

DATA = Path(__file__).with_name("data")
ROOT = Path(__file__).resolve().parents[2]


def referrals(name="police.csv"):
    with (DATA / name).open("rb") as file:
        return check(read(file, name), today=NOON.date()).referrals


def imported(world, name="police.csv", *, rows=None, actor=None, **options):
    return import_referrals(
        rows=rows if rows is not None else referrals(name),
        programme_id=world.programme.pk,
        actor=actor or world.officer,
        at=NOON,
        **options,
    )


def many(count):
    """Answer that many different referrals."""
    return [
        intake.ReferralContent(
            victim=intake.Person(
                f"Anne{n}", "Fictive", language="fr", phone="506-555-0100", address="1, rue X"
            ),
            person_of_concern=intake.Person("Luc", "Exemple"),
            incident=f"Fait {n}.",
            external_id=f"N-{n}",
        )
        for n in range(count)
    ]


def columns_of(record, *, but):
    return {
        f.attname: getattr(record, f.attname) for f in record._meta.concrete_fields if f.attname not in but
    }


def everything(case, world):
    """Answer all a case holds, opened, without what is drawn at random."""
    found = [columns_of(case, but={"id", "reference"})]
    found += [columns_of(one, but={"id", "case_id", "way"}) for one in Referral.objects.filter(case=case)]
    found += [columns_of(one, but={"id", "case_id", "file_id"}) for one in Task.objects.filter(case=case)]
    for file in File.objects.filter(case=case).order_by("role"):
        file.case = case
        found.append(columns_of(file, but={"id", "case_id", "name"}))
        actor, at = world.coordinator, NOON
        view = sharing.open_file(actor=actor, file=file, purpose="intake_triage", at=at)
        found.append(
            sorted((i.category, str(i.content), sorted(map(str, (i.meta or {}).items()))) for i in view.items)
        )
        found.append(sharing.open_names(actor=actor, files=[file], purpose="intake_triage", at=at)[file.pk])
        names = NameToken.objects.filter(file=file).values_list("token", "is_exact", "side")
        found.append(sorted((bytes(token), is_exact, side) for token, is_exact, side in names))
        entries = Entry.objects.filter(file=file).order_by("category", "form", "kind")
        found.append([columns_of(e, but={"id", "file_id", "content"}) for e in entries])
        keys = FileKeys.objects.get(pk=file.pk)
        found.append((keys.master_id, keys.shredded_at))
    return found


@pytest.mark.django_db
class TestImport:
    def test_opens_a_case_for_each_and_is_safe_to_repeat(self, world):
        assert imported(world).new == 3
        again = imported(world)

        assert (again.new, again.known) == (0, 3)
        assert Case.objects.filter(state=State.RECEIVED).count() == 3
        ledger.integrate(at=NOON)
        assert verify().is_whole

    @pytest.mark.parametrize("name", ["police.csv", "police_clean.csv", "police_windows.csv", "police.json"])
    def test_makes_exactly_what_the_form_makes(self, world, name):
        content = referrals(name)[0]
        imported(world, rows=[content])
        by_file = Case.objects.get()
        Referral.objects.update(external_digest=None)
        by_hand = referring.refer(
            programme_id=world.programme.pk, content=content, actor=world.officer, at=NOON
        ).case
        by_hand.refresh_from_db()
        Referral.objects.update(external_digest=None)

        assert everything(by_file, world) == everything(by_hand, world)

    def test_writes_one_ledger_entry_a_case_and_one_for_the_file(self, world):
        before = LedgerEntry.objects.count()
        imported(world)

        bodies = list(LedgerEntry.objects.order_by("pk").values_list("body", flat=True))[before:]
        assert sum('"cases.referred"' in body for body in bodies) == 3
        assert sum('"cases.imported"' in body for body in bodies) == 1
        assert len(bodies) == 4
        assert not any("FRE-2026" in body or "riault" in body for body in bodies)

    def test_an_emergency_is_due_the_same_day(self, world):
        imported(world, rows=referrals()[:1])

        assert Case.objects.get().next_due_at == NOON + timedelta(hours=4)

    def test_a_dry_run_does_all_and_keeps_nothing(self, world):
        before = LedgerEntry.objects.count()

        report = imported(world, is_dry_run=True)

        assert (report.new, report.known, report.is_dry_run) == (3, 0, True)
        assert not Case.objects.exists()
        assert not FileKeys.objects.exists()
        assert LedgerEntry.objects.count() == before

    def test_nothing_to_import_is_no_mistake(self, world):
        assert imported(world, rows=[]).new == 0

    def test_is_refused_from_outside_the_programme_and_to_who_does_not_refer(self, world):
        outside = a_member(an_agency(area=world.area))
        reader = a_member(world.police_agency, Role.EVALUATOR)
        for actor in (outside, reader):
            with pytest.raises(PermissionDenied):
                imported(world, actor=actor)
        assert not Case.objects.exists()

    def test_the_same_number_of_two_agencies_is_two_referrals(self, world):
        imported(world)

        assert imported(world, actor=world.nurse).new == 3

    def test_without_a_number_the_same_words_are_the_same_referral(self, world):
        rows = [r for r in referrals("police_mixed.csv") if not r.external_id]
        assert len(rows) == 2

        assert (imported(world, rows=rows).new, imported(world, rows=rows).known) == (1, 2)

    def test_a_referral_made_by_hand_is_known_when_the_export_comes(self, world):
        content = referrals()[0]
        referring.refer(programme_id=world.programme.pk, content=content, actor=world.officer, at=NOON)

        assert (imported(world).new, Case.objects.count()) == (2, 3)

    def test_two_people_of_one_incident_may_be_referred_by_hand_under_its_number(self, world):
        for content in referrals()[:1] * 2:
            referring.refer(programme_id=world.programme.pk, content=content, actor=world.officer, at=NOON)

        assert sorted(map(bool, Referral.objects.values_list("external_digest", flat=True))) == [False, True]

    def test_keeps_only_a_keyed_digest_of_the_senders_number(self, world):
        imported(world)

        digests = [bytes(d) for d in Referral.objects.values_list("external_digest", flat=True)]
        assert [len(d) for d in digests] == [32, 32, 32]
        assert referring.number_digest("FRE-2026-0101", agency_id=world.police_agency.pk) in digests

    def test_references_are_drawn_again_when_they_meet(self, world, monkeypatch):
        imported(world, rows=many(1))
        taken = Case.objects.get().reference
        drawn = iter([taken, "FRE-22222", taken, "FRE-33333", "FRE-22222", "FRE-44444"])
        monkeypatch.setattr(referring, "new_reference", lambda prefix: next(drawn))
        monkeypatch.setattr(importing, "new_reference", lambda prefix: next(drawn))

        imported(world, rows=many(4)[1:])

        assert set(Case.objects.values_list("reference", flat=True)) == {
            taken,
            "FRE-22222",
            "FRE-33333",
            "FRE-44444",
        }

    def test_starts_again_when_someone_took_a_reference_in_between(self, world, monkeypatch):
        whole, failures = importing._write, iter([IntegrityError, IntegrityError])

        def write(made):
            whole(made)
            for failure in failures:
                raise failure

        monkeypatch.setattr(importing, "_write", write)

        assert imported(world).new == 3
        assert Case.objects.count() == 3

    def test_is_written_in_slices_and_says_how_far_it_is(self, world, monkeypatch):
        monkeypatch.setattr(importing, "SLICE", 4)
        seen = []

        imported(world, rows=many(10), progress=lambda done, total: seen.append((done, total)))

        assert seen == [(4, 10), (8, 10), (10, 10)]
        assert Case.objects.count() == Task.objects.count() == 10
        assert File.objects.count() == FileKeys.objects.count() == 20

    def test_asks_the_database_as_often_for_thirty_as_for_three(self, world):
        imported(world)
        counts = []
        for start, end in ((0, 3), (3, 33)):
            with CaptureQueriesContext(connection) as asked:
                imported(world, rows=many(33)[start:end])
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_a_failure_half_way_keeps_nothing(self, world, monkeypatch):
        monkeypatch.setattr(importing, "SLICE", 2)

        def stop(done, total):
            if done == 4:
                raise RuntimeError("the disk is full")

        with pytest.raises(RuntimeError), transaction.atomic():
            imported(world, rows=many(6), progress=stop)
        assert not Case.objects.exists()
        assert not NameToken.objects.exists()


@pytest.fixture
def source(tmp_path):
    """Answer a copy of a file of the data, that may have others beside it."""

    def copy(name):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
        return tmp_path / name

    return copy


@pytest.mark.django_db
class TestCommand:
    def run(self, world, file, *options, sender=None):
        who = sender or f"{world.officer.account.username}/{world.police_agency.code}"
        call_command("import_referrals", str(file), "--as", who, *options)

    def test_says_what_it_did(self, world, capsys):
        self.run(world, DATA / "police.csv", "--dry-run", "--lang", "en")
        assert "New: 3" in capsys.readouterr().out
        assert not Case.objects.exists()
        self.run(world, DATA / "police.csv", "--lang", "fr")
        self.run(world, DATA / "police.csv", "--lang", "en")

        said = capsys.readouterr().out
        assert "Rows read: 4" in said
        assert "Already known: 4" in said
        assert Case.objects.count() == 3

    def test_a_bad_row_stops_everything(self, world, capsys):
        with pytest.raises(CommandError) as refused:
            self.run(world, DATA / "police_mixed.csv", "--lang", "fr")

        assert refused.value.returncode == 1
        assert not Case.objects.exists()
        said = capsys.readouterr()
        assert "Victim DOB" in said.err
        assert "Testable" not in said.err + said.out

    def test_sets_bad_rows_aside_when_asked_readable_by_their_owner_alone(self, world, source, capsys):
        file = source("police_mixed.csv")

        self.run(world, file, "--only-valid", "--lang", "en")

        kept = file.with_name("police_mixed.csv.rejected.csv")
        assert kept.stat().st_mode & 0o777 == 0o600
        assert Case.objects.count() == 3
        with kept.open("rb") as again:
            table = read(again, kept.name)
        assert table.columns[-1] == "error"
        assert len(table.rows) == 7
        assert all(row.cells[-1] for row in table.rows)
        assert kept.name in capsys.readouterr().out

    def test_what_was_set_aside_can_be_corrected_and_imported(self, world, source):
        file = source("police_mixed.csv")
        self.run(world, file, "--only-valid")
        kept = file.with_name("police_mixed.csv.rejected.csv")
        text = (
            kept.read_text(encoding="utf-8-sig").replace("hypnosis", "stalking").replace("Klingon", "other")
        )
        text = text.replace("2001-01-01", "").replace("perhaps", "no")
        kept.write_text(text, encoding="utf-8")

        self.run(world, kept, "--only-valid")

        assert Case.objects.count() == 4
        assert file.with_name(f"{kept.name}.rejected.csv").exists()

    def test_never_writes_over_rows_set_aside_before(self, world, source):
        file = source("police_mixed.csv")
        for _turn in range(2):
            self.run(world, file, "--only-valid")

        assert file.with_name("police_mixed.csv.rejected-2.csv").exists()

    def test_imports_nothing_when_bad_rows_cannot_be_set_aside(self, world, source, monkeypatch):
        file = source("police_mixed.csv")

        def full(*args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError):
            self.run(world, file, "--only-valid")

        assert not Case.objects.exists()
        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_leaves_no_second_file_when_the_import_is_refused(self, world, source):
        file = source("police_mixed.csv")
        outsider = a_member(world.police_agency, Role.EVALUATOR)

        with pytest.raises(CommandError):
            self.run(world, file, "--only-valid", sender=outsider.account.username)

        assert [path.name for path in file.parent.iterdir()] == [file.name]

    def test_reads_dates_in_the_order_it_is_told(self, world, source):
        file = source("police_clean.csv")
        file.write_text("nom_victime,date_incident,resume\nRoy,03/04/2026,Menaces.\n", encoding="utf-8")
        with pytest.raises(CommandError):
            self.run(world, file)

        self.run(world, file, "--dates", "day-first")

        assert str(Entry.objects.get(form="referral:1").observed_on) == "2026-04-03"

    @pytest.mark.parametrize("options", [["none.csv"], ["police.csv", "--programme", "other"]])
    def test_what_does_not_exist_is_said_plainly(self, world, options):
        with pytest.raises(CommandError):
            self.run(world, DATA / options[0], *options[1:])

    def test_who_refers_is_never_guessed(self, world, settings):
        with pytest.raises(CommandError):
            self.run(world, DATA / "police.csv", sender="nobody")
        a_member(world.health_agency, account=world.officer.account)
        with pytest.raises(CommandError, match=world.health_agency.code):
            self.run(world, DATA / "police.csv", sender=world.officer.account.username)
        settings.EGIDE_FICTIONAL = False
        with pytest.raises(CommandError, match="--as"):
            call_command("import_referrals", str(DATA / "police.csv"), "--lang", "en")

    def test_which_programme_is_asked_when_there_are_several(self, world):
        other = World("edm")
        other.programme.partners.add(world.police_agency)

        with pytest.raises(CommandError, match="ccr-edm, ccr-fre"):
            self.run(world, DATA / "police.csv", "--lang", "en")
        self.run(world, DATA / "police.csv", "--programme", "ccr-edm")

        assert Case.objects.filter(programme=other.programme).count() == 3

    def test_fictional_data_needs_no_options(self, world, capsys):
        World("edm")

        call_command("import_referrals", str(DATA / "police.csv"), "--lang", "en")

        assert Case.objects.filter(programme=world.programme).count() == 3
        assert "CCR fre" in capsys.readouterr().out


def test_cells_without_a_column_are_set_aside_too(tmp_path):
    file = tmp_path / "x.csv"
    file.write_bytes(b"nom_victime;resume\nRoy;a;b;=c\n")
    with file.open("rb") as opened:
        table = read(opened, file.name)

    kept = keep_rejected(file, table, check(table, today=NOON.date()).errors)

    [_names, row] = kept.read_text(encoding="utf-8-sig").splitlines()
    assert row.startswith("Roy;a;")
    assert row.endswith(";b;'=c")


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_as_the_very_first_use_does_not_undo_the_keys_it_made(world):
    deployment_secrets.forget()

    imported(world, is_dry_run=True)

    kept = set(Secret.objects.values_list("name", flat=True))
    assert kept >= {INDEX, DIGEST}
    deployment_secrets.forget()
    assert (imported(world).new, imported(world).known) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_case_once(world):
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite one waits for the other from its first statement")
    outcomes, ready = [], threading.Barrier(2)

    def work():
        try:
            ready.wait(10)
            report = imported(world, rows=many(300))
            outcomes.append((report.new, report.known))
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [(0, 300), (300, 0)]
    assert Case.objects.count() == Referral.objects.count() == 300


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", [1, 2, 3])
def test_killed_before_the_end_it_leaves_nothing_and_can_be_run_again(world, monkeypatch, moment):
    rows = many(30)
    world.officer.agency, world.programme.protocol  # noqa: B018 - loaded before the fork
    imported(world, rows=rows[:1])
    before = LedgerEntry.objects.count()
    monkeypatch.setattr(importing, "SLICE", 10)
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            imported(
                world,
                rows=rows,
                progress=lambda d, t: d >= 10 * moment - 1 and os.kill(os.getpid(), signal.SIGKILL),
            )
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)

    assert os.WTERMSIG(status) == signal.SIGKILL
    assert Case.objects.count() == Referral.objects.count() == Task.objects.count() == 1
    assert FileKeys.objects.count() == File.objects.count() == 2
    assert LedgerEntry.objects.count() == before
    report = imported(world, rows=rows)
    assert (report.new, report.known) == (29, 1)


def test_the_launcher_imports_and_refuses_in_the_readers_language(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LC_ALL": "fr_CA.UTF-8"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    for name in ("EGIDE_DATA", "EGIDE_TEST_DATABASE_URL", "EGIDE_DATABASE_URL"):
        environment.pop(name, None)

    def egide(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "egide", *arguments, "--data", str(tmp_path / "data")],
            env=environment, capture_output=True, text=True, check=False, cwd=ROOT, timeout=200,
        )  # fmt: skip

    empty = tmp_path / "vide.csv"
    empty.write_text("")
    assert egide("init").returncode == egide("migrate").returncode == 0
    refused = egide("import", "referrals", str(empty))
    unmade = egide("import", "referrals", str(DATA / "police.csv"))

    assert (refused.returncode, unmade.returncode) == (1, 1)
    assert "fichier est vide" in refused.stderr
    assert "aucun programme" in unmade.stderr
    assert "Traceback" not in refused.stderr + unmade.stderr


def referrals_per_second(world, count=5000):
    """Answer how many referrals are imported in a second here; for `egide bench`, asserted nowhere."""
    rows = many(count)
    began = time.perf_counter()
    imported(world, rows=rows)
    return count / (time.perf_counter() - began)
